/**
 * The change of the cluster's Corefile, which the cluster's installer owns. `ConfigMapPatch` would remove the key when it
 * is destroyed, because a forced patch takes the field from its owner; this resource puts the original back.
 */
import type { V1ConfigMap } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

import { storedClient } from "../lib/stored-client";
import { type Forwarding, forwardTo, mark } from "./corefile";

/** What the patch is made with. */
export interface CorefileInputs extends Forwarding {
    readonly kubeContext: string;
}

/** What the state keeps of it. */
export interface CorefileState extends CorefileInputs {
    /** The Corefile as it was before. */
    readonly original: string;
}

/** Reads and writes the Corefile. */
export interface CorefileApi {
    read(kubeContext: string): Promise<string>;
    write(kubeContext: string, corefile: string): Promise<void>;
}

/** The engine's calls, over an API that a test can replace. */
export function corefileProvider(api: CorefileApi): pulumi.dynamic.ResourceProvider<CorefileInputs, CorefileState> {
    const apply = async (inputs: CorefileInputs, known?: string): Promise<CorefileState> => {
        const current = await api.read(inputs.kubeContext);
        // After an upgrade, the installer's new Corefile is the original.
        const original = current.includes(mark) ? known : current;
        if (original === undefined) {
            throw new Error(
                "the Corefile is already changed by another stack of this project; set noc:clusterDns.enabled to false in one of them",
            );
        }
        await api.write(inputs.kubeContext, forwardTo(inputs, original));
        return { ...inputs, original };
    };
    return {
        create: async (inputs) => ({ id: "coredns", outs: await apply(inputs) }),
        update: async (_id, olds, news) => ({ outs: await apply(news, olds.original) }),
        diff: (_id, olds, news) =>
            Promise.resolve({
                changes: olds.resolver !== news.resolver || JSON.stringify(olds.hosts) !== JSON.stringify(news.hosts),
                replaces: olds.kubeContext === news.kubeContext ? [] : ["kubeContext"],
            }),
        delete: async (_id, { kubeContext, original }) => {
            if ((await api.read(kubeContext)).includes(mark)) {
                await api.write(kubeContext, original);
            }
        },
    };
}

/** The ConfigMap in the cluster. */
const cluster: CorefileApi = {
    read: async (kubeContext) => {
        const { core } = storedClient(kubeContext);
        const { data } = await core.readNamespacedConfigMap({ namespace: "kube-system", name: "coredns" });
        return data?.Corefile ?? "";
    },
    write: async (kubeContext, corefile) => {
        const { core, client } = storedClient(kubeContext);
        const body: V1ConfigMap = {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "coredns", namespace: "kube-system" },
            data: { Corefile: corefile },
        };
        await core.patchNamespacedConfigMap(
            { namespace: "kube-system", name: "coredns", body, fieldManager: "k8s-noc", force: true },
            client.setHeaderOptions("Content-Type", client.PatchStrategy.ServerSideApply),
        );
    },
};

/** The arguments of the resource. */
export type CorefileArgs = { readonly [Key in keyof CorefileInputs]: pulumi.Input<CorefileInputs[Key]> };

/** The changed Corefile. CoreDNS reads it within two minutes, without a restart. */
export class Corefile extends pulumi.dynamic.Resource {
    constructor(name: string, args: CorefileArgs, opts: pulumi.CustomResourceOptions) {
        super(corefileProvider(cluster), name, { original: undefined, ...args }, opts, "clusterDns", "Corefile");
    }
}
