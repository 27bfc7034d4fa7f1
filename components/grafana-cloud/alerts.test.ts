import { testAlerts } from "../../tests/alert-tests";
import { chartAlerts, remoteWriteAlerts } from "./alerts";

const prometheus = 'namespace="monitoring",pod="prometheus-0"';
const collector = 'namespace="grafana-cloud",job="grafana-cloud",pod="a"';
const lostLabels = { namespace: "grafana-cloud", pod: "a" };
const lost = "a has given up 660 lines or spans in 15 minutes: they are missing in Grafana Cloud.";
const lostAtFirst = "a has given up 360 lines or spans in 15 minutes: they are missing in Grafana Cloud.";

describe("alerts on Grafana Cloud", () => {
    testAlerts(
        "grafanaCloud",
        [{ name: "grafana-cloud", records: [], alerts: [...remoteWriteAlerts(), ...chartAlerts()] }],
        [
            {
                alert: "GrafanaCloudMetricsDelayed",
                series: [
                    {
                        series: `prometheus_remote_storage_highest_timestamp_in_seconds{${prometheus}}`,
                        well: 9000,
                        trouble: 9000,
                    },
                    {
                        series: `prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${prometheus},remote_name="grafana-cloud",url="https://a"}`,
                        well: 8400,
                        trouble: 8340,
                    },
                    // Another destination, of somebody else.
                    {
                        series: `prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${prometheus},remote_name="other",url="https://b"}`,
                        well: 0,
                        trouble: 0,
                    },
                ],
                firesAfter: 5,
                labels: { namespace: "monitoring", pod: "prometheus-0", remote_name: "grafana-cloud" },
                description:
                    "The newest sample that prometheus-0 has sent to Grafana Cloud is 11m 0s old. After about two hours, samples are lost there; Prometheus has them all.",
            },
            {
                alert: "GrafanaCloudCollectorsDown",
                series: [{ series: `up{${collector}}`, well: 1, trouble: "absent" }],
                firesAfter: 10,
                labels: { namespace: "grafana-cloud", job: "grafana-cloud" },
                description:
                    "No collector in grafana-cloud has been scraped for ten minutes: logs and traces do not reach Grafana Cloud.",
            },
            {
                alert: "GrafanaCloudDataLost",
                cause: "logs",
                series: [
                    {
                        series: `loki_write_dropped_entries_total{${collector},reason="ingester_error"}`,
                        well: 0,
                        trouble: 60,
                        counter: true,
                    },
                ],
                firesAfter: 5,
                recoversAfter: 16,
                labels: lostLabels,
                description: lost,
                firstDescription: lostAtFirst,
            },
            {
                alert: "GrafanaCloudDataLost",
                cause: "traces",
                series: [
                    {
                        series: `otelcol_exporter_send_failed_spans_total{${collector},exporter="otlphttp"}`,
                        well: 0,
                        trouble: 60,
                        counter: true,
                    },
                ],
                firesAfter: 5,
                recoversAfter: 16,
                labels: lostLabels,
                description: lost,
                firstDescription: lostAtFirst,
            },
        ],
    );
});
