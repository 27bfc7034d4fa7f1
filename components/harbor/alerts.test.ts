import { testAlerts } from "../../tests/alert-tests";
import { harborAlerts } from "./alerts";

const probed = { namespace: "harbor", job: "harbor", instance: "http://harbor.harbor.svc/api/v2.0/ping" };
const probe = Object.entries(probed).map(([label, value]) => `${label}="${value}"`);
const exporter = 'namespace="harbor",job="harbor-exporter",pod="harbor-exporter-a"';

describe("alerts on Harbor", () => {
    testAlerts(
        "harbor",
        [{ name: "harbor", records: [], alerts: harborAlerts({ queueMinutes: 60 }) }],
        [
            {
                alert: "HarborUnanswered",
                series: [{ series: `probe_success{${probe.join()}}`, well: 1, trouble: 0 }],
                firesAfter: 5,
                labels: probed,
                description:
                    "http://harbor.harbor.svc/api/v2.0/ping has not been answered for five minutes: no image can be pushed or pulled.",
            },
            {
                alert: "HarborPartUnhealthy",
                series: [
                    { series: `harbor_up{${exporter},component="registry"}`, well: 1, trouble: 0 },
                    { series: `harbor_up{${exporter},component="core"}`, well: 1, trouble: 1 },
                ],
                firesAfter: 10,
                labels: { namespace: "harbor", part: "registry" },
                description: "Harbor has found its registry unhealthy for ten minutes.",
            },
            {
                alert: "HarborJobsWaiting",
                series: [
                    {
                        series: `harbor_task_queue_latency{${exporter},type="GARBAGE_COLLECTION"}`,
                        well: 3600,
                        trouble: 3660,
                    },
                    { series: `harbor_task_queue_latency{${exporter},type="RETENTION"}`, well: 0, trouble: 0 },
                ],
                firesAfter: 10,
                labels: { namespace: "harbor", type: "GARBAGE_COLLECTION" },
                description:
                    "The oldest job of the kind GARBAGE_COLLECTION has waited for 1h 1m 0s: scans, retention or garbage collection are not done.",
            },
        ],
    );
});
