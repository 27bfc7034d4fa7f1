/** What is watched of cloudflared. Names: https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/monitor-tunnels/metrics/ */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import { app, namespaceName } from "./names";
import type { CloudflaredThresholds } from "./settings";

const own = `{namespace="${namespaceName}",job="${app}"}`;

/** Connections to Cloudflare that each pod has. It wants four, to two locations. */
export const connections = `cloudflared_tunnel_ha_connections${own}`;
export const wantedConnections = 4;

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
        implies: [{ alerts: ["ExporterDown"], equal: ["namespace", "job"] }],
    },
    {
        alert: "CloudflaredDisconnected",
        expr: `sum by (namespace, job) (${connections}) == 0`,
        for: "5m",
        severity: "critical",
        summary: "The tunnel has no connection to Cloudflare",
        description:
            "No cloudflared has had a connection to Cloudflare for five minutes: the tunnel's hosts cannot be reached from outside.",
        implies: [
            { alerts: ["CloudflaredConnectionsLost"], equal: ["namespace", "job"] },
            { alerts: ["ReplicasMissing"], equal: ["namespace"] },
        ],
    },
    {
        alert: "CloudflaredConnectionsLost",
        expr: `${connections} < ${wantedConnections}`,
        for: "15m",
        severity: "warning",
        summary: "cloudflared lacks connections to Cloudflare",
        description: `{{ $labels.pod }} has had {{ $value }} of ${wantedConnections} connections to Cloudflare for 15 minutes.`,
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
