import { testAlerts } from "../../tests/alert-tests";
import { cloudflaredAlerts } from "./alerts";
import { cloudflaredSettings } from "./settings";

const namespace = "cloudflared";
const job = "cloudflared";
const metric = (name: string, pod: string) => `${name}{namespace="${namespace}",job="${job}",pod="${pod}"}`;
const connections = (pod: string) => metric("cloudflared_tunnel_ha_connections", pod);
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
                    { series: connections("a"), well: 4, trouble: 0 },
                    { series: connections("b"), well: 0, trouble: 0 },
                ],
                firesAfter: 5,
                labels: { namespace, job },
                description:
                    "No cloudflared has had a connection to Cloudflare for five minutes: the tunnel's hosts cannot be reached from outside.",
            },
            {
                alert: "CloudflaredConnectionsLost",
                series: [
                    { series: connections("a"), well: 4, trouble: 3 },
                    { series: connections("b"), well: 4, trouble: 4 },
                ],
                firesAfter: 15,
                labels: { namespace, job, pod: "a" },
                description: "a has had 3 of 4 connections to Cloudflare for 15 minutes.",
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
