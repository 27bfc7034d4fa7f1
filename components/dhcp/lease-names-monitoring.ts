/** Alerts and panels on the host names of leases, from the metrics of the chart's lease-names/main.py. */
import { RequestsPerSecond } from "@grafana/grafana-foundation-sdk/units";

import { graph, type Row, states } from "../lib/dashboards";
import type { Alert } from "../lib/monitoring-spec";

const rate = (metric: string, matchers: string, range: string) => `rate(${metric}{${matchers}}[${range}])`;

/** The alerts. */
export function leaseNameAlerts(namespace: string): Alert[] {
    const here = `namespace="${namespace}"`;
    return [
        {
            alert: "KeaNamesUnanswered",
            expr: `max by (namespace) (kea_names_up{${here}}) == 0`,
            for: "5m",
            severity: "warning",
            summary: "The host names of leases do not resolve",
            description:
                "For five minutes no Kea in {{ $labels.namespace }} has answered questions for host names: the resolver answers SERVFAIL for them.",
        },
        {
            alert: "KeaNamesLimited",
            expr: `sum by (namespace) (${rate("kea_names_limited_total", here, "5m")}) > 1`,
            for: "10m",
            severity: "warning",
            summary: "Too many questions for host names of leases",
            description:
                "Kea is not asked for {{ $value | humanize }} host names a second, which is answered with SERVFAIL: a client looks up many names of the clients' domain.",
        },
    ];
}

/** What the dashboard shows. `here` are the matchers of the namespace. */
export const leaseNameRows = (here: string): (Row | string)[] => [
    "Host names of leases",
    [
        7,
        graph(
            "Answers for host names",
            "Answers to the resolver, by code. NXDOMAIN: no lease has the name or address. SERVFAIL: Kea has not answered.",
            RequestsPerSecond,
            { "{{rcode}}": `sum by (rcode) (${rate("kea_names_answers_total", here, "$__rate_interval")})` },
        ),
        graph(
            "Refused questions",
            "Limited: Kea was not asked, because there were too many questions. Disputed: two clients have the name.",
            RequestsPerSecond,
            {
                limited: `sum(${rate("kea_names_limited_total", here, "$__rate_interval")})`,
                disputed: `sum(${rate("kea_names_disputed_total", here, "$__rate_interval")})`,
            },
        ),
        states(
            "Kea answers",
            "Whether each server answers questions for host names.",
            { "{{pod}}": `max by (pod) (kea_names_up{${here}})` },
            { 0: { text: "no", color: "red" }, 1: { text: "yes", color: "green" } },
        ),
    ],
];
