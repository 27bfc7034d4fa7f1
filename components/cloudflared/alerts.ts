/** What is watched of cloudflared. Names: https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/monitor-tunnels/metrics/ */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped, whileStateIsKnown } from "../lib/prometheus-rules";
import { app, namespaceName } from "./names";
import type { CloudflaredThresholds } from "./settings";

const own = `{namespace="${namespaceName}",job="${app}"}`;

/** Pods with a connection to Cloudflare. cloudflared's own gauge, ha_connections, also counts attempts to connect. */
export const connectedPods = `sum by (namespace, deployment) (kube_deployment_status_replicas_available{namespace="${namespaceName}",deployment="${app}"})`;

/** Connections that each pod has made. It wants four, which last for days. */
export const connectionsMade = (window: string): string =>
    `sum by (namespace, job, pod) (increase(cloudflared_tunnel_tunnel_register_success${own}[${window}]))`;

/** Share of the requests that could not be passed on to the gateway. None where there are no requests. */
export const failedRequests = (window: string): string =>
    `sum by (namespace, job) (rate(cloudflared_tunnel_request_errors${own}[${window}])) / (sum by (namespace, job) (rate(cloudflared_tunnel_total_requests${own}[${window}])) > 0)`;

/** The alerts on cloudflared. */
export const cloudflaredAlerts = ({ errorRatio }: CloudflaredThresholds): Alert[] => [
    {
        alert: "CloudflaredDown",
        expr: noneScraped(namespaceName, app),
        for: "5m",
        severity: "critical",
        summary: "No cloudflared runs",
        description:
            "No cloudflared has been scraped for five minutes: the tunnel's hosts cannot be reached from outside.",
        implies: [
            { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
            { alerts: ["CloudflaredDisconnected"], equal: ["namespace"] },
        ],
    },
    {
        alert: "CloudflaredDisconnected",
        expr: whileStateIsKnown(`${connectedPods} == 0`),
        for: "5m",
        severity: "critical",
        summary: "The tunnel has no connection to Cloudflare",
        description:
            "No cloudflared has had a connection to Cloudflare for five minutes: the tunnel's hosts cannot be reached from outside.",
        implies: [{ alerts: ["CloudflaredConnectionsLost", "ReplicasMissing"], equal: ["namespace"] }],
    },
    {
        alert: "CloudflaredConnectionsLost",
        expr: `${connectionsMade("30m")} > 8`,
        for: "15m",
        severity: "warning",
        summary: "Connections to Cloudflare are lost again and again",
        description:
            "{{ $labels.pod }} has made more than 8 connections to Cloudflare within 30 minutes: it loses them again and again.",
    },
    {
        alert: "CloudflaredRequestsFailing",
        expr: `${failedRequests("5m")} > ${errorRatio}`,
        for: "10m",
        severity: "warning",
        summary: "Requests through the tunnel fail",
        description:
            "{{ $value | humanizePercentage }} of the requests through the tunnel cannot be passed on to the gateway.",
    },
];
