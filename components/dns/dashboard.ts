import { PercentUnit, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { choice, type Dashboard, dashboard, graph, heatmap, layers, stat, states } from "../lib/dashboards";
import { announced } from "./address-alerts";
import { cachePanels, redisRate } from "./cache-panels";
import { probed } from "./probes";
import type { DnsObjectives, DnsThresholds } from "./settings";
import type { windows } from "./slo";

const shownWindows = ["1h", "6h", "1d", "3d"] satisfies (typeof windows)[number][];

export interface DnsDashboardOptions {
    readonly namespace: string;
    /** The Services with the addresses: see `announced`. Undefined for a single address, which needs no comparison. */
    readonly service?: string;
    readonly thresholds: DnsThresholds;
    readonly objectives: DnsObjectives;
}

/** The dashboard of the resolver and of the cache that its pods share. Its limits are the stack's. */
export function dnsDashboard({ namespace, service, thresholds, objectives }: DnsDashboardOptions): Dashboard {
    const { servfailRatio, unansweredRatio, bogusRatio, answerSeconds, recursionSeconds, cacheHitRatio } = thresholds;
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
        description: "The resolver: queries, answers and their latency, and the caches.",
        variables: [choice("pod", `unbound_up{${here}}`).label("Pod")],
        rows: [
            [
                4,
                stat(
                    "Answered now",
                    "Fraction of the latest probes of the resolver's address that were answered. Below 100 %, clients may be affected.",
                    PercentUnit,
                    {
                        "{{transport}}": `sum by (transport) (probe_success${addressProbes}) / count by (transport) (probe_success${addressProbes})`,
                    },
                    { below: [1, 0.5] },
                ),
                stat(
                    "Availability",
                    "Fraction of the probes of the address that were answered in that time. Orange: below the objective; red: ten times the error budget is used.",
                    PercentUnit,
                    goodShare("namespace:dns_unanswered"),
                    { below: objectiveLimits(objectives.availability) },
                ).decimals(2),
                stat(
                    "Answered in time",
                    "Fraction of the queries that were answered within the objective's time. Orange: below the objective; red: ten times the error budget is used.",
                    PercentUnit,
                    goodShare("namespace:dns_slow"),
                    { below: objectiveLimits(objectives.latency) },
                ).decimals(2),
            ],
            [
                8,
                states(
                    "Probes",
                    "Whether each address and each pod answered all probes. A pod may be red while it starts; if an address is red, clients get no answers from it.",
                    {
                        "{{instance}} {{transport}}": `min by (instance, transport) (probe_success${addressProbes})`,
                        "{{pod}} {{transport}}": `min by (pod, transport) (probe_success${podProbes})`,
                    },
                    { 0: { text: "unanswered", color: "red" }, 1: { text: "answered", color: "green" } },
                ),
                graph(
                    "Duration of the probes",
                    "The slowest probe of each address and of each pod. The line is the alert threshold for the average of five minutes.",
                    Seconds,
                    {
                        "{{instance}} {{transport}}": `max by (instance, transport) (probe_duration_seconds${addressProbes})`,
                        "{{pod}} {{transport}}": `max by (pod, transport) (probe_duration_seconds${podProbes})`,
                    },
                    { above: [answerSeconds] },
                ),
                ...(service === undefined ? [] : [announcingNodes(namespace, service)]),
            ],
            "Load",
            [
                8,
                graph(
                    "Queries",
                    "Queries to each pod and to all together. Zero means that no client uses the resolver.",
                    RequestsPerSecond,
                    {
                        "{{pod}}": `namespace_pod:unbound_queries:rate5m${selector}`,
                        all: `sum(namespace_pod:unbound_queries:rate5m${selector})`,
                    },
                ),
                layers(
                    "Transports",
                    "Queries by transport. Much TCP means answers that are too long for UDP, or an attack on the TCP connections.",
                    RequestsPerSecond,
                    {
                        UDP: `${all("unbound_queries_total")} - ${all("unbound_query_tcp_total")}`,
                        // Unbound counts what came over TLS or HTTPS as TCP too, and HTTPS as TLS.
                        TCP: `${all("unbound_query_tcp_total")} - ${all("unbound_query_tls_total")}`,
                        TLS: `${all("unbound_query_tls_total")} - ${all("unbound_query_https_total")}`,
                        HTTPS: all("unbound_query_https_total"),
                    },
                ),
                layers(
                    "Types of query",
                    "Queries by record type. Much ANY or TXT may be an attack or a tunnel.",
                    RequestsPerSecond,
                    { "{{type}}": rate("unbound_query_types_total", "type") },
                ),
            ],
            "Answers",
            [
                8,
                graph(
                    "Answers",
                    "Answers by response code. Much NXDOMAIN points to a wrong search list or to malware, much SERVFAIL to upstream problems.",
                    RequestsPerSecond,
                    { "{{rcode}}": rate("unbound_answer_rcodes_total", "rcode") },
                ),
                graph(
                    "SERVFAIL",
                    "Fraction of the answers that are SERVFAIL: upstream servers cannot be reached, or answers fail validation.",
                    PercentUnit,
                    { "{{pod}}": `namespace_pod:unbound_servfail:ratio_rate5m${selector}` },
                    { above: [servfailRatio] },
                ),
                graph(
                    "Unanswered",
                    "Fraction of the lookups that get no answer: upstream servers do not respond, or too slowly.",
                    PercentUnit,
                    { "{{pod}}": `namespace_pod:unbound_unanswered:ratio_rate5m${selector}` },
                    { above: [unansweredRatio] },
                ),
            ],
            [
                8,
                graph(
                    "Bogus",
                    "Fraction of the answers that fail DNSSEC validation: a zone is signed incorrectly, or somebody forges answers.",
                    PercentUnit,
                    { "{{pod}}": `namespace_pod:unbound_bogus:ratio_rate5m${selector}` },
                    { above: [bogusRatio] },
                ),
                graph(
                    "Secured by DNSSEC",
                    "Fraction of the answers that passed validation. If it drops to zero, nothing is validated any more.",
                    PercentUnit,
                    { secure: `${all("unbound_answers_secure_total")} / ${all("unbound_queries_total")}` },
                ).max(1),
                graph(
                    "Dropped and unwanted",
                    "Queries dropped from a full request list or refused by noc:dns.allowFrom, and replies to no query of the resolver, which may be forged.",
                    RequestsPerSecond,
                    {
                        "dropped by {{pod}}": `namespace_pod:unbound_dropped:rate5m${selector}`,
                        "refused queries": all("unbound_unwanted_queries_total"),
                        "unwanted replies": all("unbound_unwanted_replies_total"),
                    },
                ),
            ],
            "Latency",
            [
                8,
                graph(
                    "Hit ratio",
                    "Fraction of the queries that a pod's own cache answers, and of the remaining ones that Redis answers. Low for a while after a start.",
                    PercentUnit,
                    {
                        "{{pod}}": `namespace_pod:unbound_cache_hits:ratio_rate5m${selector}`,
                        all: `${all("unbound_cache_hits_total")} / (${all("unbound_cache_hits_total")} + ${all("unbound_cache_misses_total")})`,
                        Redis: `${redis("redis_keyspace_hits_total")} / (${redis("redis_keyspace_hits_total")} + ${redis("redis_keyspace_misses_total")})`,
                    },
                    { below: [cacheHitRatio, 0] },
                ).max(1),
                heatmap(
                    "Duration of lookups",
                    "Distribution of the duration of lookups, that is of answers that are not in the cache.",
                    Seconds,
                    `sum by (le) (increase(unbound_response_time_seconds_bucket{${here},pod=~"$pod",le=~"0[.]00[1-9].*|0[.]0[1-9].*|0[.][1-9].*|[1-8]([.]0)?|[+]Inf"}[$__rate_interval]))`,
                ),
                graph(
                    "Percentiles of lookups",
                    "Percentiles of the duration of lookups. The line is the alert threshold for the 90th percentile.",
                    Seconds,
                    { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
                    { above: [recursionSeconds] },
                ),
            ],
            [
                8,
                graph(
                    "Prefetched and expired",
                    "Names that are looked up again before they expire, and expired answers that are served because upstream servers do not answer.",
                    RequestsPerSecond,
                    { prefetched: all("unbound_prefetches_total"), expired: all("unbound_expired_total") },
                ),
                graph(
                    "Request list",
                    "Pending lookups. If they stay high, upstream servers are slow, or clients query names that do not exist.",
                    Short,
                    {
                        "{{pod}}": `sum by (pod) (unbound_request_list_current_all${selector})`,
                        "{{pod}} for clients": `sum by (pod) (unbound_request_list_current_user${selector})`,
                    },
                ),
            ],
            "Caches",
            ...cachePanels(namespace, thresholds),
        ],
    });
}

const announcingNodes = (namespace: string, service: string) =>
    states(
        "Announcing nodes",
        "The node that announces each address and serves its clients, over time. Addresses on different nodes share the load.",
        { "{{ip}} {{node}}": `max by (ip, node) (${announced(namespace, service)})` },
        { 1: { text: "announces", color: "green" } },
    );

/** Below the objective, and where ten times the error budget is used. */
function objectiveLimits(objective: number): [number, number] {
    return [objective, Number((1 - 10 * (1 - objective)).toPrecision(6))];
}
