/**
 * Recording rules and alerts for Kea. The exporter (https://github.com/mweinelt/kea-exporter) reports each address
 * counter for the subnet and again for each of its pools; the subnet's has `pool=""`. It does not report whether Kea is up.
 */
import { labelled, whileStateIsKnown } from "../lib/prometheus-rules";
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import type { DhcpThresholds } from "./settings";
import { app, servers } from "./values";

/** The values that alerts and panels share, for each subnet. */
export const keaRecords = (namespace: string, redundant: boolean): RecordingRule[] => [
    {
        record: "namespace_subnet:kea_addresses_assigned:ratio",
        expr: `${leases("assigned", namespace, redundant)} / ${across("kea_dhcp4_addresses_total", namespace, redundant)}`,
    },
];

/**
 * The leases of each subnet, declined ones included, or those alone. Of two servers, each has all of them, but its own
 * counters miss those that it got from the other one; the exporter of its state counts them in its database.
 */
export const leases = (state: "assigned" | "declined", namespace: string, redundant: boolean): string =>
    redundant
        ? `max by (namespace, subnet) (kea_ha_leases{namespace="${namespace}",state="${state}"})`
        : across(`kea_dhcp4_addresses_${state}_total`, namespace, redundant);

/** A counter of addresses that every server has for itself, by subnet. */
const across = (metric: string, namespace: string, redundant: boolean): string =>
    `${redundant ? "max" : "sum"} by (namespace, subnet) (${metric}{namespace="${namespace}",pool=""})`;

/**
 * Requests of the last five minutes that got no address. The counter does not exist before the first failure, so
 * `increase` misses that one: all of a counter that did not exist in the day before counts as increase.
 */
export function failedAllocations(namespace: string): string {
    const failed = `kea_dhcp4_allocations_failed_total{namespace="${namespace}"}`;
    return `increase(${failed}[5m]) > 0 or (${failed} unless last_over_time(${failed}[1d] offset 5m))`;
}

/**
 * The alerts on the DHCP server.
 * @param redundant whether there are two, of which the standby counts no messages.
 */
export function keaAlerts(namespace: string, thresholds: DhcpThresholds, redundant: boolean): Alert[] {
    const { poolWarning, poolCritical, naksPerMinute, declinedAddresses, quietMinutes } = thresholds;
    const samples = (matchers = "") => `{namespace="${namespace}"${matchers}}`;
    const assigned = `namespace_subnet:kea_addresses_assigned:ratio${samples()}`;
    const readyOf = (statefulset: string) =>
        `kube_statefulset_status_replicas_ready{namespace="${namespace}",statefulset${statefulset}}`;
    const ready = redundant ? readyOf(`=~"${Object.values(servers).join("|")}"`) : readyOf(`="${app}"`);
    const noneReady = redundant ? `sum by (namespace) (${ready})` : ready;
    const containerReady = (container: string) =>
        `kube_pod_container_status_ready{namespace="${namespace}",container${container}}`;
    const exporters = redundant ? '=~"kea-exporter|kea-ha-exporter"' : '="kea-exporter"';
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
                redundant
                    ? { alerts: ["KeaNotRedundant"], equal: ["namespace"] }
                    : { alerts: ["ReplicasMissing"], equal: ["namespace", "statefulset"] },
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
            expr: `${leases("declined", namespace, redundant)} >= ${declinedAddresses}`,
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
