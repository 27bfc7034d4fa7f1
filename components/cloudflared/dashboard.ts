import { NoUnit, PercentUnit, RequestsPerSecond, Short } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, layers, stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { connectedPods, connectionsMade, failedRequests } from "./alerts";
import { app, namespaceName } from "./names";

const own = `{namespace="${namespaceName}",job="${app}"}`;

/** A new panel at each call: a dashboard gives its panels their places. */
const connected = () =>
    stat(
        "Tunnel connectors",
        "Pods of cloudflared with a connection to Cloudflare. Worry when there is none.",
        NoUnit,
        { connected: `sum(${connectedPods}) or vector(0)` },
        { below: [1, 1] },
    );

/** cloudflared on the overview dashboard. */
export const cloudflaredOverview = (): OverviewPanels => ({ stats: [connected()] });

/** The dashboard of cloudflared. */
export const cloudflaredDashboard = (errorRatio: number): Dashboard =>
    dashboard({
        uid: "noc-cloudflared",
        title: "Cloudflare tunnel",
        description: "cloudflared: its connections to Cloudflare, and what comes through the tunnel.",
        rows: [
            [
                4,
                connected(),
                stat("Requests", "Requests through the tunnel a second.", RequestsPerSecond, {
                    requests: `sum(rate(cloudflared_tunnel_total_requests${own}[$__rate_interval]))`,
                }),
                stat(
                    "Failed requests",
                    "Share of the requests that could not be passed on to the gateway. Worry about any that stays.",
                    PercentUnit,
                    { failed: `sum(${failedRequests("$__rate_interval")}) or vector(0)` },
                    { above: [errorRatio] },
                ),
            ],
            [
                8,
                graph(
                    "Connections made",
                    "Connections to Cloudflare that each pod has made within 30 minutes. Worry when it makes more than the four that it begins with.",
                    Short,
                    { "{{pod}}": connectionsMade("30m") },
                ),
                layers("Answers", "Answers to requests through the tunnel, by status.", RequestsPerSecond, {
                    "{{status_code}}": `sum by (status_code) (rate(cloudflared_tunnel_response_by_code${own}[$__rate_interval]))`,
                }),
            ],
        ],
    });
