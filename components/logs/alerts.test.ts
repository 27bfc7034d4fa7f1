import { testAlerts } from "../../tests/alert-tests";
import { logsAlerts } from "./alerts";

const loki = 'namespace="logs",job="loki"';
const collector = 'namespace="log-collector",job="log-collector"';

describe("alerts on logs", () => {
    testAlerts(
        "logs",
        [{ name: "logs", records: [], alerts: logsAlerts() }],
        [
            {
                alert: "LokiDown",
                cause: "not scraped",
                series: [{ series: `up{${loki},pod="loki-0"}`, well: 1, trouble: "absent" }],
                firesAfter: 10,
                labels: { namespace: "logs", job: "loki" },
                description:
                    "Loki has not been scraped for ten minutes: no logs can be read, and the collectors hold back what the nodes write.",
            },
            {
                alert: "LokiDown",
                cause: "scrapes fail",
                series: [{ series: `up{${loki},pod="loki-0"}`, well: 1, trouble: 0 }],
                firesAfter: 10,
                labels: { namespace: "logs", job: "loki" },
                description:
                    "Loki has not been scraped for ten minutes: no logs can be read, and the collectors hold back what the nodes write.",
            },
            {
                alert: "LogCollectorsDown",
                series: [
                    { series: `up{${collector},pod="a"}`, well: 1, trouble: 0 },
                    { series: `up{${collector},pod="b"}`, well: 0, trouble: 0 },
                ],
                firesAfter: 10,
                labels: { namespace: "log-collector", job: "log-collector" },
                description: "No log collector has been scraped for ten minutes: no node's logs reach Loki.",
            },
            {
                alert: "LogLinesDropped",
                series: [
                    {
                        series: `loki_write_dropped_entries_total{${collector},pod="a",host="loki.logs.svc:3100",reason="line_too_long"}`,
                        well: 0,
                        trouble: 60,
                        counter: true,
                    },
                ],
                firesAfter: 5,
                recoversAfter: 16,
                labels: { namespace: "log-collector", pod: "a", host: "loki.logs.svc:3100", reason: "line_too_long" },
                description:
                    "a has dropped 660 lines for loki.logs.svc:3100 in 15 minutes (line_too_long): they are missing there.",
                firstDescription:
                    "a has dropped 360 lines for loki.logs.svc:3100 in 15 minutes (line_too_long): they are missing there.",
            },
            {
                alert: "LogRetentionStopped",
                series: [
                    // Loki reports 0 from its start until the first deletion.
                    {
                        series: `loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${loki},pod="loki-0"}`,
                        well: 1e9,
                        trouble: 0,
                    },
                    { series: `process_start_time_seconds{${loki},pod="loki-0"}`, well: 1, trouble: 1 },
                ],
                firesAfter: 10,
                calm: 400,
                labels: { namespace: "logs", job: "loki", pod: "loki-0" },
                description:
                    "Loki has deleted no old logs for six hours: they are kept longer than the settings say, and the volume fills up.",
            },
        ],
    );
});
