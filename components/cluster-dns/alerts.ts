import type { Alert } from "../lib/monitoring-spec";

/** CoreDNS checks an upstream server's health from the first query that it does not answer until it answers again. */
export const upstreamFailures =
    'sum by (to) (rate(coredns_proxy_healthcheck_failures_total{job="coredns",proxy_name="forward"}[5m]))';

export const clusterDnsAlerts = (): Alert[] => [
    {
        alert: "ClusterDnsUpstreamDown",
        expr: `${upstreamFailures} > 0.1`,
        for: "5m",
        severity: "warning",
        summary: "A server that CoreDNS forwards to does not answer",
        description:
            "CoreDNS gets no answer from {{ $labels.to }}: pods resolve names by the next server, or not at all if it is the last.",
    },
];
