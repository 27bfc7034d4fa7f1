/** Alerts and panels on the lease database, from the metrics of the chart's ha-exporter.py. */
import { Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, type Row, states } from "../lib/dashboards";
import type { Alert } from "../lib/monitoring-spec";

/** The alerts. */
export function leaseDatabaseAlerts(namespace: string): Alert[] {
    const connected = `kea_lease_database_connected{namespace="${namespace}"}`;
    return [
        {
            alert: "KeaLeaseDatabaseDown",
            expr: `max by (namespace) (${connected}) == 0`,
            for: "1m",
            severity: "critical",
            summary: "No DHCP server reaches the lease database",
            description:
                "No Kea in {{ $labels.namespace }} has been connected to the lease database for a minute: nobody gets or renews a lease.",
            implies: [
                { alerts: ["KeaDown", "KeaLeaseDatabaseUnreachable", "KeaUnansweredClients"], equal: ["namespace"] },
            ],
        },
        {
            alert: "KeaLeaseDatabaseUnreachable",
            expr: `min by (namespace, pod) (${connected}) == 0`,
            for: "5m",
            severity: "warning",
            summary: "A DHCP server does not reach the lease database",
            description:
                "{{ $labels.pod }} has not been connected to the lease database for five minutes, and answers nobody; the others do.",
        },
    ];
}

/** What the dashboard shows of it. `here` are the matchers of the namespace. */
export const leaseDatabaseRows = (here: string): (Row | string)[] => [
    "Lease database",
    [
        7,
        states(
            "Connections",
            "Whether each server is connected to the lease database. One that is not answers no client.",
            { "{{pod}}": `min by (pod) (kea_lease_database_connected{${here}})` },
            { 0: { text: "not connected", color: "red" }, 1: { text: "connected", color: "green" } },
        ),
        graph(
            "Packets of each server",
            "Packets per minute that reach each server. The nodes and the load balancer decide which server gets them.",
            Short,
            { "{{pod}}": `60 * sum by (pod) (rate(kea_ha_packets_received_total{${here}}[$__rate_interval]))` },
        ),
    ],
];
