import { NoUnit, PercentUnit, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { probed } from "../dns/probes";
import { type Dashboard, dashboard, graph, layers, stat, states } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { activeBackends, hits, own, timeouts } from "./alerts";
import { app, rules } from "./names";
import type { DnsdistThresholds } from "./settings";

/** A new panel at each call: a dashboard gives its panels their places. */
const answers = (namespace: string) => {
    const probes = `probe_success${probed(namespace, "address", "", app)}`;
    return stat(
        "dnsdist answers",
        "Fraction of the latest probes of dnsdist's addresses that were answered. Below 100 %, clients may be affected.",
        PercentUnit,
        { "over {{transport}}": `sum by (transport) (${probes}) / count by (transport) (${probes})` },
        { below: [1, 0.5] },
    ).decimals(0);
};

/** dnsdist on the overview dashboard. */
export const dnsdistOverview = (namespace: string): OverviewPanels => ({ stats: [answers(namespace)] });

/** The dashboard of dnsdist. */
export function dnsdistDashboard(namespace: string, { timeoutRatio, limitedQueries }: DnsdistThresholds): Dashboard {
    const window = "$__rate_interval";
    const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}${own(namespace)}[${window}]))`;
    const hit = (rule: string) => hits(namespace, rule, window);
    const quantile = (q: number) => `histogram_quantile(${q}, ${rate("dnsdist_latency_bucket", "le")}) / 1000`;
    return dashboard({
        uid: "noc-dnsdist",
        title: "dnsdist",
        description:
            "dnsdist in front of the resolver: its queries, what its rules do, and the resolver's pods behind it.",
        rows: [
            [
                4,
                answers(namespace),
                stat(
                    "Resolvers",
                    "Pods of the resolver that each dnsdist pod asks. Red: it answers nobody.",
                    NoUnit,
                    { "{{pod}}": activeBackends(namespace) },
                    { below: [1, 1] },
                ),
                stat(
                    "Unanswered",
                    "Fraction of the queries that the resolver does not answer within five seconds.",
                    PercentUnit,
                    { "{{pod}}": timeouts(namespace, window) },
                    { above: [timeoutRatio] },
                ).decimals(1),
                stat(
                    "Beyond the rate limit",
                    "Queries per second beyond noc:dnsdist.rateLimit.",
                    RequestsPerSecond,
                    { queries: hit(rules.limit) },
                    { above: [limitedQueries] },
                ),
            ],
            [
                8,
                layers("Transports", "Queries by transport.", RequestsPerSecond, {
                    "{{proto}}": rate("dnsdist_frontend_queries", "proto"),
                }),
                graph(
                    "Answers to clients",
                    "Answers by response code, the resolver's and dnsdist's own.",
                    RequestsPerSecond,
                    {
                        NOERROR: rate("dnsdist_frontend_noerror", "job"),
                        NXDOMAIN: rate("dnsdist_frontend_nxdomain", "job"),
                        SERVFAIL: rate("dnsdist_frontend_servfail", "job"),
                    },
                ),
                graph(
                    "Duration",
                    "Percentiles of the time from query to answer, between the histogram's bounds of 1, 10, 50, 100 and 1000 ms.",
                    Seconds,
                    { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
                ),
            ],
            "Rules",
            [
                8,
                graph(
                    "Response policy",
                    "Queries that noc:dnsdist.blocked and noc:dnsdist.rewritten answer.",
                    RequestsPerSecond,
                    {
                        blocked: hit(rules.blocked),
                        rewritten: hit(`${rules.rewritten}-[0-9]+`),
                    },
                ),
                graph(
                    "Refused or dropped",
                    "Queries beyond the rate limit, and queries from outside noc:dns.allowFrom, which get no answer.",
                    RequestsPerSecond,
                    {
                        "beyond the rate limit": hit(rules.limit),
                        "outside allowFrom": rate("dnsdist_acl_drops", "job"),
                    },
                ),
                graph(
                    "Failed TLS handshakes",
                    "TLS connections that failed, by error. Many at once: clients do not trust the certificate, or it has expired.",
                    RequestsPerSecond,
                    { "{{error}}": rate("dnsdist_frontend_tlshandshakefailures", "error") },
                ),
            ],
            "Resolvers",
            [
                8,
                states(
                    "Health checks",
                    "Whether each of the resolver's pods answers the health checks of each dnsdist pod.",
                    { "{{pod}} to {{address}}": `max by (pod, address) (dnsdist_server_status${own(namespace)})` },
                    { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } },
                ),
                layers("Queries to the resolvers", "Queries to each of the resolver's pods.", RequestsPerSecond, {
                    "{{address}}": rate("dnsdist_server_queries", "address"),
                }),
                graph(
                    "Queries under way",
                    "Queries to each of the resolver's pods that are not answered yet. A pod that stops answering collects them.",
                    Short,
                    { "{{address}}": `sum by (address) (dnsdist_server_outstanding${own(namespace)})` },
                ),
            ],
        ],
    });
}
