/**
 * The Prometheus operator creates the volume of the samples with the StatefulSet's first pod, and never changes it. A
 * change of its settings would be deployed without an error and without an effect, so it is refused.
 */
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";

import { parseQuantity } from "../../config/quantities";
import { kubeClients } from "../lib/kube-client";
import { refuseUpdate } from "../lib/refuse-update";
import { namespaceName } from "./crds";
import { release } from "./names";

/** Size (a Kubernetes quantity) and StorageClass of the volume. Without a size, there is none. */
export interface SampleVolume {
    readonly size?: string;
    readonly storageClass?: string;
}

const wayOut = 'set it back, or see "Change the volume of the samples" in components/monitoring/runbook.md';

/** What is wrong with the settings of the volume, given the claim that exists. */
export function sampleVolumeProblem(
    { size, storageClass }: SampleVolume,
    existing?: V1PersistentVolumeClaim,
): string | undefined {
    const { resources, storageClassName } = existing?.spec ?? {};
    const deployed = resources?.requests?.storage;
    if (size === undefined || deployed === undefined) {
        return undefined;
    }
    if (parseQuantity(size) !== parseQuantity(deployed)) {
        return `noc:monitoring.storage = "${size}" differs from the size of the existing volume (${deployed}); ${wayOut}`;
    }
    // Without a class in the settings, the claim has the one that was the default when it was created.
    return storageClass === undefined || storageClass === storageClassName
        ? undefined
        : `noc:site.storageClass = "${storageClass}" differs from the class of Prometheus' existing volume ("${storageClassName ?? ""}"); ${wayOut}`;
}

/** Refuses the update of the release, in the preview already, if the volume would have to be another one. */
export function refuseSampleVolumeChange(
    wanted: SampleVolume,
    kubeContext: string,
    read: (kubeContext: string) => Promise<V1PersistentVolumeClaim | undefined> = readClaim,
): pulumi.ResourceHook {
    return refuseUpdate(
        "prometheus-volume",
        () => read(kubeContext),
        (existing) => sampleVolumeProblem(wanted, existing),
    );
}

async function readClaim(kubeContext: string): Promise<V1PersistentVolumeClaim> {
    const { core } = await kubeClients(kubeContext);
    const pod = `prometheus-${release}-prometheus`;
    return core.readNamespacedPersistentVolumeClaim({ namespace: namespaceName, name: `${pod}-db-${pod}-0` });
}
