import * as pulumi from "@pulumi/pulumi";
import type { V1Secret } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";

import { kubeClients } from "./kube-client";

/** A release in its namespace, on the cluster of a context of the user's kubeconfig. */
export interface InstalledRelease {
    readonly name: string;
    readonly namespace: string;
    readonly kubeContext: string;
    /** How long Helm waits until an operation has failed, in seconds. */
    readonly timeout: number;
}

/** Helm's records of the operations on one release that have begun and not ended. */
export interface PendingOperations {
    list(): Promise<PendingOperation[]>;
    /** Removes the record of an operation. */
    remove(operation: PendingOperation): Promise<unknown>;
}

/** An operation that has begun and not ended. */
export interface PendingOperation {
    /** Name of the Secret that Helm records it in. */
    readonly record: string;
    readonly began: Date;
}

/**
 * Whether Helm refuses to work on a release because an operation on it has begun and not ended
 * (https://github.com/pulumi/pulumi-kubernetes/issues/2054).
 */
export function isInterrupted(message: string): boolean {
    return /cannot re-use a name that is still in use|another operation \(install\/upgrade\/rollback\) is in progress/.test(
        message,
    );
}

/**
 * Lets `up` run again after one that was killed: Helm's record of an operation that never ended is removed, and the
 * operation repeated. Helm then adopts the objects that it had already created. An operation younger than the release's
 * timeout may still be running, on another operator's machine: it is waited for until it ends or reaches that age.
 * A release without a pending operation, such as one installed by hand, is left alone, and the error stands.
 */
export function recoverInterrupted(
    release: InstalledRelease,
    operations: PendingOperations = pendingOperations(release),
    pause: (ms: number) => Promise<unknown> = sleep,
): pulumi.ErrorHook {
    const { name, namespace, timeout } = release;
    return new pulumi.ErrorHook(`helm-interrupted-${namespace}-${name}`, async ({ errors }) => {
        if (!isInterrupted(errors[0] ?? "")) {
            return false;
        }
        let pending = await operations.list();
        if (pending.length === 0) {
            return false;
        }
        const waiting = Math.max(...pending.map((operation) => timeout - age(operation)));
        if (waiting > 0) {
            await pulumi.log.warn(
                `${name}: another Helm operation began less than ${timeout} s ago and may still be running; waiting until it ends, for ${Math.ceil(waiting)} s at most`,
            );
        }
        for (; pending.length > 0; pending = await operations.list()) {
            const dead = pending.filter((operation) => age(operation) > timeout);
            for (const operation of dead) {
                await pulumi.log.warn(
                    `${name}: removing Helm's record ${operation.record} of an operation that began ${Math.round(age(operation))} s ago and never ended`,
                );
                await operations.remove(operation);
            }
            if (dead.length === pending.length) {
                break;
            }
            await pause(5000);
        }
        return true;
    });
}

/** How long ago an operation began, in seconds. */
const age = ({ began }: PendingOperation): number => (Date.now() - began.getTime()) / 1000;

/** When the operation that a Secret of Helm's records began. Helm writes the time of its last change as a label. */
export function pendingOperation({ metadata }: V1Secret): PendingOperation {
    const { modifiedAt, createdAt } = metadata?.labels ?? {};
    const times = [modifiedAt, createdAt].map((seconds) => Number(seconds ?? 0) * 1000);
    const created = metadata?.creationTimestamp ? new Date(metadata.creationTimestamp).getTime() : 0;
    return { record: metadata?.name ?? "", began: new Date(Math.max(...times, created)) };
}

/** Reads and removes the records with the user's kubeconfig. */
function pendingOperations({ name, namespace, kubeContext }: InstalledRelease): PendingOperations {
    const connect = async () => (await kubeClients(kubeContext)).core;
    const labelSelector = `owner=helm,name=${name},status in (pending-install,pending-upgrade,pending-rollback)`;
    return {
        list: async () =>
            (await (await connect()).listNamespacedSecret({ namespace, labelSelector })).items.map(pendingOperation),
        remove: async ({ record }) => (await connect()).deleteNamespacedSecret({ namespace, name: record }),
    };
}
