/**
 * What is watched of sending. Names of the metrics: https://prometheus.io/docs/practices/remote_write/ and
 * https://grafana.com/docs/alloy/v1.16/reference/components/loki/loki.write/#debug-metrics
 */
import { type Alert, monitoringNamespace } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import { job, namespaceName, remoteName } from "./names";

const prometheus = `namespace="${monitoringNamespace}"`;

/** By how many seconds the newest sample that was sent is older than the newest one of Prometheus. */
export const delay =
    `max by (namespace, pod) (prometheus_remote_storage_highest_timestamp_in_seconds{${prometheus}})` +
    ` - on (namespace, pod) group_right () max by (namespace, pod, remote_name) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${prometheus},remote_name="${remoteName}"})`;

/** The alerts on what Prometheus sends. */
export const remoteWriteAlerts = (): Alert[] => [
    {
        alert: "GrafanaCloudMetricsDelayed",
        expr: `${delay} > 600`,
        for: "5m",
        severity: "warning",
        summary: "Metrics do not reach Grafana Cloud",
        description:
            "The newest sample that {{ $labels.pod }} has sent to Grafana Cloud is {{ $value | humanizeDuration }} old. After about two hours, samples are lost there; Prometheus has them all.",
    },
];

const lost = (metric: string): string =>
    `sum by (namespace, pod) (increase(${metric}{namespace="${namespaceName}",job="${job}"}[15m]))`;

/** The alerts on the chart's collectors. */
export const chartAlerts = (): Alert[] => [
    {
        alert: "GrafanaCloudCollectorsDown",
        expr: noneScraped(namespaceName, job),
        for: "10m",
        severity: "warning",
        summary: "No collector for Grafana Cloud runs",
        description:
            "No collector in grafana-cloud has been scraped for ten minutes: logs and traces do not reach Grafana Cloud.",
        implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
    },
    {
        alert: "GrafanaCloudDataLost",
        expr: ["loki_write_dropped_entries_total", "otelcol_exporter_send_failed_spans_total"]
            .map((metric) => `${lost(metric)} > 0`)
            .join(" or "),
        for: "5m",
        severity: "warning",
        summary: "Logs or traces are lost on their way to Grafana Cloud",
        description:
            "{{ $labels.pod }} has given up {{ $value | humanize }} lines or spans in 15 minutes: they are missing in Grafana Cloud.",
    },
];
