import type { Alert } from "../lib/monitoring-spec";

/** Job of the probe's samples. */
export const job = "object-storage";

/** The alerts on the object storage. It exports no metrics for Prometheus, only by OTLP. */
export const objectStorageAlerts = (): Alert[] => [
    {
        alert: "ObjectStorageUnanswered",
        expr: `probe_success{job="${job}"} == 0`,
        for: "5m",
        severity: "warning",
        summary: "The object storage does not answer",
        description: "{{ $labels.instance }} has not been answered for five minutes: no object can be read or written.",
    },
];
