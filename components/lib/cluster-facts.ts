/** What of a cluster decides whether the stack can be deployed to it. */
import type { V1Namespace, V1Node } from "@kubernetes/client-node";
import { parse } from "yaml";

import { connection } from "../../config/kube-config";
import type { Site } from "./site";

export interface ClusterFacts {
    /** Version of the API server, as in `v1.34.4`. */
    readonly version: string;
    readonly nodes: readonly V1Node[];
    readonly storageClasses: readonly { readonly name: string; readonly isDefault: boolean }[];
    readonly namespaces: readonly V1Namespace[];
    /** kube-proxy's configuration, where kubeadm's ConfigMap holds it. */
    readonly kubeProxy: { readonly mode?: string; readonly ipvs?: { readonly strictARP?: boolean } };
    /** Kinds of cluster-wide objects that the user of the kubeconfig must not create, of those that the stack needs. */
    readonly forbidden: readonly string[];
}

/** Kinds that only an administrator of the cluster may create. */
const clusterWide = [
    { group: "", resource: "namespaces" },
    { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" },
    { group: "rbac.authorization.k8s.io", resource: "clusterroles" },
];

/** Reads the facts from the API server. @throws Error if it does not answer, or refuses to. */
export async function clusterFacts(context: string): Promise<ClusterFacts> {
    const { client, config } = await connection(context);
    const core = config.makeApiClient(client.CoreV1Api);
    const reviews = config.makeApiClient(client.AuthorizationV1Api);
    const mayCreate = async ({ group, resource }: { group: string; resource: string }) => {
        const body = { spec: { resourceAttributes: { verb: "create", group, resource } } };
        return (await reviews.createSelfSubjectAccessReview({ body })).status?.allowed ?? false;
    };
    const [version, nodes, storageClasses, namespaces, kubeProxy, allowed] = await Promise.all([
        config.makeApiClient(client.VersionApi).getCode(),
        core.listNode(),
        config.makeApiClient(client.StorageV1Api).listStorageClass(),
        core.listNamespace(),
        core.readNamespacedConfigMap({ namespace: "kube-system", name: "kube-proxy" }).catch(() => undefined),
        Promise.all(clusterWide.map(mayCreate)),
    ]);
    return {
        version: version.gitVersion,
        nodes: nodes.items,
        storageClasses: storageClasses.items.map(({ metadata }) => ({
            name: metadata?.name ?? "",
            isDefault: metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
        })),
        namespaces: namespaces.items,
        kubeProxy: (parse(kubeProxy?.data?.["config.conf"] ?? "") ?? {}) as ClusterFacts["kubeProxy"],
        forbidden: clusterWide.filter((_, i) => !allowed[i]).map(({ resource }) => resource),
    };
}

/** The minor number of a version such as `v1.34.4`. */
export const minorOf = (version: string): number => Number(/^v?\d+\.(\d+)/.exec(version)?.[1] ?? 0);

/**
 * What is missing for a volume: the StorageClass that the site names, or a default one.
 * @param purpose what is kept on the volume, as the subject of a sentence.
 */
export function volumeRequirement(
    purpose: string,
    { storageClasses }: Pick<ClusterFacts, "storageClasses">,
    { storageClass }: Pick<Site, "storageClass">,
): string[] {
    const names = storageClasses.map(({ name }) => name);
    const choice =
        names.length > 0
            ? `set noc:site.storageClass to one of: ${names.join(", ")}`
            : "set noc:storage.enabled and noc:storage.defaultClass to true";
    if (storageClass !== undefined) {
        return names.includes(storageClass)
            ? []
            : [`${purpose} need a volume, and there is no StorageClass ${storageClass}; ${choice}`];
    }
    return storageClasses.some(({ isDefault }) => isDefault)
        ? []
        : [`${purpose} need a volume, and no StorageClass is the default; ${choice}`];
}
