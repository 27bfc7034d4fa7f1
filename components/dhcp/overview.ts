/** The DHCP server on the overview dashboard. */
import { MessagesPerMinute, PercentUnit } from "@grafana/grafana-foundation-sdk/units";

import { graph, stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import type { DhcpThresholds } from "./settings";

export const dhcpOverview = (namespace: string, thresholds: DhcpThresholds): OverviewPanels => ({
    stats: stats(namespace, thresholds),
    graphs: graphs(namespace),
});

const stats = (namespace: string, { poolWarning, poolCritical }: DhcpThresholds) => [
    stat(
        "DHCP leases",
        "Share of the fullest subnet's addresses that are leased. At 100 %, new clients get none.",
        PercentUnit,
        { "of fullest subnet": `max(namespace_subnet:kea_addresses_assigned:ratio{namespace="${namespace}"})` },
        { above: [poolWarning, poolCritical] },
    ).decimals(0),
    stat(
        "DHCP requests",
        "DISCOVER and REQUEST messages per minute. None for a long time means that relays do not reach the server.",
        MessagesPerMinute,
        { requests: `sum(${messages("received", "discover|request", namespace)})` },
    ).decimals(0),
];

const graphs = (namespace: string) => [
    graph(
        "DHCP messages",
        "Messages of clients and of the server. Fewer ACK than REQUEST messages, or NAK messages that go on, need attention.",
        MessagesPerMinute,
        {
            "{{operation}}": messages("received", "discover|request|decline", namespace),
            "{{operation}} sent": messages("sent", ".+", namespace),
        },
    ),
];

const messages = (direction: "received" | "sent", operations: string, namespace: string): string =>
    `60 * sum by (operation) (rate(kea_dhcp4_packets_${direction}_total{namespace="${namespace}",operation=~"${operations}"}[$__rate_interval]))`;
