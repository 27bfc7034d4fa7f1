/** Says why the chart's pre-upgrade Job, in which Kea reads its new configuration, has failed: Helm says only that it has. */
import * as pulumi from "@pulumi/pulumi";

import { kubeClients } from "../lib/kube-client";

/** The Job of the chart (chart/templates/check.yaml). */
export interface ConfigCheck {
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

/** Logs the reason where the release failed in the check, and lets the error stand. */
export function explainRefusal(
    check: ConfigCheck,
    read: (check: ConfigCheck) => Promise<CheckResult | undefined> = readResult,
    report: (message: string) => Promise<void> = (message) => pulumi.log.error(message),
): pulumi.ErrorHook {
    return new pulumi.ErrorHook(`kea-check-${check.namespace}-${check.job}`, async ({ errors }) => {
        if (/pre-(install|upgrade)/.test(errors[0] ?? "")) {
            const result = await read(check).catch(() => undefined);
            await report(refusal(check, result));
        }
        return false;
    });
}

/** What the user is told. */
export function refusal({ job, namespace }: Omit<ConfigCheck, "kubeContext">, result: CheckResult = {}): string {
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

async function readResult({ job, namespace, kubeContext }: ConfigCheck): Promise<CheckResult | undefined> {
    const { core } = await kubeClients(kubeContext);
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
    const state = items.at(-1)?.status?.containerStatuses?.[0]?.state;
    const { reason, message } = state?.waiting ?? {};
    return { message: state?.terminated?.message, waiting: [reason, message].filter(Boolean).join(": ") };
}
