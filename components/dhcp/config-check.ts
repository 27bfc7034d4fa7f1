/** Says why a Job that the chart runs before an upgrade has failed: Helm says only that it has. */
import * as pulumi from "@pulumi/pulumi";

import { kubeClients } from "../lib/kube-client";

/** A Job of the chart that runs before anything is changed. */
export interface CheckJob {
    readonly job: string;
    /** What the user is told about a Job that has failed, given its pod; undefined if that is gone. */
    readonly explain: (result: CheckResult | undefined) => string;
}

/** Where a Job runs. */
export interface CheckPlace {
    readonly job: string;
    readonly namespace: string;
    readonly kubeContext: string;
}

/** The container of a Job's pod, as far as it tells why the Job has failed. */
export interface CheckResult {
    /** What the container wrote last, where it has ended. */
    readonly message?: string;
    /** Why it has not started, such as `ImagePullBackOff: …`. */
    readonly waiting?: string;
}

/** The Job in which Kea reads its new configuration (chart/templates/check.yaml). */
export const configCheck = (job: string, namespace: string): CheckJob => ({
    job,
    explain: (result) => refusal({ job, namespace }, result),
});

/** Logs the reason where the release failed in one of the Jobs, at least one, and lets the error stand. */
export function explainRefusal(
    { name, namespace, kubeContext }: Omit<CheckPlace, "job"> & { readonly name: string },
    jobs: readonly [CheckJob, ...CheckJob[]],
    read: (place: CheckPlace) => Promise<CheckResult | undefined> = readResult,
    report: (message: string) => Promise<void> = (message) => pulumi.log.error(message),
): pulumi.ErrorHook {
    return new pulumi.ErrorHook(`kea-check-${namespace}-${name}`, async ({ errors: [error = ""] }) => {
        if (/pre-(install|upgrade)/.test(error)) {
            const named = jobs.filter(({ job }) => error.includes(job));
            // Helm does not name a Job whose pod does not start. Those before it have succeeded, and are gone.
            const results = await Promise.all(
                (named.length > 0 ? named : jobs).map(async ({ job, explain }) => {
                    const result = await read({ job, namespace, kubeContext }).catch(() => undefined);
                    return { explain, result };
                }),
            );
            const failed = results.find(({ result }) => result !== undefined) ?? results[0];
            await report(failed?.explain(failed.result) ?? "");
        }
        return false;
    });
}

/** What the user is told. */
export function refusal({ job, namespace }: Omit<CheckPlace, "kubeContext">, result: CheckResult = {}): string {
    const { message, waiting } = result;
    const unchanged = "the server that was deployed before, if any, goes on unchanged";
    if (message) {
        // Kea logs the reason, and repeats it on its last line.
        const reasons = message.split("\n").filter((line) => /^(Error encountered|Syntax check failed)/.test(line));
        return `Kea refuses its new configuration, so it is not deployed; ${unchanged}. Correct noc:dhcp:\n${reasons.join("\n") || message.trim()}`;
    }
    const details = waiting ? `its pod does not start: ${waiting}` : `see kubectl -n ${namespace} describe job ${job}`;
    return `Kea's new configuration could not be checked, so it is not deployed; ${unchanged}; ${details}`;
}

async function readResult({ job, namespace, kubeContext }: CheckPlace): Promise<CheckResult | undefined> {
    const { core } = await kubeClients(kubeContext);
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
    const pod = items.at(-1);
    if (!pod) {
        return undefined;
    }
    const state = pod.status?.containerStatuses?.[0]?.state;
    const { reason, message } = state?.waiting ?? {};
    return { message: state?.terminated?.message, waiting: [reason, message].filter(Boolean).join(": ") };
}
