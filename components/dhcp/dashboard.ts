import { MessagesPerMinute, NoUnit, PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import { bars, type Dashboard, dashboard, graph, stat, table } from "../lib/dashboards";
import { failedAllocations } from "./alerts";

/** The page of the DHCP server. */
export function dhcpDashboard(namespace: string): Dashboard {
    const here = `namespace="${namespace}"`;
    const ratio = `namespace_subnet:kea_addresses_assigned:ratio{${here}}`;
    // The exporter gives these for each subnet and again for each of its pools.
    const subnets = (metric: string) => `sum by (subnet) (${metric}{${here},pool=""})`;
    const pools = (metric: string) => `sum by (subnet, pool) (${metric}{${here},pool!=""})`;
    const aMinute = (metric: string, by: string, selector = "") =>
        `60 * sum by (${by}) (rate(${metric}{${here}${selector}}[$__rate_interval]))`;
    const received = (operation: string) =>
        aMinute("kea_dhcp4_packets_received_total", "operation", `,operation=~"${operation}"`);
    const sent = (operation: string) =>
        aMinute("kea_dhcp4_packets_sent_total", "operation", `,operation=~"${operation}"`);
    const total = (messages: string) => `sum(${messages})`;

    return dashboard({
        uid: "noc-dhcp",
        title: "DHCP",
        description: "The DHCP server: how full its subnets are, and whether clients get what they ask for.",
        rows: [
            [
                4,
                stat(
                    "Fullest subnet",
                    "Share of its addresses that are leased. At 100 % new clients get none.",
                    PercentUnit,
                    { used: `max(${ratio})` },
                    { above: [0.8, 0.9] },
                ).decimals(1),
                stat(
                    "Leases",
                    "Addresses that are leased now. Worry when it drops: clients are gone, or leases are lost.",
                    NoUnit,
                    { leased: `sum(kea_dhcp4_addresses_assigned_total{${here},pool=""})` },
                ),
                stat(
                    "Asked",
                    "What clients ask a minute. Nothing at all for an hour means that the relays do not reach the server.",
                    MessagesPerMinute,
                    { asked: total(received("discover|request")) },
                ).decimals(1),
                stat(
                    "Refused",
                    "NAKs a minute. Clients bring addresses of another network, or another server hands out the same ones.",
                    MessagesPerMinute,
                    { NAK: total(sent("nak")) },
                    { above: [1, 10] },
                ).decimals(1),
            ],
            "Addresses",
            [
                8,
                graph(
                    "Use of the subnets",
                    "Share of each subnet's addresses that are leased. Worry above 80 %, or when it climbs faster than people come.",
                    PercentUnit,
                    { "{{subnet}}": ratio },
                    { above: [0.8, 0.9] },
                ).max(1),
                graph(
                    "Leases and addresses",
                    "What each subnet has leased, and what it has. A sudden drop of the first is many clients gone or leases lost.",
                    Short,
                    {
                        "{{subnet}} leased": subnets("kea_dhcp4_addresses_assigned_total"),
                        "{{subnet}} in all": subnets("kea_dhcp4_addresses_total"),
                    },
                ),
            ],
            [
                8,
                bars(
                    "Use of the pools",
                    "Share of each pool's addresses that are leased. A full pool does no harm while another of its subnet has some left.",
                    PercentUnit,
                    {
                        "{{pool}}": `${pools("kea_dhcp4_addresses_assigned_total")} / ${pools("kea_dhcp4_addresses_total")}`,
                    },
                    { above: [0.8, 0.9] },
                ).max(1),
                table(
                    "Pools",
                    "The same in numbers. Declined are those that somebody else uses: find out who.",
                    NoUnit,
                    { Subnet: "subnet", Pool: "pool" },
                    {
                        Leased: pools("kea_dhcp4_addresses_assigned_total"),
                        Addresses: pools("kea_dhcp4_addresses_total"),
                        Declined: pools("kea_dhcp4_addresses_declined_total"),
                    },
                ).overrideByName("Pool", [{ id: "custom.width", value: 260 }]),
            ],
            "Conversations",
            [
                8,
                graph(
                    "Received",
                    "What clients say, by kind of message. Worry when nobody says anything, or discovers come in floods.",
                    MessagesPerMinute,
                    { "{{operation}}": received("discover|request|release|decline|inform") },
                ),
                graph("Sent", "What they are told. Worry about any NAKs that stay.", MessagesPerMinute, {
                    "{{operation}}": sent(".+"),
                }),
                graph(
                    "From discover to lease",
                    "The four steps together. Where a line falls away from the one before, clients get stuck there.",
                    MessagesPerMinute,
                    {
                        "1 discover": total(received("discover")),
                        "2 offer": total(sent("offer")),
                        "3 request": total(received("request")),
                        "4 ack": total(sent("ack")),
                    },
                ),
            ],
            "Trouble",
            [
                7,
                graph(
                    "No address found",
                    "Requests within five minutes that no address was found for, by subnet and cause. Worry about any: somebody is without network.",
                    Short,
                    {
                        "{{subnet}} {{context}}": `sum by (subnet, context) (${failedAllocations(namespace)} or 0 * kea_dhcp4_allocations_failed_total{${here}})`,
                    },
                ).noValue("none"),
                graph(
                    "Dropped",
                    "Messages that the server does not answer. Worry when they are many: it is overloaded, or somebody sends it rubbish.",
                    MessagesPerMinute,
                    { "{{operation}}": received("drop|parse-failed|unknown") },
                ),
                graph(
                    "Declined",
                    "Addresses that clients have found in use by somebody else. Worry about any: find the device with a fixed address.",
                    Short,
                    { "{{subnet}}": subnets("kea_dhcp4_addresses_declined_total") },
                ),
                graph(
                    "Reclaimed and in conflict",
                    "Leases that ran out, and reservations whose address somebody else has leased. Worry about any of the latter.",
                    MessagesPerMinute,
                    {
                        "{{subnet}} reclaimed": aMinute("kea_dhcp4_addresses_reclaimed_total", "subnet", ',pool=""'),
                        "{{subnet}} in conflict": aMinute("kea_dhcp4_reservation_conflicts_total", "subnet"),
                    },
                ),
            ],
        ],
    });
}
