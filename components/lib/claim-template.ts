/**
 * Volumes that a chart makes from a StatefulSet's volumeClaimTemplates, which the API server does not allow to be changed.
 * A change is refused before Helm begins, because the failed release would be reported without a way out.
 */
import type { V1StatefulSet } from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";

import { parseQuantity } from "../../config/quantities";
import { kubeClients } from "./kube-client";
import { refuseUpdate } from "./refuse-update";

/** Size (a Kubernetes quantity) and StorageClass of a volume. Without a class, the cluster's default. */
export interface Volume {
    readonly size: string;
    readonly storageClass?: string;
}

/** A volume of the first claim template, as the settings have it. */
export interface ClaimTemplate extends Volume {
    /** The setting with the size. */
    readonly key: string;
    /** Where it is written how to get a volume of another size or class. */
    readonly wayOut: string;
}

/** A deployed StatefulSet. */
export interface DeployedStatefulSet {
    readonly name: string;
    readonly namespace: string;
    readonly kubeContext: string;
}

/** What is wrong with the settings of the volume, given the StatefulSet that exists. */
export function volumeProblem(wanted: ClaimTemplate, existing?: V1StatefulSet): string | undefined {
    const { key, wayOut } = wanted;
    const { resources, storageClassName } = existing?.spec?.volumeClaimTemplates?.[0]?.spec ?? {};
    const size = resources?.requests?.storage;
    if (size === undefined) {
        return undefined;
    }
    if (parseQuantity(size) !== parseQuantity(wanted.size)) {
        return `${key} = "${wanted.size}" differs from the size of the existing volume (${size}); set it back, or ${wayOut}`;
    }
    const text = (storageClass?: string) => (storageClass ? `"${storageClass}"` : "the default class");
    return (wanted.storageClass ?? "") === (storageClassName ?? "")
        ? undefined
        : `noc:site.storageClass = ${text(wanted.storageClass)} differs from the class of the existing volume (${text(storageClassName)}); set it back, or ${wayOut}`;
}

/** Refuses the update of the release, in the preview already, if it would change the volume. */
export function refuseVolumeChange(
    wanted: ClaimTemplate,
    server: DeployedStatefulSet,
    read: (server: DeployedStatefulSet) => Promise<V1StatefulSet | undefined> = readStatefulSet,
): pulumi.ResourceHook {
    return refuseUpdate(
        `volume-${server.namespace}-${server.name}`,
        () => read(server),
        (existing) => volumeProblem(wanted, existing),
    );
}

async function readStatefulSet({ name, namespace, kubeContext }: DeployedStatefulSet): Promise<V1StatefulSet> {
    const { apps } = await kubeClients(kubeContext);
    return apps.readNamespacedStatefulSet({ name, namespace });
}
