/** The resolver's panels on the overview dashboard. */
import { PercentUnit, RequestsPerSecond, Seconds } from "@grafana/grafana-foundation-sdk/units";

import { graph, layers, stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { probed } from "./probes";
import type { DnsThresholds } from "./settings";

export const dnsOverview = (namespace: string, thresholds: DnsThresholds): OverviewPanels => ({
    stats: stats(namespace, thresholds),
    graphs: graphs(namespace, thresholds),
});

function stats(namespace: string, { servfailRatio, recursionSeconds }: DnsThresholds) {
    const probes = `probe_success${probed(namespace, "address")}`;
    const rate = (metric: string, selector = "") =>
        `sum(rate(${metric}{namespace="${namespace}"${selector}}[$__rate_interval]))`;
    const servfail = rate("unbound_answer_rcodes_total", ',rcode="SERVFAIL"');
    return [
        stat(
            "DNS answers",
            "Fraction of the latest probes of the resolver's address that were answered. Below 100 %, clients may be affected.",
            PercentUnit,
            { "over {{transport}}": `sum by (transport) (${probes}) / count by (transport) (${probes})` },
            { below: [1, 0.5] },
        ).decimals(0),
        stat("DNS queries", "Queries to all resolvers. Zero means that no client uses them.", RequestsPerSecond, {
            queries: `sum(namespace_pod:unbound_queries:rate5m{namespace="${namespace}"})`,
        }).decimals(1),
        stat(
            "DNS failures",
            "Fraction of the queries that are answered SERVFAIL: upstream servers cannot be reached, or answers fail validation.",
            PercentUnit,
            { SERVFAIL: `${servfail} / ${rate("unbound_queries_total")}` },
            { above: [servfailRatio] },
        ).decimals(1),
        stat(
            "DNS lookups",
            "90th percentile of the duration of a lookup, that is of answers that are not in the cache.",
            Seconds,
            { p90: quantile(0.9, namespace) },
            { above: [recursionSeconds] },
        ).decimals(0),
    ];
}

const graphs = (namespace: string, { recursionSeconds }: DnsThresholds) => [
    layers("DNS queries", "Queries to each resolver pod.", RequestsPerSecond, {
        "{{pod}}": `namespace_pod:unbound_queries:rate5m{namespace="${namespace}"}`,
    }),
    graph(
        "DNS lookups",
        "Percentiles of the duration of lookups, that is of answers that are not in the cache.",
        Seconds,
        { p50: quantile(0.5, namespace), p90: quantile(0.9, namespace), p99: quantile(0.99, namespace) },
        { above: [recursionSeconds] },
    ),
];

const quantile = (q: number, namespace: string): string =>
    `histogram_quantile(${q}, sum by (le) (rate(unbound_response_time_seconds_bucket{namespace="${namespace}"}[$__rate_interval])))`;
