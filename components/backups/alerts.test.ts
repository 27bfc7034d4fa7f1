import { testAlerts } from "../../tests/alert-tests";
import { backupAlerts } from "./alerts";

const namespace = "backups";
const cronjob = "backup-etcd";
const labels = { namespace, cronjob };
const of = `namespace="${namespace}",cronjob="${cronjob}",job="kube-state-metrics"`;
const ofJob = `namespace="${namespace}",job_name="${cronjob}-29395380",job="kube-state-metrics"`;
const known = { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 };
/** The time of the last success: at the threshold of an hour two hours after the beginning, and 12 minutes later. */
const lastSuccess = (series: string) => ({ series, well: 4320, trouble: 3600 });
const missed = {
    alert: "BackupMissed",
    calm: 120,
    // A minute until the age is above the threshold, and five more.
    firesAfter: 6,
    labels,
    firstDescription: "backup-etcd in backups last succeeded 1h 6m 0s ago: what changed since then would be lost.",
    description: "backup-etcd in backups last succeeded 1h 11m 0s ago: what changed since then would be lost.",
};

const failed = {
    alert: "BackupFailed",
    firesAfter: 1,
    labels,
    description: "The last run of backup-etcd in backups has failed: the backups before it are still there.",
};

describe("alerts on backups", () => {
    testAlerts(
        "backups",
        [{ name: "backups", records: [], alerts: backupAlerts([{ namespace, cronjob }], { ageHours: 1 }) }],
        [
            { ...missed, series: [lastSuccess(`kube_cronjob_status_last_successful_time{${of}}`)] },
            { ...missed, cause: "none has ever been made", series: [lastSuccess(`kube_cronjob_created{${of}}`)] },
            {
                ...failed,
                series: [
                    { series: `kube_cronjob_status_last_successful_time{${of}}`, well: 900, trouble: 900 },
                    { series: `kube_job_status_start_time{${ofJob}}`, well: 1000, trouble: 1000 },
                    { series: `kube_job_failed{${ofJob},condition="true"}`, well: 0, trouble: 1 },
                ],
            },
            {
                ...failed,
                cause: "and none has ever succeeded",
                series: [
                    { series: `kube_job_status_start_time{${ofJob}}`, well: 1000, trouble: 1000 },
                    { series: `kube_job_failed{${ofJob},condition="true"}`, well: 0, trouble: 1 },
                ],
            },
            {
                ...failed,
                cause: "is silent after a later success",
                series: [
                    { series: `kube_cronjob_status_last_successful_time{${of}}`, well: 2000, trouble: 900 },
                    { series: `kube_job_status_start_time{${ofJob}}`, well: 1000, trouble: 1000 },
                    { series: `kube_job_failed{${ofJob},condition="true"}`, well: 1, trouble: 1 },
                ],
            },
            {
                alert: "BackupNotScheduled",
                cause: "missing",
                series: [known, { series: `kube_cronjob_info{${of}}`, well: 1, trouble: "absent" }],
                firesAfter: 15,
                labels,
                description: "The CronJob backup-etcd in backups is suspended or missing: no further backups are made.",
            },
            {
                alert: "BackupNotScheduled",
                cause: "suspended",
                series: [
                    known,
                    { series: `kube_cronjob_info{${of}}`, well: 1, trouble: 1 },
                    { series: `kube_cronjob_spec_suspend{${of}}`, well: 0, trouble: 1 },
                ],
                firesAfter: 15,
                labels: { ...labels, job: "kube-state-metrics" },
                description: "The CronJob backup-etcd in backups is suspended or missing: no further backups are made.",
            },
        ],
    );
});
