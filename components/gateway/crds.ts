/** Applies the CRDs of the Gateway API and of NGINX Gateway Fabric, before the chart needs them. */
import type { KubernetesObject } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";

import { connection } from "../../config/kube-config";
import { runError } from "../../config/run-error";

/** A manifest, and the setting that says where it is. */
export interface CrdManifest {
    readonly key: string;
    /** URL, or path of a file. */
    readonly source: string;
}

/** What the objects are applied to. */
export interface ObjectStore {
    /** Applies the object on the server, and takes over fields that somebody else owns. */
    apply(object: KubernetesObject): Promise<void>;
    /** Whether the API server serves what the CRD defines. */
    established(name: string): Promise<boolean>;
}

/** Time that the API server is given to serve a new CRD, in seconds. */
const patience = 60;

/**
 * A hook that applies the manifests when the chart is installed or upgraded. They are no resources of the stack: a
 * destroy leaves them in the cluster, because everybody's Gateways and routes would go with them. The engine would then
 * refuse to create them at the next `up`, as in a cluster that has the Gateway API from elsewhere.
 * @param owner name of the component. The engine requires a different name for every hook.
 */
export const applyCrdsFirst = (
    manifests: readonly CrdManifest[],
    { kubeContext, owner }: { kubeContext: string; owner: string },
): pulumi.ResourceHook =>
    new pulumi.ResourceHook(`apply-crds-${owner}`, async () => {
        await applyCrds(manifests, await cluster(kubeContext));
    });

/**
 * Applies all objects of the manifests, and waits until the CRDs are served.
 * @throws RunError naming the setting whose manifest cannot be read.
 */
export async function applyCrds(manifests: readonly CrdManifest[], store: ObjectStore): Promise<void> {
    const objects = (await Promise.all(manifests.map(readManifest))).flat();
    for (const object of objects) {
        await store.apply(object);
    }
    const crds = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    for (const { metadata } of crds) {
        const name = metadata?.name ?? "";
        for (let second = 0; !(await store.established(name)); second++) {
            if (second >= patience) {
                throw new Error(`the API server does not serve ${name} after ${patience} seconds`);
            }
            await sleep(1000);
        }
    }
}

async function readManifest({ key, source }: CrdManifest): Promise<KubernetesObject[]> {
    const text = await textOf(source).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw runError(`${key} = "${source}" cannot be read: ${reason}; set it to a URL or a file with the CRDs`);
    });
    return parseAllDocuments(text)
        .map((document) => document.toJS() as KubernetesObject | null)
        .filter((object) => object !== null);
}

async function textOf(source: string): Promise<string> {
    if (!/^https?:/.test(source)) {
        return readFile(source, "utf8");
    }
    const response = await fetch(source);
    if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
    }
    return response.text();
}

async function cluster(kubeContext: string): Promise<ObjectStore> {
    const { client, config } = await connection(kubeContext);
    // The typed clients drop fields with hyphens, such as x-kubernetes-int-or-string.
    const custom = config.makeApiClient(client.CustomObjectsApi);
    const definitions = config.makeApiClient(client.ApiextensionsV1Api);
    const asPatch = client.setHeaderOptions("Content-Type", client.PatchStrategy.ServerSideApply);
    return {
        apply: async (body) => {
            const [group = "", version = ""] = (body.apiVersion ?? "").split("/");
            const { name = "" } = body.metadata ?? {};
            const target = { group, version, plural: pluralOf(body.kind ?? ""), name };
            await custom.patchClusterCustomObject({ ...target, body, fieldManager: "k8s-noc", force: true }, asPatch);
        },
        established: async (name) => {
            const { status } = await definitions.readCustomResourceDefinition({ name });
            return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
        },
    };
}

/** `policies` for the kind `Policy`, `definitions` for `Definition`. The manifests have cluster-wide kinds of these forms. */
const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`.replace(/ys$/, "ies");
