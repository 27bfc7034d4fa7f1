/** Alerts on two servers, from the metrics of the chart's ha-exporter.py. */
import type { Alert } from "../lib/monitoring-spec";
import type { DhcpThresholds } from "./settings";

/** Kea warns when the clocks are 30 s apart, and gives up high availability at 60 s. */
const clockSkewSeconds = 10;

/** The alerts. */
export function highAvailabilityAlerts(namespace: string, { quietMinutes }: DhcpThresholds): Alert[] {
    const samples = (matchers = "") => `{namespace="${namespace}"${matchers}}`;
    const state = (states: string) => `kea_ha_state${samples(`,state=~"${states}"`)}`;
    const leases = `kea_ha_leases${samples(',state="assigned"')}`;
    const across = (operator: "max" | "min", expr: string, labels: string) => `${operator} by (${labels}) (${expr})`;
    const apart = `(${across("max", leases, "namespace, subnet")} - ${across("min", leases, "namespace, subnet")})`;
    const offset = `kea_ha_clock_seconds${samples()} - timestamp(kea_ha_clock_seconds${samples()})`;
    const increase = (metric: string) => `increase(${metric}[${quietMinutes}m])`;
    return [
        {
            alert: "KeaNotRedundant",
            expr: `max by (namespace, pod) (${state("hot-standby")}) == 0`,
            for: "5m",
            severity: "warning",
            summary: "One DHCP server is without the other",
            description:
                "{{ $labels.pod }} has not been in the state hot-standby for five minutes: if the server that answers fails, nobody gets a lease.",
        },
        {
            alert: "KeaServersSeparated",
            expr: `count by (namespace) (${state("partner-down|terminated")} == 1) > 1`,
            for: "1m",
            severity: "critical",
            summary: "Both DHCP servers answer, each for itself",
            description:
                "Both servers in {{ $labels.namespace }} run but do not know each other's leases: two clients can get the same address.",
            implies: [{ alerts: ["KeaNotRedundant", "KeaLeasesDiffer"], equal: ["namespace"] }],
        },
        {
            alert: "KeaLeasesDiffer",
            // A few leases are always on their way, and the servers reclaim expired ones independently.
            expr: `${apart} > 5 and ${apart} > 0.05 * ${across("max", leases, "namespace, subnet")}`,
            for: "15m",
            severity: "warning",
            summary: "The DHCP servers have different leases",
            description:
                "One server has {{ $value }} leases of {{ $labels.subnet }} more than the other: it would lease addresses again that are in use.",
        },
        {
            alert: "KeaClockSkew",
            expr: `${across("max", offset, "namespace")} - ${across("min", offset, "namespace")} > ${clockSkewSeconds}`,
            for: "5m",
            severity: "warning",
            summary: "The clocks of the DHCP servers differ",
            description:
                "The clocks of the two servers' nodes are {{ $value | humanizeDuration }} apart. At one minute, Kea ends high availability.",
        },
        {
            alert: "KeaServerNotRelayed",
            // Relays send what clients broadcast to both servers. Renewals reach only the one that has given the lease.
            expr: `sum by (namespace, pod) (${increase(`kea_ha_packets_received_total${samples()}`)}) == 0 and on (namespace) sum by (namespace) (${increase(`kea_dhcp4_packets_received_total${samples(',operation="discover"')}`)}) > 10`,
            for: `${quietMinutes}m`,
            severity: "warning",
            summary: "Relays do not send to one of the DHCP servers",
            description: `{{ $labels.pod }} has received nothing for ${quietMinutes} minutes, while the other server has: it cannot take over.`,
        },
    ];
}
