/**
 * Recording rules and alerts for Kea. The exporter (https://github.com/mweinelt/kea-exporter) reports each address
 * counter for the subnet and again for each of its pools; the subnet's has `pool=""`. It does not report whether Kea is up.
 */
import { labelled, whileStateIsKnown } from "../lib/prometheus-rules";
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import type { Mode } from "./lease-database";
import type { DhcpThresholds } from "./settings";
import { app, furtherServers, servers } from "./values";

/** The values that alerts and panels share, for each subnet. */
export const keaRecords = (namespace: string, mode: Mode): RecordingRule[] => [
    {
        record: "namespace_subnet:kea_addresses_assigned:ratio",
        expr: `${leases("assigned", namespace, mode)} / ${across("kea_dhcp4_addresses_total", namespace, mode)}`,
    },
];

/**
 * The leases of each subnet, declined ones included, or those alone. Of several servers, each has all of them, but its own
 * counters miss those that another one gave; the exporter of its state counts them in its database.
 */
export const leases = (state: "assigned" | "declined", namespace: string, mode: Mode): string =>
    mode === "single"
        ? across(`kea_dhcp4_addresses_${state}_total`, namespace, mode)
        : `max by (namespace, subnet) (kea_ha_leases{namespace="${namespace}",state="${state}"})`;

/** A counter of addresses that every server has for itself, by subnet. */
const across = (metric: string, namespace: string, mode: Mode): string =>
    `${mode === "single" ? "sum" : "max"} by (namespace, subnet) (${metric}{namespace="${namespace}",pool=""})`;

/**
 * Requests of the last five minutes that got no address. The counter does not exist before the first failure, so
 * `increase` misses that one: all of a counter that did not exist in the day before counts as increase.
 */
export function failedAllocations(namespace: string): string {
    const failed = `kea_dhcp4_allocations_failed_total{namespace="${namespace}"}`;
    return `increase(${failed}[5m]) > 0 or (${failed} unless last_over_time(${failed}[1d] offset 5m))`;
}

/** The StatefulSets of the servers. */
export const statefulSets: Readonly<Record<Mode, readonly string[]>> = {
    single: [servers.primary],
    highAvailability: Object.values(servers),
    database: [servers.primary, furtherServers],
};

/** What else fires while no server is ready. */
const downImplies: Readonly<Record<Mode, NonNullable<Alert["implies"]>>> = {
    single: [{ alerts: ["ReplicasMissing"], equal: ["namespace", "statefulset"] }],
    highAvailability: [{ alerts: ["KeaNotRedundant"], equal: ["namespace"] }],
    database: [],
};

/** The alerts on the DHCP servers. Of two with high availability, the standby counts no messages. */
export function keaAlerts(namespace: string, thresholds: DhcpThresholds, mode: Mode): Alert[] {
    const single = mode === "single";
    const { poolWarning, poolCritical, naksPerMinute, declinedAddresses, quietMinutes } = thresholds;
    const samples = (matchers = "") => `{namespace="${namespace}"${matchers}}`;
    const assigned = `namespace_subnet:kea_addresses_assigned:ratio${samples()}`;
    const readyOf = (statefulset: string) =>
        `kube_statefulset_status_replicas_ready{namespace="${namespace}",statefulset${statefulset}}`;
    const ready = single ? readyOf(`="${app}"`) : readyOf(`=~"${statefulSets[mode].join("|")}"`);
    const noneReady = single ? ready : `sum by (namespace) (${ready})`;
    const containerReady = (container: string) =>
        `kube_pod_container_status_ready{namespace="${namespace}",container${container}}`;
    const exporters = single ? '="kea-exporter"' : '=~"kea-exporter|kea-ha-exporter"';
    const onlyExporterDown = `${containerReady(`="${app}"`)} == 1 and on (namespace, pod) ${containerReady(exporters)} == 0`;
    const received = (operation: string) =>
        `sum by (namespace) (rate(kea_dhcp4_packets_received_total${samples(`,operation=~"${operation}"`)}[5m]))`;
    return [
        {
            alert: "KeaDown",
            // The StatefulSet counts no ready pod on a lost node, while the pod's containers still count as ready.
            expr: labelled(
                whileStateIsKnown(`${noneReady} == 0 unless on (namespace) (${onlyExporterDown}) or absent(${ready})`),
                "job",
                app,
            ),
            for: "1m",
            severity: "critical",
            summary: "The DHCP server is down",
            description:
                "No Kea in {{ $labels.namespace }} has been ready for a minute: nobody gets or renews a lease.",
            implies: [
                { alerts: ["KeaNoTraffic", "KeaUnansweredClients"], equal: ["namespace"] },
                { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
                ...downImplies[mode],
            ],
        },
        {
            alert: "KeaPoolNearlyFull",
            expr: `${assigned} > ${poolWarning}`,
            for: "5m",
            severity: "warning",
            summary: "A subnet is running out of addresses",
            description: "{{ $value | humanizePercentage }} of the addresses of {{ $labels.subnet }} are leased.",
        },
        {
            alert: "KeaPoolFull",
            expr: `${assigned} > ${poolCritical}`,
            for: "1m",
            severity: "critical",
            summary: "A subnet has almost no free addresses",
            description:
                "{{ $value | humanizePercentage }} of the addresses of {{ $labels.subnet }} are leased: new clients soon get none.",
            implies: [{ alerts: ["KeaPoolNearlyFull"], equal: ["namespace", "subnet"] }],
        },
        {
            alert: "KeaAllocationFailures",
            // Kea counts each failure twice: for the subnet and for its cause.
            expr: `max by (namespace, subnet) (${failedAllocations(namespace)}) >= ${thresholds.failedAllocations}`,
            for: "0m",
            severity: "critical",
            summary: "Clients get no address",
            description: `In five minutes Kea found no address for ${thresholds.failedAllocations} or more requests of clients in {{ $labels.subnet }}.`,
        },
        {
            alert: "KeaNAKs",
            expr: `60 * sum by (namespace) (rate(kea_dhcp4_packets_sent_total${samples(',operation="nak"')}[5m])) > ${naksPerMinute}`,
            for: "5m",
            severity: "warning",
            summary: "Many requests are refused",
            description:
                "Kea refuses {{ $value | humanize }} requests a minute: clients ask for addresses that are leased to others, or come from a network that has no subnet.",
        },
        {
            alert: "KeaDeclinedAddresses",
            expr: `${leases("declined", namespace, mode)} >= ${declinedAddresses}`,
            for: "5m",
            severity: "warning",
            summary: "Other devices use addresses of the pool",
            description:
                "Clients have declined {{ $value }} addresses of {{ $labels.subnet }}, because other devices use them.",
        },
        {
            alert: "KeaNoTraffic",
            expr: `${received("discover|request")} == 0`,
            for: `${quietMinutes}m`,
            severity: "warning",
            summary: "The DHCP server gets no requests",
            description: `Kea in {{ $labels.namespace }} has received no request for ${quietMinutes} minutes: check whether the relays reach it.`,
        },
        {
            alert: "KeaUnansweredClients",
            // Kea neither answers nor counts a failure if it has no subnet for the relay's address.
            expr: `sum by (namespace) (rate(kea_dhcp4_packets_sent_total${samples(',operation="offer"')}[5m])) < 0.5 * (${received("discover")} > 0.05)`,
            for: "10m",
            severity: "warning",
            summary: "Clients get no offer",
            description:
                "Kea in {{ $labels.namespace }} answers fewer than half of the DISCOVER messages with an offer: it has no subnet for their relay, or no free address.",
        },
    ];
}
