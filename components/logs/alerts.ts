/**
 * What is watched of the logs. Names of the metrics: https://grafana.com/docs/loki/v3.7.x/operations/observability/ and
 * https://grafana.com/docs/alloy/v1.16/reference/components/loki/loki.write/#debug-metrics
 */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import { collectorNamespace, jobs, namespaceName } from "./names";

const loki = `{namespace="${namespaceName}",job="${jobs.loki}"}`;
const collector = `{namespace="${collectorNamespace}",job="${jobs.collector}"}`;

/** Lines that the collectors gave up, by node's pod, destination and reason. */
const dropped = (window: string): string =>
    `sum by (namespace, pod, host, reason) (increase(loki_write_dropped_entries_total${collector}[${window}]))`;

/** When Loki last deleted what is older than the retention, in Unix seconds; when it started, if not since then. */
const lastDeletion = `(loki_compactor_apply_retention_last_successful_run_timestamp_seconds${loki} > 0 or process_start_time_seconds${loki})`;

/** The alerts on Loki and on the collectors. */
export const logsAlerts = (): Alert[] => [
    {
        alert: "LokiDown",
        expr: noneScraped(namespaceName, jobs.loki),
        for: "10m",
        severity: "warning",
        summary: "Loki is down",
        description:
            "Loki has not been scraped for ten minutes: no logs can be read, and the collectors hold back what the nodes write.",
        implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
    },
    {
        alert: "LogCollectorsDown",
        expr: noneScraped(collectorNamespace, jobs.collector),
        for: "10m",
        severity: "warning",
        summary: "No log collector runs",
        description: "No log collector has been scraped for ten minutes: no node's logs reach Loki.",
        implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
    },
    {
        alert: "LogLinesDropped",
        expr: `${dropped("15m")} > 0`,
        for: "5m",
        severity: "warning",
        summary: "Log lines are lost",
        description:
            "{{ $labels.pod }} has dropped {{ $value | humanize }} lines for {{ $labels.host }} in 15 minutes ({{ $labels.reason }}): they are missing there.",
    },
    {
        alert: "LogRetentionStopped",
        expr: `time() - ${lastDeletion} > 6 * 3600`,
        for: "10m",
        severity: "warning",
        summary: "Old logs are not deleted",
        description:
            "Loki has deleted no old logs for six hours: they are kept longer than the settings say, and the volume fills up.",
    },
];
