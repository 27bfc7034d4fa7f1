import { MessagesPerMinute, NoUnit, PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import { bars, type Dashboard, dashboard, graph, stat, table } from "../lib/dashboards";
import { failedAllocations } from "./alerts";
import { highAvailabilityRows } from "./high-availability-dashboard";
import type { Mode } from "./lease-database";
import { leaseDatabaseRows } from "./lease-database-monitoring";
import { leaseNameRows } from "./lease-names-monitoring";
import type { DhcpThresholds } from "./settings";

/** The dashboard of the DHCP server. Colours change at the alerts' thresholds. */
export function dhcpDashboard(
    namespace: string,
    thresholds: DhcpThresholds,
    { mode, names }: { readonly mode: Mode; readonly names: boolean },
): Dashboard {
    const { poolWarning, poolCritical, naksPerMinute, declinedAddresses } = thresholds;
    const full = { above: [poolWarning, poolCritical] } as const;
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    const here = `namespace="${namespace}"`;
    const ratio = `namespace_subnet:kea_addresses_assigned:ratio{${here}}`;
    const single = mode === "single";
    // Of several servers, each has all leases.
    const across = single ? "sum" : "max";
    // The exporter reports these for each subnet and again for each of its pools.
    const subnets = (metric: string) => `${across} by (subnet) (${metric}{${here},pool=""})`;
    const pools = (metric: string) => `${across} by (subnet, pool) (${metric}{${here},pool!=""})`;
    const leases = (state: "assigned" | "declined") =>
        single
            ? subnets(`kea_dhcp4_addresses_${state}_total`)
            : `max by (subnet) (kea_ha_leases{${here},state="${state}"})`;
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
        description: "The DHCP server: how full its subnets are, and whether clients get addresses.",
        rows: [
            [
                4,
                stat(
                    "Fullest subnet",
                    "Share of its addresses that are leased. At 100 %, new clients get none.",
                    PercentUnit,
                    { used: `max(${ratio})` },
                    full,
                ).decimals(1),
                stat(
                    "Leases",
                    "Addresses that are leased now. A sudden drop means that clients have left or that leases are lost.",
                    NoUnit,
                    {
                        leased: single
                            ? `sum(kea_dhcp4_addresses_assigned_total{${here},pool=""})`
                            : `sum(${leases("assigned")})`,
                    },
                ),
                stat(
                    "Requests",
                    "DISCOVER and REQUEST messages per minute. None for a long time means that relays do not reach the server.",
                    MessagesPerMinute,
                    { requests: total(received("discover|request")) },
                ).decimals(1),
                stat(
                    "Refused",
                    "NAK messages per minute. Clients ask for addresses of another network, or another server leases the same ones.",
                    MessagesPerMinute,
                    { NAK: total(sent("nak")) },
                    { above: [naksPerMinute] },
                ).decimals(1),
            ],
            "Addresses",
            [
                8,
                graph(
                    "Use of the subnets",
                    `Share of each subnet's addresses that are leased. Alerts fire above ${percent(poolWarning)} and ${percent(poolCritical)}.`,
                    PercentUnit,
                    { "{{subnet}}": ratio },
                    full,
                ).max(1),
                graph(
                    "Leases and addresses",
                    "Leased addresses of each subnet, and the addresses of its pools. A sudden drop of the leases means that clients have left or that leases are lost.",
                    Short,
                    {
                        "{{subnet}} leased": leases("assigned"),
                        "{{subnet}} total": subnets("kea_dhcp4_addresses_total"),
                    },
                ),
            ],
            [
                8,
                bars(
                    "Use of the pools",
                    "Share of each pool's addresses that are leased. A full pool is harmless while another pool of its subnet has free addresses.",
                    PercentUnit,
                    {
                        "{{pool}}": `${pools("kea_dhcp4_addresses_assigned_total")} / ${pools("kea_dhcp4_addresses_total")}`,
                    },
                    full,
                ).max(1),
                table(
                    "Pools",
                    "Addresses of each pool. Declined ones are used by another device: find it.",
                    NoUnit,
                    { Subnet: "subnet", Pool: "pool" },
                    {
                        Leased: pools("kea_dhcp4_addresses_assigned_total"),
                        Addresses: pools("kea_dhcp4_addresses_total"),
                        Declined: pools("kea_dhcp4_addresses_declined_total"),
                    },
                ).overrideByName("Pool", [{ id: "custom.width", value: 260 }]),
            ],
            ...(mode === "highAvailability" ? highAvailabilityRows(here) : []),
            ...(mode === "database" ? leaseDatabaseRows(here) : []),
            ...(names ? leaseNameRows(here) : []),
            "Messages",
            [
                8,
                graph(
                    "Received",
                    "Messages of clients, by type. Nothing at all or a flood of DISCOVER messages needs attention.",
                    MessagesPerMinute,
                    { "{{operation}}": received("discover|request|release|decline|inform") },
                ),
                graph(
                    "Sent",
                    "Messages of the server, by type. NAK messages that go on need attention.",
                    MessagesPerMinute,
                    {
                        "{{operation}}": sent(".+"),
                    },
                ),
                graph(
                    "From discover to lease",
                    "The four steps of getting a lease. If a line stays below the one before it, clients fail at that step.",
                    MessagesPerMinute,
                    {
                        "1 discover": total(received("discover")),
                        "2 offer": total(sent("offer")),
                        "3 request": total(received("request")),
                        "4 ack": total(sent("ack")),
                    },
                ),
            ],
            "Failures",
            [
                7,
                graph(
                    "No address found",
                    "Requests of the last five minutes that got no address, by subnet and cause. Each is a client without network.",
                    Short,
                    {
                        "{{subnet}} {{context}}": `sum by (subnet, context) (${failedAllocations(namespace)} or 0 * kea_dhcp4_allocations_failed_total{${here}})`,
                    },
                ).noValue("none"),
                graph(
                    "Dropped",
                    "Messages that the server does not answer. Many of them mean that it is overloaded or receives invalid messages.",
                    MessagesPerMinute,
                    { "{{operation}}": received("drop|parse-failed|unknown") },
                ),
                graph(
                    "Declined",
                    `Addresses that clients have found in use by another device. The alert fires at ${declinedAddresses} in a subnet: find the device with a static address.`,
                    Short,
                    { "{{subnet}}": leases("declined") },
                    { above: [declinedAddresses] },
                ),
                graph(
                    "Reclaimed and in conflict",
                    "Leases that have expired, and reservations whose address is leased to another client. The latter need attention.",
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
