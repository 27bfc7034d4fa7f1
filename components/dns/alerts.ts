import type { AlertRule } from "../watch";

/**
 * The resolver's alerts. The exporter counts by thread: every expression sums over them. It answers scrapes also when
 * Unbound is down, and says so with `unbound_up 0`. Names: https://github.com/letsencrypt/unbound_exporter
 */
export function unboundAlerts(namespace: string): AlertRule[] {
    const of = (selector = "") => `{namespace="${namespace}"${selector}}`;
    const perPod = (metric: string, selector = "") => `sum by (namespace, pod) (rate(${metric}${of(selector)}[5m]))`;
    return [
        {
            alert: "UnboundDown",
            expr: `unbound_up${of()} == 0 or absent(unbound_up${of()})`,
            for: "1m",
            labels: { severity: "critical" },
            annotations: {
                summary: "A resolver is down",
                description:
                    "Unbound {{ $labels.pod }} has not answered its exporter for a minute, or is not scraped at all.",
            },
        },
        {
            alert: "UnboundHighSERVFAILRate",
            expr: `${perPod("unbound_answer_rcodes_total", ',rcode="SERVFAIL"')} / ${perPod("unbound_answer_rcodes_total")} > 0.05`,
            for: "5m",
            labels: { severity: "warning" },
            annotations: {
                summary: "Many answers are SERVFAIL",
                description:
                    "{{ $value | humanizePercentage }} of the answers of {{ $labels.pod }} are SERVFAIL: upstream servers cannot be reached or do not validate.",
            },
        },
        {
            alert: "UnboundSlowRecursion",
            // Unbound's own average spans its whole life; the histogram tells of now.
            expr: `histogram_quantile(0.9, sum by (namespace, pod, le) (rate(unbound_response_time_seconds_bucket${of()}[5m]))) > 1`,
            for: "10m",
            labels: { severity: "warning" },
            annotations: {
                summary: "Recursion is slow",
                description:
                    "One in ten answers that {{ $labels.pod }} has to look up takes longer than {{ $value | humanizeDuration }}.",
            },
        },
        {
            alert: "UnboundRequestListOverflow",
            expr: `sum by (namespace, pod) (rate(unbound_request_list_exceeded_total${of()}[5m]) + rate(unbound_request_list_overwritten_total${of()}[5m])) > 0`,
            for: "5m",
            labels: { severity: "warning" },
            annotations: {
                summary: "Queries are dropped",
                description:
                    "The request list of {{ $labels.pod }} is full: it drops {{ $value | humanize }} queries a second.",
            },
        },
        {
            alert: "UnboundLowCacheHitRate",
            expr: `${perPod("unbound_cache_hits_total")} / (${perPod("unbound_cache_hits_total")} + ${perPod("unbound_cache_misses_total")}) < 0.5 and ${perPod("unbound_queries_total")} > 10`,
            for: "30m",
            labels: { severity: "info" },
            annotations: {
                summary: "Few answers come from the cache",
                description:
                    "Only {{ $value | humanizePercentage }} of the queries to {{ $labels.pod }} are answered from its memory.",
            },
        },
        {
            alert: "UnboundNoQueries",
            expr: `sum by (namespace) (rate(unbound_queries_total${of()}[5m])) == 0`,
            for: "15m",
            labels: { severity: "warning" },
            annotations: {
                summary: "Nobody asks the resolver",
                description:
                    "No resolver in {{ $labels.namespace }} was asked anything for a quarter of an hour: do clients know its address?",
            },
        },
    ];
}
