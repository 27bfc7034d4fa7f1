/**
 * Volumes that a chart claims by itself. Such a claim can only grow, and only if its StorageClass allows that. Any other
 * change is refused before Helm begins, because the failed release would be reported without a way out.
 */
import type { V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";

import { parseQuantity } from "../../config/quantities";
import type { ClaimTemplate } from "./claim-template";
import { kubeClients } from "./kube-client";
import { refuseUpdate } from "./refuse-update";

/** A claim that is deployed, and its StorageClass if it still exists. */
export interface DeployedClaim {
    readonly claim: V1PersistentVolumeClaim;
    readonly storageClass?: V1StorageClass;
}

/** Where a claim is deployed. */
export interface ClaimReference {
    readonly name: string;
    readonly namespace: string;
    readonly kubeContext: string;
}

/** What is wrong with the settings of the volume, given the claim that exists. */
export function claimProblem(wanted: ClaimTemplate, { claim, storageClass }: DeployedClaim): string | undefined {
    const { key, wayOut } = wanted;
    const { resources, storageClassName } = claim.spec ?? {};
    // Without a class in the settings, the claim keeps the one that it got.
    if (wanted.storageClass !== undefined && wanted.storageClass !== storageClassName) {
        return `noc:site.storageClass = "${wanted.storageClass}" differs from the class of the existing volume ("${storageClassName ?? ""}"); set it back, or ${wayOut}`;
    }
    const size = resources?.requests?.storage ?? "0";
    const growth = parseQuantity(wanted.size) - parseQuantity(size);
    if (growth < 0) {
        return `${key} = "${wanted.size}" is less than the size of the existing volume (${size}); set it back, or ${wayOut}`;
    }
    return growth > 0 && storageClass?.allowVolumeExpansion !== true
        ? `${key} = "${wanted.size}" differs from the size of the existing volume (${size}), whose StorageClass "${storageClassName ?? ""}" cannot enlarge it; set it back, or ${wayOut}`
        : undefined;
}

/** Refuses the update of the release, in the preview already, if it would change the claim in a way that fails. */
export function refuseClaimChange(
    wanted: ClaimTemplate,
    reference: ClaimReference,
    read: (reference: ClaimReference) => Promise<DeployedClaim> = readClaim,
): pulumi.ResourceHook {
    return refuseUpdate(
        `claim-${reference.namespace}-${reference.name}`,
        () => read(reference),
        (existing) => claimProblem(wanted, existing),
    );
}

async function readClaim({ name, namespace, kubeContext }: ClaimReference): Promise<DeployedClaim> {
    const { core, storage } = await kubeClients(kubeContext);
    const claim = await core.readNamespacedPersistentVolumeClaim({ name, namespace });
    const storageClassName = claim.spec?.storageClassName;
    return {
        claim,
        storageClass: storageClassName
            ? await storage.readStorageClass({ name: storageClassName }).catch(() => undefined)
            : undefined,
    };
}
