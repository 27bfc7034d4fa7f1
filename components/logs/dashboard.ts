import { MessagesPerMinute, RequestsPerSecond } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, logLines, type Row, searchText, states } from "../lib/dashboards";
import { dataSourceUid } from "./names";

/** What of the stack there is to show beside its logs. */
export interface LogsDashboardOptions {
    /** Namespace of the DNS and DHCP services. */
    readonly namespace: string;
    readonly dns: boolean;
    readonly dhcp: boolean;
}

/** A LogQL query for the lines of a container that contain the text in the search field, as docs/logs.md explains it. */
const lines = (here: string, container: string, fields: string): string =>
    `{${here},container="${container}"} |= \`$search\` | pattern "${fields}"`;

/** The dashboard that shows alerts, metrics and logs of the same time, one below the other. */
export function logsDashboard({ namespace, dns, dhcp }: LogsDashboardOptions): Dashboard {
    const here = `namespace="${namespace}"`;
    return dashboard({
        uid: "noc-logs",
        title: "Logs",
        description: "Alerts, metrics and logs of the same time. Select a time in a graph to see the lines of it.",
        variables: [searchText("search", "Lines that contain")],
        rows: [
            [
                6,
                states(
                    "Alerts",
                    "When each critical alert and warning fired. The lines below are of the same time.",
                    {
                        "{{alertname}}":
                            'max by (alertname) (ALERTS{alertstate="firing",severity=~"critical|warning"})',
                    },
                    { 1: { text: "fires", color: "dark-orange" } },
                ),
            ],
            ...(dns ? dnsRows(here) : []),
            ...(dhcp ? dhcpRows(here) : []),
            "All pods",
            [
                10,
                logLines(
                    "Errors",
                    "Lines of all pods that name an error. Not every one of them is a problem.",
                    dataSourceUid,
                    '{namespace=~".+"} |~ "(?i)\\\\b(error|fatal|panic|fail(ed|ure))\\\\b" |= `$search`',
                ),
            ],
        ],
    });
}

const dnsRows = (here: string): (Row | string)[] => [
    "DNS",
    [
        7,
        graph("Queries", "Queries of clients, and how many of them were answered with SERVFAIL.", RequestsPerSecond, {
            queries: `sum(namespace_pod:unbound_queries:rate5m{${here}})`,
            SERVFAIL: `sum(rate(unbound_answer_rcodes_total{${here},rcode="SERVFAIL"}[$__rate_interval]))`,
        }),
        logLines(
            "Unbound",
            "Lines of the resolvers, with the fields of each answer. Answers are logged where noc:dns.log is queries.",
            dataSourceUid,
            lines(
                here,
                "unbound",
                "<time> <process> reply: <client> <name> <type> <class> <rcode> <seconds> <cached> <size>",
            ),
        ),
    ],
];

const dhcpRows = (here: string): (Row | string)[] => [
    "DHCP",
    [
        7,
        graph("Messages", "Messages of clients and of the server, by kind.", MessagesPerMinute, {
            "{{operation}}": messages("received", here),
            "{{operation}} sent": messages("sent", here),
        }),
        logLines(
            "Kea",
            "Lines of the DHCP servers, with the fields of each. Leases are logged where noc:dhcp.log is leases.",
            dataSourceUid,
            lines(here, "kea-dhcp", "<time> <level> <logger> <event> <message>"),
        ),
    ],
];

const messages = (direction: "received" | "sent", here: string): string =>
    `60 * sum by (operation) (rate(kea_dhcp4_packets_${direction}_total{${here}}[$__rate_interval]))`;
