import { NoUnit, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, layers, stat, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { droppedConnections, unansweredHosts } from "./alerts";
import { jobs, namespaceName } from "./names";

const nginx = `{namespace="${namespaceName}",job="${jobs.nginx}"}`;
const probes = `{job="${jobs.hosts}"}`;

/** A new panel at each call: a dashboard gives its panels their places. */
const unanswered = () =>
    stat(
        "Hosts unanswered",
        "Hosts behind the gateway that do not answer, or that nginx cannot pass on. Worry about any that stays for minutes.",
        NoUnit,
        { unanswered: `count(${unansweredHosts}) or vector(0)` },
        { above: [1] },
    );

/** The gateway on the overview dashboard. */
export const gatewayOverview = (): OverviewPanels => ({ stats: [unanswered()] });

/** The dashboard of the gateway. */
export const gatewayDashboard = (): Dashboard =>
    dashboard({
        uid: "noc-gateway",
        title: "Gateway",
        description: "NGINX Gateway Fabric: what clients ask for, and whether the hosts behind it answer.",
        rows: [
            [
                4,
                stat("nginx pods", "Pods that take requests. Worry when there is one left, or none.", NoUnit, {
                    pods: `sum(up${nginx})`,
                }),
                unanswered(),
                stat("Requests", "Requests of clients a second. Worry when it drops to zero.", RequestsPerSecond, {
                    requests: `sum(rate(nginx_http_requests_total${nginx}[$__rate_interval]))`,
                }),
            ],
            [
                9,
                table(
                    "Hosts",
                    "Whether each host answers a request a minute, and how long that takes. Worry about any 0.",
                    Short,
                    { Host: "host" },
                    { Answers: `probe_success${probes}`, Status: `probe_http_status_code${probes}` },
                ),
                graph(
                    "Answer time",
                    "How long each host takes to answer a probe. Worry when it comes near five seconds, the probe's limit.",
                    Seconds,
                    { "{{host}}": `probe_duration_seconds${probes}` },
                ),
            ],
            [
                8,
                layers("Requests", "Requests of clients a second, by pod.", RequestsPerSecond, {
                    "{{pod}}": `sum by (pod) (rate(nginx_http_requests_total${nginx}[$__rate_interval]))`,
                }),
                graph(
                    "Connections",
                    "Open connections by what they do. Worry when active ones come near the limit of nginx's workers.",
                    Short,
                    {
                        "{{nginx_connections_outcome}}": `sum by (nginx_connections_outcome) (nginx_http_connection_count_connections${nginx})`,
                    },
                ),
                graph(
                    "Connections dropped",
                    "Connections that nginx accepted and closed, because it had no room. Worry about any.",
                    Short,
                    { "{{pod}}": droppedConnections("$__rate_interval") },
                ),
            ],
        ],
    });
