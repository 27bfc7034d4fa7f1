/** The workloads of a namespace, and whether they are whole. */
import type { V1DaemonSet, V1Deployment, V1Pod, V1StatefulSet } from "@kubernetes/client-node";

import type { Cluster } from "../../tools/cluster";
import type { ObjectReference } from "./change";

/** A workload: whether all of its pods are of its newest version and ready. */
export interface Workload extends ObjectReference {
    readonly kind: "DaemonSet" | "Deployment" | "StatefulSet";
    readonly namespace: string;
    readonly whole: boolean;
}

/** The workloads of a namespace. */
export async function workloadsOf({ apps }: Cluster, namespace: string): Promise<Workload[]> {
    const [deployments, statefulSets, daemonSets] = await Promise.all([
        apps.listNamespacedDeployment({ namespace }),
        apps.listNamespacedStatefulSet({ namespace }),
        apps.listNamespacedDaemonSet({ namespace }),
    ]);
    const name = ({ metadata }: { metadata?: { name?: string } }) => metadata?.name ?? "";
    return [
        ...deployments.items.map((one) => ({ kind: "Deployment" as const, name: name(one), whole: hasAllPods(one) })),
        ...statefulSets.items.map((one) => ({ kind: "StatefulSet" as const, name: name(one), whole: hasAllPods(one) })),
        ...daemonSets.items.map((one) => ({ kind: "DaemonSet" as const, name: name(one), whole: isOnAllNodes(one) })),
    ].map((one) => ({ ...one, namespace }));
}

/**
 * Whether a Deployment or StatefulSet has its number of ready pods, all of them of its newest version. Ready pods of an
 * older version count among the ready ones, so there must not be more pods than wanted.
 */
export function hasAllPods({ metadata, spec, status }: V1Deployment | V1StatefulSet): boolean {
    const wanted = spec?.replicas ?? 1;
    return (
        status?.observedGeneration === metadata?.generation &&
        (status?.replicas ?? 0) === wanted &&
        (status?.readyReplicas ?? 0) === wanted &&
        (status?.updatedReplicas ?? 0) === wanted
    );
}

/** Whether a DaemonSet has a ready pod of its newest version on each node that it is meant for. */
export function isOnAllNodes({ metadata, status }: V1DaemonSet): boolean {
    const wanted = status?.desiredNumberScheduled ?? 0;
    return (
        status?.observedGeneration === metadata?.generation &&
        (status?.numberReady ?? 0) === wanted &&
        (status?.updatedNumberScheduled ?? 0) === wanted
    );
}

/** Whether a pod is being deleted. */
export const isEnding = ({ metadata, status }: V1Pod): boolean =>
    metadata?.deletionTimestamp !== undefined && status?.phase !== "Succeeded";
