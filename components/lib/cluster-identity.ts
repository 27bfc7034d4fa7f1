/** Remembers in the stack's state which cluster it is deployed to, and refuses another one behind the same context. */
import * as pulumi from "@pulumi/pulumi";

import { clusterIdentity, clusterIdentityIfKnown } from "../../config/kube-context";
import { runError } from "../../config/run-error";
import { knownValue } from "./known-value";
import { storedClient } from "./stored-client";

/** What is wrong where the context has become another cluster, and how to go on. */
export function otherCluster(context: string, remembered: string, found: string): string {
    return `the context "${context}" is not the cluster that the stack is deployed to: its kube-system has the UID ${found}, not ${remembered}; make the context point there again, or, to move the stack to this cluster on purpose, run: pulumi state delete --all (the stack forgets what it deployed, and deletes nothing)`;
}

/**
 * Compares the context's cluster with the one in the state, before anything else is registered. A stack that is
 * deployed for the first time remembers the cluster. A preview without a cluster compares nothing.
 * @param identity UID of the context's kube-system; undefined if it is not known.
 * @throws RunError if it is another cluster, or if the API server does not answer during a deployment.
 */
export async function rememberCluster(
    context: string,
    identity: Promise<string | undefined> = currentCluster(context),
): Promise<pulumi.Output<string>> {
    const uid = await identity;
    // The output keeps the first input: https://www.pulumi.com/docs/iac/concepts/resources/stash/
    const stash = new pulumi.Stash("cluster", { input: uid ?? (pulumi.unknown as string) });
    const first = stash.output as pulumi.Output<string>;
    const remembered = uid === undefined ? undefined : await knownValue(first);
    if (uid !== undefined && remembered !== undefined && remembered !== uid) {
        throw runError(otherCluster(context, remembered, uid));
    }
    return first;
}

async function currentCluster(context: string): Promise<string | undefined> {
    if (!pulumi.runtime.hasEngine()) {
        return "no cluster";
    }
    return pulumi.runtime.isDryRun() ? clusterIdentityIfKnown(context) : clusterIdentity(context);
}

/** The cluster that a stack is deployed to. */
export interface ClusterGuardArgs {
    readonly context: pulumi.Input<string>;
    readonly uid: pulumi.Input<string>;
}

/**
 * Protects another cluster from `pulumi destroy`, which does not run the program. It depends on everything else, so the
 * engine deletes it first, and its deletion fails if the context has become another cluster. `pulumi refresh` is not
 * stopped by it.
 */
export class ClusterGuard extends pulumi.dynamic.Resource {
    /** Where the state has it: without its stack, project and name. */
    public static readonly type = "pulumi-nodejs:dynamic:Resource";

    constructor(name: string, args: ClusterGuardArgs, opts?: pulumi.CustomResourceOptions) {
        super(guardProvider, name, { ...args }, opts);
    }
}

interface GuardState {
    readonly context: string;
    readonly uid: string;
}

/** The engine keeps the source of these functions in the state: they use only what can be stored with them. */
export const guardProvider: pulumi.dynamic.ResourceProvider<GuardState, GuardState> = {
    create: (inputs) => Promise.resolve({ id: inputs.uid, outs: inputs }),
    update: (_id, _olds, news) => Promise.resolve({ outs: news }),
    delete: async (_id, { context, uid }) => {
        const fail = (message: string) => {
            const error = new Error(message);
            error.stack = "";
            return error;
        };
        const { core } = storedClient(context);
        const kubeSystem = await core.readNamespace({ name: "kube-system" }).catch((error: unknown) => {
            // The Kubernetes provider's own switch for a cluster that is gone.
            // eslint-disable-next-line no-restricted-properties -- it is read where the engine runs this function
            if (process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true") {
                return undefined;
            }
            throw fail(`the API server of the context "${context}" does not answer: ${String(error)}`);
        });
        const found = kubeSystem?.metadata?.uid ?? uid;
        if (found !== uid) {
            throw fail(
                `the context "${context}" is not the cluster that the stack is deployed to: its kube-system has the UID ${found}, not ${uid}; make the context point there again`,
            );
        }
    },
};
