/** The resolver on the overview dashboard. */
import { PercentUnit, RequestsPerSecond, Seconds } from "@grafana/grafana-foundation-sdk/units";

import { graph, layers, stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { probed } from "./probes";

export const dnsOverview = (namespace: string): OverviewPanels => ({
    stats: stats(namespace),
    graphs: graphs(namespace),
});

function stats(namespace: string) {
    const probes = `probe_success${probed(namespace, "address")}`;
    const rate = (metric: string, selector = "") =>
        `sum(rate(${metric}{namespace="${namespace}"${selector}}[$__rate_interval]))`;
    const servfail = rate("unbound_answer_rcodes_total", ',rcode="SERVFAIL"');
    return [
        stat(
            "DNS answers",
            "Share of the latest probes of the resolver's address that were answered. Below 100 % clients notice.",
            PercentUnit,
            { "over {{transport}}": `sum by (transport) (${probes}) / count by (transport) (${probes})` },
            { below: [1, 0.5] },
        ).decimals(0),
        stat("DNS queries", "What the resolver is asked. Worry when it drops to nothing.", RequestsPerSecond, {
            queries: `sum(namespace_pod:unbound_queries:rate5m{namespace="${namespace}"})`,
        }).decimals(1),
        stat(
            "DNS failures",
            "Share of the queries that are answered SERVFAIL. Worry when it stays: upstream is away, or zones do not validate.",
            PercentUnit,
            { SERVFAIL: `${servfail} / ${rate("unbound_queries_total")}` },
            { above: [0.05, 0.2] },
        ).decimals(1),
        stat(
            "DNS look-ups",
            "The time that nine in ten look-ups take at most. Worry above a second: people notice.",
            Seconds,
            { "nine in ten": quantile(0.9, namespace) },
            { above: [1, 2] },
        ).decimals(0),
    ];
}

const graphs = (namespace: string) => [
    layers("DNS queries", "What each resolver is asked. Worry when it drops to nothing, or jumps.", RequestsPerSecond, {
        "{{pod}}": `namespace_pod:unbound_queries:rate5m{namespace="${namespace}"}`,
    }),
    graph("DNS look-ups", "How long answers take that are not in memory. Worry when p90 stays above 1 s.", Seconds, {
        p50: quantile(0.5, namespace),
        p90: quantile(0.9, namespace),
        p99: quantile(0.99, namespace),
    }),
];

const quantile = (q: number, namespace: string): string =>
    `histogram_quantile(${q}, sum by (le) (rate(unbound_response_time_seconds_bucket{namespace="${namespace}"}[$__rate_interval])))`;
