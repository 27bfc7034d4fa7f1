/**
 * What is watched of Kea. Its exporter gives each address counter for the subnet and again for each pool: `pool=""` is
 * the subnet's. It has no sample of its own for Kea being down, and none for the state of high availability. Names:
 * https://github.com/mweinelt/kea-exporter
 */
import { labelled, whileStateIsKnown } from "../lib/prometheus-rules";
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import type { DhcpThresholds } from "./settings";

/** What alerts and panels share, for each subnet. */
export function keaRecords(namespace: string): RecordingRule[] {
    const subnet = (metric: string) => `sum by (namespace, subnet) (${metric}{namespace="${namespace}",pool=""})`;
    return [
        {
            record: "namespace_subnet:kea_addresses_assigned:ratio",
            expr: `${subnet("kea_dhcp4_addresses_assigned_total")} / ${subnet("kea_dhcp4_addresses_total")}`,
        },
    ];
}

/**
 * Requests within five minutes that no address was found for. There is no count before the first one: a count that has
 * just begun, and not only been missed for a while, is all increase.
 */
export function failedAllocations(namespace: string): string {
    const failed = `kea_dhcp4_allocations_failed_total{namespace="${namespace}"}`;
    return `increase(${failed}[5m]) > 0 or (${failed} unless last_over_time(${failed}[1d] offset 5m))`;
}

/**
 * The alerts on the DHCP server.
 * @param app name of its StatefulSet and of its job.
 */
export function keaAlerts(namespace: string, app: string, thresholds: DhcpThresholds): Alert[] {
    const { poolWarning, poolCritical, naksPerMinute, declinedAddresses, quietMinutes } = thresholds;
    const samples = (matchers = "") => `{namespace="${namespace}"${matchers}}`;
    const assigned = `namespace_subnet:kea_addresses_assigned:ratio${samples()}`;
    const ready = `kube_statefulset_status_replicas_ready{namespace="${namespace}",statefulset="${app}"}`;
    const received = (operation: string) =>
        `sum by (namespace) (rate(kea_dhcp4_packets_received_total${samples(`,operation=~"${operation}"`)}[5m]))`;
    return [
        {
            alert: "KeaDown",
            // Its readiness probe asks Kea over the control socket; of a lost node's pod, too, the StatefulSet counts none.
            expr: labelled(whileStateIsKnown(`${ready} == 0 or absent(${ready})`), "job", app),
            for: "1m",
            severity: "critical",
            summary: "The DHCP server is down",
            description:
                "No Kea in {{ $labels.namespace }} has been ready for a minute: nobody gets or renews a lease.",
            implies: [
                { alerts: ["KeaNoTraffic", "KeaUnansweredClients"], equal: ["namespace"] },
                { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
                { alerts: ["ReplicasMissing"], equal: ["namespace", "statefulset"] },
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
            summary: "A subnet has hardly an address left",
            description:
                "{{ $value | humanizePercentage }} of the addresses of {{ $labels.subnet }} are leased: new clients soon get none.",
            implies: [{ alerts: ["KeaPoolNearlyFull"], equal: ["namespace", "subnet"] }],
        },
        {
            alert: "KeaAllocationFailures",
            // Kea counts a failure for the subnet and again for its cause.
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
                "Kea refuses {{ $value | humanize }} requests a minute: clients ask for addresses that others have, or come from a network that it does not know.",
        },
        {
            alert: "KeaDeclinedAddresses",
            expr: `sum by (namespace, subnet) (kea_dhcp4_addresses_declined_total${samples(',pool=""')}) >= ${declinedAddresses}`,
            for: "5m",
            severity: "warning",
            summary: "Somebody else uses the pool's addresses",
            description:
                "Clients have declined {{ $value }} addresses of {{ $labels.subnet }} because somebody already used them.",
        },
        {
            alert: "KeaNoTraffic",
            expr: `${received("discover|request")} == 0`,
            for: `${quietMinutes}m`,
            severity: "warning",
            summary: "Nobody asks for an address",
            description: `Kea in {{ $labels.namespace }} has heard of no client for ${quietMinutes} minutes: do the relays reach it?`,
        },
        {
            alert: "KeaUnansweredClients",
            // Kea is silent, and counts no failure, where it has no subnet for the relay's address.
            expr: `sum by (namespace) (rate(kea_dhcp4_packets_sent_total${samples(',operation="offer"')}[5m])) < 0.5 * (${received("discover")} > 0.05)`,
            for: "10m",
            severity: "warning",
            summary: "Clients get no offer",
            description:
                "Kea in {{ $labels.namespace }} makes an offer to fewer than half of the clients that look for a server: it has no subnet for their relay, or no address.",
        },
    ];
}
