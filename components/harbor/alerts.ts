/** What is watched of Harbor. Its own metrics: https://goharbor.io/docs/2.14.0/administration/metrics/ */
import type { Alert } from "../lib/monitoring-spec";
import { jobs, namespaceName } from "./names";
import type { HarborThresholds } from "./settings";

const exporter = `namespace="${namespaceName}",job="${jobs.exporter}"`;

/** Parts that Harbor calls unhealthy. The label `component` becomes `part`, because alerts have a `component` already. */
export const unhealthyParts = `max by (namespace, part) (label_replace(harbor_up{${exporter}} == 0, "part", "$1", "component", "(.*)"))`;
/** Whether Harbor does not answer. */
export const unanswered = `probe_success{job="${jobs.probe}"} == 0`;

/** The alerts on Harbor. */
export const harborAlerts = ({ queueMinutes }: HarborThresholds): Alert[] => [
    {
        alert: "HarborUnanswered",
        expr: unanswered,
        for: "5m",
        severity: "warning",
        summary: "Harbor does not answer",
        description: "{{ $labels.instance }} has not been answered for five minutes: no image can be pushed or pulled.",
        implies: [{ alerts: ["HarborPartUnhealthy", "HarborJobsWaiting"], equal: ["namespace"] }],
    },
    {
        alert: "HarborPartUnhealthy",
        expr: unhealthyParts,
        for: "10m",
        severity: "warning",
        summary: "A part of Harbor is not healthy",
        description: "Harbor has found its {{ $labels.part }} unhealthy for ten minutes.",
    },
    {
        alert: "HarborJobsWaiting",
        expr: `max by (namespace, type) (harbor_task_queue_latency{${exporter}}) > ${queueMinutes * 60}`,
        for: "10m",
        severity: "warning",
        summary: "Jobs of Harbor do not start",
        description:
            "The oldest job of the kind {{ $labels.type }} has waited for {{ $value | humanizeDuration }}: scans, retention or garbage collection are not done.",
    },
];
