/** One receiver of each kind, each with a secret in it. */
import type { AlertmanagerOptions } from "../components/monitoring/alertmanager";
import { receivers } from "../components/monitoring/receivers";

export const email = { to: "noc@example.org", from: "alerts@example.org", smarthost: "smtp.example.org:587" };
export const slack = { url: "https://hooks.slack.com/services/T0/B0/s3cret", channel: "#alerts" };
export const webhook = { url: "http://10.0.0.9:8080/alerts", bearerToken: "s3cret" };
export const pagerduty = { routingKey: "s3cret".padEnd(32, "0") };
export const all = ["critical", "warning", "info"];

export const options: AlertmanagerOptions = {
    receivers: receivers.parse([
        { name: "mail", email: { ...email, username: "alerts", password: "s3cret" } },
        { name: "chat", severities: all, slack },
        { name: "hook", severities: ["critical"], webhook },
        { name: "pager", severities: ["critical"], pagerduty },
    ]),
    heartbeat: "https://hc-ping.com/s3cret",
    inhibitions: [{ source: "UnboundDown", targets: ["UnboundNoQueries", "UnboundSlow"], equal: ["namespace"] }],
    clusterName: "homelab",
};
