import { Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, type Row, states } from "../lib/dashboards";

/** What the dashboard shows of two servers. `here` are the matchers of the namespace. */
export const highAvailabilityRows = (here: string): (Row | string)[] => [
    "High availability",
    [
        7,
        states(
            "States",
            "The state of each server over time. Both are in hot-standby if all is well; one in partner-down serves alone.",
            { "{{pod}} {{state}}": `max by (pod, state) (kea_ha_state{${here}} == 1)` },
            { 1: { text: "in this state", color: "blue" } },
        ),
        graph(
            "Leases of each server",
            "Leases in the database of each server. A line apart from the other means that a server misses leases.",
            Short,
            { "{{pod}} {{subnet}}": `max by (pod, subnet) (kea_ha_leases{${here},state="assigned"})` },
        ),
        graph(
            "Clocks",
            "How far each server's clock is from Prometheus'. At one minute between the servers, high availability ends.",
            Seconds,
            {
                "{{pod}}": `max by (pod) (kea_ha_clock_seconds{${here}} - timestamp(kea_ha_clock_seconds{${here}}))`,
            },
        ),
        graph(
            "Packets of each server",
            "Packets per minute that reach each server. Relays have to send to both.",
            Short,
            { "{{pod}}": `60 * sum by (pod) (rate(kea_ha_packets_received_total{${here}}[$__rate_interval]))` },
        ),
    ],
];
