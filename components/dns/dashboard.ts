import { PercentUnit, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { choice, type Dashboard, dashboard, graph, heatmap, layers, stat, states } from "../lib/dashboards";
import { cachePanels, redisRate } from "./cache-panels";
import { probed } from "./probes";
import type { windows } from "./slo";

const shownWindows = ["1h", "6h", "1d", "3d"] satisfies (typeof windows)[number][];

/** The page of the resolver and of the cache that its pods share. */
export function dnsDashboard(namespace: string): Dashboard {
    const here = `namespace="${namespace}"`;
    const selector = `{${here},pod=~"$pod"}`;
    const rate = (metric: string, by = "pod") => `sum by (${by}) (rate(${metric}${selector}[$__rate_interval]))`;
    const all = (metric: string) => rate(metric, "namespace");
    const quantile = (q: number) => `histogram_quantile(${q}, ${rate("unbound_response_time_seconds_bucket", "le")})`;
    const addressProbes = probed(namespace, "address");
    const podProbes = probed(namespace, "pod", ',pod=~"$pod"');
    const goodShare = (bad: string) =>
        Object.fromEntries(shownWindows.map((window) => [window, `1 - ${bad}:ratio_rate${window}{${here}}`]));
    const redis = (metric: string) => redisRate(namespace, metric);

    return dashboard({
        uid: "noc-dns",
        title: "DNS",
        description: "The resolver: what it is asked, how well and how fast it answers, and what its caches hold.",
        variables: [choice("pod", `unbound_up{${here}}`).label("Pod")],
        rows: [
            [
                4,
                stat(
                    "Answered now",
                    "Share of the latest probes of the resolver's address that were answered. Below 100 %, clients notice.",
                    PercentUnit,
                    {
                        "{{transport}}": `sum by (transport) (probe_success${addressProbes}) / count by (transport) (probe_success${addressProbes})`,
                    },
                    { below: [1, 0.5] },
                ),
                stat(
                    "Availability",
                    "Share of the probes of the address that were answered in that time. What it lacks is spent of the error budget.",
                    PercentUnit,
                    goodShare("namespace:dns_unanswered"),
                    { below: [0.999, 0.99] },
                ).decimals(2),
                stat(
                    "Answered in time",
                    "Share of the queries that were answered within the objective's time. What it lacks is spent of the error budget.",
                    PercentUnit,
                    goodShare("namespace:dns_slow"),
                    { below: [0.99, 0.95] },
                ).decimals(2),
            ],
            [
                8,
                states(
                    "Probes",
                    "Whether the address and each pod answered all questions. Worry when the address is red; a pod may be while it starts.",
                    {
                        "address {{transport}}": `min by (transport) (probe_success${addressProbes})`,
                        "{{pod}} {{transport}}": `min by (pod, transport) (probe_success${podProbes})`,
                    },
                    { 0: { text: "unanswered", color: "red" }, 1: { text: "answered", color: "green" } },
                ),
                graph(
                    "Duration of the probes",
                    "How long the slowest of them took, seen from the cluster. Worry when it stays above 200 ms.",
                    Seconds,
                    {
                        "address {{transport}}": `max by (transport) (probe_duration_seconds${addressProbes})`,
                        "{{pod}} {{transport}}": `max by (pod, transport) (probe_duration_seconds${podProbes})`,
                    },
                ),
            ],
            "Load",
            [
                8,
                graph(
                    "Queries",
                    "What each pod and all together are asked. Worry when it drops to nothing, or jumps without a reason.",
                    RequestsPerSecond,
                    {
                        "{{pod}}": `namespace_pod:unbound_queries:rate5m${selector}`,
                        all: `sum(namespace_pod:unbound_queries:rate5m${selector})`,
                    },
                ),
                layers(
                    "Transports",
                    "How the queries come. Much TCP means answers too long for UDP, or somebody who tries connections out.",
                    RequestsPerSecond,
                    {
                        UDP: `${all("unbound_queries_total")} - ${all("unbound_query_tcp_total")}`,
                        TCP: all("unbound_query_tcp_total"),
                    },
                ),
                layers(
                    "Types of query",
                    "What is asked for. Much ANY or TXT may be an attack or a tunnel.",
                    RequestsPerSecond,
                    { "{{type}}": rate("unbound_query_types_total", "type") },
                ),
            ],
            "Answers",
            [
                8,
                graph(
                    "Answers",
                    "What the answers say. Much NXDOMAIN may be a wrong search list or malware, much SERVFAIL is trouble upstream.",
                    RequestsPerSecond,
                    { "{{rcode}}": rate("unbound_answer_rcodes_total", "rcode") },
                ),
                graph(
                    "Failed answers",
                    "Share that is SERVFAIL, that fails DNSSEC validation, and of the lookups that get no answer at all. Worry when it stays: upstream is away, or zones do not validate.",
                    PercentUnit,
                    {
                        "SERVFAIL {{pod}}": `namespace_pod:unbound_servfail:ratio_rate5m${selector}`,
                        "bogus {{pod}}": `namespace_pod:unbound_bogus:ratio_rate5m${selector}`,
                        "unanswered {{pod}}": `namespace_pod:unbound_unanswered:ratio_rate5m${selector}`,
                    },
                    { above: [0.05, 0.2] },
                ),
                graph(
                    "Secured by DNSSEC",
                    "Share of the answers that were validated. Worry when it falls to nothing where it was not: nothing is validated any more.",
                    PercentUnit,
                    { secure: `${all("unbound_answers_secure_total")} / ${all("unbound_queries_total")}` },
                ).max(1),
            ],
            "Speed",
            [
                8,
                graph(
                    "Hit ratio",
                    "Share that the pods' memory answers, and of the rest that Redis does. Low for a while after a start; else the cache is too small.",
                    PercentUnit,
                    {
                        "{{pod}}": `namespace_pod:unbound_cache_hits:ratio_rate5m${selector}`,
                        all: `${all("unbound_cache_hits_total")} / (${all("unbound_cache_hits_total")} + ${all("unbound_cache_misses_total")})`,
                        Redis: `${redis("redis_keyspace_hits_total")} / (${redis("redis_keyspace_hits_total")} + ${redis("redis_keyspace_misses_total")})`,
                    },
                ).max(1),
                heatmap(
                    "Time of look-ups",
                    "How long the answers took that were not in memory. Worry when the bright band moves up.",
                    Seconds,
                    `sum by (le) (increase(unbound_response_time_seconds_bucket{${here},pod=~"$pod",le=~"0[.]00[1-9].*|0[.]0[1-9].*|0[.][1-9].*|[1-8]([.]0)?|[+]Inf"}[$__rate_interval]))`,
                ),
                graph(
                    "Quantiles of look-ups",
                    "The time that half, nine in ten and ninety-nine in a hundred look-ups take at most. Worry when p90 is above a second.",
                    Seconds,
                    { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
                    { above: [1, 2] },
                ),
            ],
            [
                8,
                graph(
                    "Ahead of time and after it",
                    "Names fetched before they expire, and answers given although expired. Much of the latter means that upstream is away.",
                    RequestsPerSecond,
                    { prefetched: all("unbound_prefetches_total"), expired: all("unbound_expired_total") },
                ),
                graph(
                    "Request list",
                    "Look-ups under way. Worry when it grows and stays: upstream is slow, or somebody asks for names that do not exist.",
                    Short,
                    {
                        "{{pod}}": `sum by (pod) (unbound_request_list_current_all${selector})`,
                        "{{pod}} for clients": `sum by (pod) (unbound_request_list_current_user${selector})`,
                    },
                ),
                graph(
                    "Turned away",
                    "Queries dropped from a full request list or from outside dnsAllowFrom, and replies nobody asked for. The last may be forgery.",
                    RequestsPerSecond,
                    {
                        "dropped by {{pod}}": `namespace_pod:unbound_dropped:rate5m${selector}`,
                        "unwanted queries": all("unbound_unwanted_queries_total"),
                        "unwanted replies": all("unbound_unwanted_replies_total"),
                    },
                ),
            ],
            "Caches",
            ...cachePanels(namespace),
        ],
    });
}
