/** What is watched of the backups. kube-state-metrics knows the CronJobs; the pods are gone before they could be scraped. */
import type { Alert } from "../lib/monitoring-spec";
import { whileStateIsKnown } from "../lib/prometheus-rules";

/** A CronJob that makes backups. */
export interface BackupJob {
    readonly namespace: string;
    readonly cronjob: string;
}

const of = ({ namespace, cronjob }: BackupJob) => `{namespace="${namespace}",cronjob="${cronjob}"}`;
const each = (jobs: readonly BackupJob[], expr: (job: BackupJob) => string): string => jobs.map(expr).join(" or ");

const succeeded = (job: BackupJob): string =>
    `max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${of(job)})`;
const created = (job: BackupJob): string => `max by (namespace, cronjob) (kube_cronjob_created${of(job)})`;

/** Seconds since each job's last success, or, if there is none yet, since it was created. */
export const backupAge = (jobs: readonly BackupJob[]): string =>
    each(jobs, (job) => `time() - (${succeeded(job)} or ${created(job)})`);

/** Start of the newest Job that failed. */
const failed = ({ namespace, cronjob }: BackupJob): string => {
    const ofJob = `namespace="${namespace}",job_name=~"${cronjob}-.*"`;
    return `max by (namespace, cronjob) (label_replace(kube_job_status_start_time{${ofJob}} and on (namespace, job_name) (kube_job_failed{${ofJob},condition="true"} == 1), "cronjob", "${cronjob}", "", ""))`;
};

/**
 * The alerts on the backups.
 * @param ageHours age of the newest backup from which it counts as missed.
 */
export function backupAlerts(jobs: readonly BackupJob[], { ageHours }: { readonly ageHours: number }): Alert[] {
    return [
        {
            alert: "BackupMissed",
            expr: `(${backupAge(jobs)}) > ${ageHours * 3600}`,
            for: "5m",
            severity: "critical",
            summary: "A backup has not been made",
            description:
                "{{ $labels.cronjob }} in {{ $labels.namespace }} last succeeded {{ $value | humanizeDuration }} ago: what changed since then would be lost.",
            implies: [{ alerts: ["BackupFailed"], equal: ["namespace", "cronjob"] }],
        },
        {
            alert: "BackupFailed",
            expr: each(jobs, (job) => `(${failed(job)} unless (${succeeded(job)} > ${failed(job)}))`),
            for: "1m",
            severity: "warning",
            summary: "A backup has failed",
            description:
                "The last run of {{ $labels.cronjob }} in {{ $labels.namespace }} has failed: the backups before it are still there.",
        },
        {
            alert: "BackupNotScheduled",
            expr: whileStateIsKnown(
                each(jobs, (job) => `absent(kube_cronjob_info${of(job)}) or kube_cronjob_spec_suspend${of(job)} == 1`),
            ),
            for: "15m",
            severity: "warning",
            summary: "No backup is scheduled",
            description:
                "The CronJob {{ $labels.cronjob }} in {{ $labels.namespace }} is suspended or missing: no further backups are made.",
        },
    ];
}
