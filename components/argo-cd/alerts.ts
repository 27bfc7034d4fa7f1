/**
 * What is watched of Argo CD. Prometheus keeps the metrics' own label `namespace` as `exported_namespace`. Names:
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/
 */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import { namespaceName } from "./names";

const applications = (condition: string): string =>
    `max by (namespace, project, name) (argocd_app_info{namespace="${namespaceName}",${condition}}) == 1`;

/** Applications that Argo CD is to keep as in their repository, and that are not. */
export const notSynced = applications('autosync_enabled="true",sync_status!="Synced"');

/** Applications with an object that is broken or missing. */
export const unhealthy = applications('health_status=~"Degraded|Missing"');

/**
 * The alerts on Argo CD.
 * @param jobs of its parts' samples.
 */
export const argoCdAlerts = (jobs: readonly string[]): Alert[] => [
    {
        alert: "ArgoCdDown",
        expr: jobs.map((job) => noneScraped(namespaceName, job)).join(" or "),
        for: "10m",
        severity: "warning",
        summary: "A part of Argo CD is down",
        description:
            "No {{ $labels.job }} has been scraped for ten minutes: applications run on, but changes in Git may not reach them.",
        implies: [{ alerts: ["ExporterDown"], equal: ["namespace", "job"] }],
    },
    {
        alert: "ArgoCdApplicationNotSynced",
        expr: notSynced,
        for: "30m",
        severity: "warning",
        summary: "An Application differs from its repository",
        description: "The Application {{ $labels.name }} has differed from its repository for 30 minutes.",
    },
    {
        alert: "ArgoCdApplicationUnhealthy",
        expr: unhealthy,
        for: "15m",
        severity: "warning",
        summary: "An Application is unhealthy",
        description: "The Application {{ $labels.name }} has been degraded or incomplete for 15 minutes.",
    },
];
