/** The DHCP server on the overview dashboard. */
import { MessagesPerMinute, PercentUnit } from "@grafana/grafana-foundation-sdk/units";

import { graph, stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";

export const dhcpOverview = (namespace: string): OverviewPanels => ({
    stats: stats(namespace),
    graphs: graphs(namespace),
});

const stats = (namespace: string) => [
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

const graphs = (namespace: string) => [
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
