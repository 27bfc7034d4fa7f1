/** What is watched of the gateway. Names of nginx's metrics: https://docs.nginx.com/nginx-gateway-fabric/monitoring/prometheus/ */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import { jobs, namespaceName } from "./names";

const nginx = `namespace="${namespaceName}",job="${jobs.nginx}"`;
const connections = (outcome: string): string =>
    `nginx_http_connections_total{${nginx},nginx_connections_outcome="${outcome}"}`;

/** Connections a second that each of nginx's pods accepted and closed again, because it had no room for them. */
export const droppedConnections = (window: string): string =>
    `sum by (namespace, pod) (rate(${connections("ACCEPTED")}[${window}])) - sum by (namespace, pod) (rate(${connections("HANDLED")}[${window}]))`;

/** Hosts that do not answer. */
export const unansweredHosts = `probe_success{job="${jobs.hosts}"} == 0`;

/** The alerts on the gateway. */
export const gatewayAlerts = (): Alert[] => [
    {
        alert: "GatewayDown",
        expr: noneScraped(namespaceName, jobs.nginx),
        for: "5m",
        severity: "critical",
        summary: "No nginx of the gateway runs",
        description: "No nginx of the gateway has been scraped for five minutes: no host behind it can be reached.",
        implies: [
            { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
            { alerts: ["GatewayHostUnanswered"], equal: ["namespace"] },
        ],
    },
    {
        alert: "GatewayControllerDown",
        expr: noneScraped(namespaceName, jobs.controller),
        for: "10m",
        severity: "warning",
        summary: "No controller of the gateway runs",
        description:
            "No controller of the gateway has been scraped for ten minutes: nginx goes on with its last configuration, and gets no new routes, endpoints or certificates.",
        implies: [{ alerts: ["ExporterDown"], equal: ["namespace", "job"] }],
    },
    {
        alert: "GatewayHostUnanswered",
        expr: unansweredHosts,
        for: "5m",
        severity: "warning",
        summary: "A host behind the gateway does not answer",
        description: "https://{{ $labels.host }} has not been answered through the gateway for five minutes.",
    },
    {
        alert: "GatewayConnectionsDropped",
        expr: `${droppedConnections("5m")} > 0`,
        for: "5m",
        severity: "warning",
        summary: "The gateway drops connections",
        description:
            "{{ $labels.pod }} drops {{ $value | humanize }} connections a second: it has as many open as it may.",
    },
];
