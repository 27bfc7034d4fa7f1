import { testAlerts } from "../../tests/alert-tests";
import { cloudflaredAlerts } from "./alerts";
import { cloudflaredSettings } from "./settings";

const namespace = "cloudflared";
const job = "cloudflared";
const metric = (name: string, pod: string) => `${name}{namespace="${namespace}",job="${job}",pod="${pod}"}`;
const available = 'kube_deployment_status_replicas_available{namespace="cloudflared",deployment="cloudflared"}';
const made = (pod: string) => metric("cloudflared_tunnel_tunnel_register_success", pod);
const down = "No cloudflared has been scraped for five minutes: the tunnel's hosts cannot be reached from outside.";

describe("alerts on cloudflared", () => {
    testAlerts(
        "cloudflared",
        [{ name: "cloudflared", records: [], alerts: cloudflaredAlerts(cloudflaredSettings.parse({}).thresholds) }],
        [
            {
                alert: "CloudflaredDown",
                cause: "not scraped",
                series: [{ series: metric("up", "a"), well: 1, trouble: "absent" }],
                firesAfter: 5,
                labels: { namespace, job },
                description: down,
            },
            {
                alert: "CloudflaredDown",
                cause: "both pods down",
                series: [
                    { series: metric("up", "a"), well: 0, trouble: 0 },
                    { series: metric("up", "b"), well: 1, trouble: 0 },
                ],
                firesAfter: 5,
                labels: { namespace, job },
                description: down,
            },
            {
                alert: "CloudflaredDisconnected",
                series: [
                    { series: available, well: 1, trouble: 0 },
                    { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 },
                ],
                firesAfter: 5,
                labels: { namespace, deployment: "cloudflared" },
                description:
                    "No cloudflared has had a connection to Cloudflare for five minutes: the tunnel's hosts cannot be reached from outside.",
            },
            {
                alert: "CloudflaredConnectionsLost",
                series: [
                    { series: made("a"), well: 0.2, trouble: 1, counter: true },
                    { series: made("b"), well: 0, trouble: 0, counter: true },
                ],
                // Six within the window, and 0.8 more with each minute.
                firesAfter: 18,
                slack: 1,
                recoversAfter: 29,
                labels: { namespace, job, pod: "a" },
                description:
                    "a has made more than 8 connections to Cloudflare within 30 minutes: it loses them again and again.",
            },
            {
                alert: "CloudflaredRequestsFailing",
                series: [
                    {
                        series: metric("cloudflared_tunnel_total_requests", "a"),
                        well: 100,
                        trouble: 100,
                        counter: true,
                    },
                    { series: metric("cloudflared_tunnel_request_errors", "a"), well: 4, trouble: 20, counter: true },
                ],
                // The average over five minutes passes 5 % with the first bad sample.
                firesAfter: 11,
                slack: 1,
                recoversAfter: 6,
                labels: { namespace, job },
                description: "20% of the requests through the tunnel cannot be passed on to the gateway.",
            },
        ],
    );
});
