/** What a cluster must have for the stack, checked before anything is created. Components add their own. */
import { runError } from "../config/run-error";
import { type ClusterFacts, clusterFacts, minorOf } from "./lib/cluster-facts";
import { deployedNamespaces, enabledComponents, type Settings, settingsOf } from "./settings";

/** The resolver's pods sleep before they stop (`lifecycle.preStop.sleep`): https://kep.k8s.io/3960 */
export const oldestKubernetes = 30;

/**
 * Checks the cluster that the stack is deployed to.
 * @throws RunError with a line for everything that is missing.
 */
export async function requireCluster(settings: Settings): Promise<void> {
    const { kubeContext } = settings.site;
    const missing = missingRequirements(await clusterFacts(kubeContext), settings);
    if (missing.length > 0) {
        const lines = missing.map((line) => `\n  ${line}.`);
        throw runError(`the cluster of the context "${kubeContext}" lacks what the stack needs:${lines.join("")}`);
    }
}

/** What the cluster lacks, each as one line with the remedy. */
export function missingRequirements(facts: ClusterFacts, settings: Settings): string[] {
    const cluster = { ...facts, storageClasses: [...facts.storageClasses, ...ownStorageClasses(settings)] };
    const wanted = deployedNamespaces(settings);
    const foreign = cluster.namespaces.filter(
        ({ metadata }) =>
            wanted.includes(metadata?.name ?? "") && metadata?.labels?.["app.kubernetes.io/part-of"] !== "k8s-noc",
    );
    return [
        ...oldVersions(cluster),
        ...(cluster.forbidden.length > 0
            ? [
                  `the user of the context may not create ${cluster.forbidden.join(", ")}; use a context whose user has the ClusterRole cluster-admin`,
              ]
            : []),
        ...foreign.map(
            ({ metadata }) =>
                `the namespace ${metadata?.name ?? ""} exists and is not this stack's; delete it, or deploy to another cluster`,
        ),
        ...enabledComponents(settings).flatMap(
            (definition) => definition.requirements?.(settingsOf(settings, definition), cluster, settings.site) ?? [],
        ),
    ];
}

/** The StorageClasses that the stack's own components bring. */
const ownStorageClasses = (settings: Settings): ClusterFacts["storageClasses"] =>
    enabledComponents(settings).flatMap(
        (definition) => definition.storageClass?.(settingsOf(settings, definition)) ?? [],
    );

function oldVersions({ version, nodes }: ClusterFacts): string[] {
    const kubelets = nodes
        .map(({ metadata, status }) => ({
            name: `the kubelet of ${metadata?.name ?? ""}`,
            version: status?.nodeInfo?.kubeletVersion ?? "",
        }))
        .filter((kubelet) => minorOf(kubelet.version) < oldestKubernetes);
    return [...(minorOf(version) < oldestKubernetes ? [{ name: "the API server", version }] : []), ...kubelets].map(
        ({ name, version }) => `${name} is ${version}; upgrade it to Kubernetes 1.${oldestKubernetes} or newer`,
    );
}
