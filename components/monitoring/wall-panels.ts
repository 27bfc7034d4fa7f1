/** What the wall shows of each component. */
import {
    MessagesPerMinute,
    NoUnit,
    PercentUnit,
    RequestsPerSecond,
    Seconds,
} from "@grafana/grafana-foundation-sdk/units";

import { probed } from "../dns/probes";
import { openPools } from "../metallb/pools";
import { graph, layers, stat } from "../panels";

export type Stat = ReturnType<typeof stat>;
type Graph = ReturnType<typeof graph>;

export function dnsStats(namespace: string): Stat[] {
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

export const dnsGraphs = (namespace: string): Graph[] => [
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

export const dhcpStats = (namespace: string): Stat[] => [
    stat(
        "DHCP leases",
        "Share of the fullest subnet's addresses that are leased. At 100 % new clients get none.",
        PercentUnit,
        { "of fullest subnet": `max(namespace_subnet:kea_addresses_assigned:ratio{namespace="${namespace}"})` },
        { above: [0.8, 0.9] },
    ).decimals(0),
    stat(
        "DHCP requests",
        "What clients ask. Nothing at all for an hour means that the relays do not reach the server.",
        MessagesPerMinute,
        { asked: `sum(${messages("received", "discover|request", namespace)})` },
    ).decimals(0),
];

export const dhcpGraphs = (namespace: string): Graph[] => [
    graph(
        "DHCP messages",
        "What clients ask, and what they are told. Worry when acks stay behind requests, or NAKs go on.",
        MessagesPerMinute,
        {
            "{{operation}}": messages("received", "discover|request|decline", namespace),
            "{{operation}} sent": messages("sent", ".+", namespace),
        },
    ),
];

const messages = (direction: "received" | "sent", operations: string, namespace: string): string =>
    `60 * sum by (operation) (rate(kea_dhcp4_packets_${direction}_total{namespace="${namespace}",operation=~"${operations}"}[$__rate_interval]))`;

export function metallbStats(namespace: string): Stat[] {
    const pools = (metric: string, selector = "") =>
        `sum(max by (pool) (metallb_allocator_${metric}{namespace="${namespace}"${selector}}))`;
    const announced = `count(count by (ip) (metallb_speaker_announced{namespace="${namespace}"}))`;
    return [
        stat(
            "Addresses free",
            "What the load balancer has left for anybody. Without any, a new Service gets none.",
            NoUnit,
            {
                free: `${pools("addresses_total", `,${openPools}`)} - ${pools("addresses_in_use_total", `,${openPools}`)}`,
            },
            { below: [3, 1] },
        ),
        stat(
            "Addresses not announced",
            "Addresses that Services have and no node answers for. Worry about any: nobody on the network reaches them.",
            NoUnit,
            { "not announced": `${pools("addresses_in_use_total")} - (${announced} or vector(0))` },
            { above: [1, 1] },
        ),
    ];
}
