import * as pulumi from "@pulumi/pulumi";

/** A release in its namespace, on the cluster of a context of the user's kubeconfig. */
export interface InstalledRelease {
    readonly name: string;
    readonly namespace: string;
    readonly kubeContext: string;
}

/**
 * Whether Helm refuses to work on a release because an operation on it has begun and not ended: who ran it was killed.
 * (https://github.com/pulumi/pulumi-kubernetes/issues/2054)
 */
export function isInterrupted(message: string): boolean {
    return /cannot re-use a name that is still in use|another operation \(install\/upgrade\/rollback\) is in progress/.test(
        message,
    );
}

/**
 * Lets a killed `up` be run again: removes Helm's record of the operation that never ended, once it stands in the way,
 * and tries again. Helm then takes over the objects that it had already made. A release that is complete, such as one
 * installed by hand, is left alone, and the error stands. The engine's lock keeps two runs of one stack apart.
 */
export function recoverInterrupted(release: InstalledRelease, forget = forgetPending): pulumi.ErrorHook {
    return new pulumi.ErrorHook(`helm-interrupted-${release.namespace}-${release.name}`, async ({ errors }) => {
        return isInterrupted(errors[0] ?? "") && (await forget(release)) > 0;
    });
}

/** Removes the records of operations on the release that have not ended. Returns how many there were. */
async function forgetPending({ name, namespace, kubeContext }: InstalledRelease): Promise<number> {
    const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromDefault();
    config.setCurrentContext(kubeContext);
    const core = config.makeApiClient(CoreV1Api);
    const labelSelector = `owner=helm,name=${name},status in (pending-install,pending-upgrade,pending-rollback)`;
    const { items } = await core.listNamespacedSecret({ namespace, labelSelector });
    for (const { metadata } of items) {
        await core.deleteNamespacedSecret({ namespace, name: metadata?.name ?? "" });
        await pulumi.log.warn(
            `${name}: an earlier operation was interrupted; its record is removed and it is tried again`,
        );
    }
    return items.length;
}
