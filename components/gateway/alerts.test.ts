import { testAlerts } from "../../tests/alert-tests";
import { gatewayAlerts } from "./alerts";

const namespace = "gateway";
const nginx = `namespace="${namespace}",job="gateway",pod="noc-nginx-a"`;
const controller = `namespace="${namespace}",job="gateway-controller",pod="nginx-gateway-fabric-a"`;
const grafana = `namespace="${namespace}",job="gateway-hosts",host="grafana.home.arpa",instance="https://192.0.2.1/"`;
const connections = (outcome: string) =>
    `nginx_http_connections_total{${nginx},nginx_connections_outcome="${outcome}"}`;

describe("alerts on the gateway", () => {
    testAlerts(
        "gateway",
        [{ name: "gateway", records: [], alerts: gatewayAlerts() }],
        [
            {
                alert: "GatewayDown",
                cause: "not scraped",
                series: [{ series: `up{${nginx}}`, well: 1, trouble: "absent" }],
                firesAfter: 5,
                labels: { namespace, job: "gateway" },
                description:
                    "No nginx of the gateway has been scraped for five minutes: no host behind it can be reached.",
            },
            {
                alert: "GatewayDown",
                cause: "both pods down",
                series: [
                    { series: `up{${nginx}}`, well: 0, trouble: 0 },
                    { series: `up{namespace="${namespace}",job="gateway",pod="noc-nginx-b"}`, well: 1, trouble: 0 },
                ],
                firesAfter: 5,
                labels: { namespace, job: "gateway" },
                description:
                    "No nginx of the gateway has been scraped for five minutes: no host behind it can be reached.",
            },
            {
                alert: "GatewayControllerDown",
                series: [{ series: `up{${controller}}`, well: 1, trouble: 0 }],
                firesAfter: 10,
                labels: { namespace, job: "gateway-controller" },
                description:
                    "No controller of the gateway has been scraped for ten minutes: nginx goes on with its last configuration, and gets no new routes, endpoints or certificates.",
            },
            {
                alert: "GatewayHostUnanswered",
                series: [{ series: `probe_success{${grafana}}`, well: 1, trouble: 0 }],
                firesAfter: 5,
                labels: {
                    namespace,
                    job: "gateway-hosts",
                    host: "grafana.home.arpa",
                    instance: "https://192.0.2.1/",
                },
                description: "https://grafana.home.arpa has not been answered through the gateway for five minutes.",
            },
            {
                alert: "GatewayConnectionsDropped",
                series: [
                    { series: connections("ACCEPTED"), well: 60, trouble: 90, counter: true },
                    { series: connections("HANDLED"), well: 60, trouble: 60, counter: true },
                ],
                firesAfter: 6,
                slack: 1,
                recoversAfter: 6,
                labels: { namespace, pod: "noc-nginx-a" },
                description: "noc-nginx-a drops 500m connections a second: it has as many open as it may.",
            },
        ],
    );
});
