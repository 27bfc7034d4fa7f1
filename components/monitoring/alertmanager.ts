/** Alertmanager's configuration: who is told of what, how often and in which words. */
import type { Severity } from "../lib/monitoring-spec";
import type { Inhibition } from "../lib/prometheus-rules";
import { portOf, type Receiver } from "./receivers";

/** What the configuration depends on. */
export interface AlertmanagerOptions {
    /** Those to tell. Where there is none, alerts are seen in Alertmanager and Grafana alone. */
    readonly receivers: readonly Receiver[];
    /** URL to post to every minute, for as long as Prometheus and Alertmanager work. Defaults to none. */
    readonly heartbeat?: string;
    /** What mutes what, beside the rules by severity that always hold. */
    readonly inhibitions: readonly Inhibition[];
    /** Tells this cluster's notifications from another's: letters, digits, hyphens, dots. */
    readonly clusterName: string;
}

/** How long an alert fires before it is told of again. */
const repeatIntervals: Record<Severity, string> = { critical: "1h", warning: "4h", info: "12h" };

/** The contents of alertmanager.yaml, with the receivers' secrets in them. Valid from Alertmanager 0.25 on. */
export function alertmanagerConfig({ receivers, heartbeat, inhibitions, clusterName }: AlertmanagerOptions) {
    return {
        route: {
            receiver: "null",
            // One problem, one notification: by namespace alone, whatever goes wrong in it would share a title and, at
            // PagerDuty, an incident; by pod, a failing node would send dozens.
            group_by: ["alertname", "namespace"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: repeatIntervals.warning,
            routes: [
                watchdogRoute(heartbeat ? "heartbeat" : "null"),
                { receiver: "null", matchers: [named("InfoInhibitor")] },
                ...receivers.flatMap(routesTo),
            ],
        },
        inhibit_rules: [...inhibitionsBySeverity, ...inhibitions.map(inhibitRule)],
        receivers: [
            { name: "null" },
            // Word that the watchdog has stopped would count as one more beat.
            ...(heartbeat ? [{ name: "heartbeat", webhook_configs: [{ url: heartbeat, send_resolved: false }] }] : []),
            ...receivers.map((receiver) => notifierOf(receiver, clusterName)),
        ],
    };
}

const named = (...alerts: string[]) =>
    alerts.length === 1 ? `alertname = "${alerts.join()}"` : `alertname =~ "${alerts.join("|")}"`;

/**
 * Watchdog always fires. Alertmanager looks at it every group_interval and sends once repeat_interval has passed since
 * the last delivery: with a minute for both, a beat is not quite due at the next look, and every other one is left out.
 */
const watchdogRoute = (receiver: string) => ({
    receiver,
    matchers: [named("Watchdog")],
    group_wait: "0s",
    group_interval: "30s",
    repeat_interval: "50s",
});

const routesTo = ({ name, severities }: Receiver) =>
    severities.map((severity) => ({
        receiver: name,
        matchers: [`severity = "${severity}"`],
        repeat_interval: repeatIntervals[severity],
        // The others may want to know too.
        continue: true,
    }));

/**
 * Of one problem at several severities, the worst counts. InfoInhibitor is kube-prometheus' own: it fires beside alerts
 * of severity info for as long as nothing worse does in their namespace.
 */
const inhibitionsBySeverity = [
    { source: 'severity = "critical"', target: 'severity =~ "warning|info"', equal: ["alertname", "namespace"] },
    { source: 'severity = "warning"', target: 'severity = "info"', equal: ["alertname", "namespace"] },
    { source: named("InfoInhibitor"), target: 'severity = "info"', equal: ["namespace"] },
].map(({ source, target, equal }) => ({ source_matchers: [source], target_matchers: [target], equal }));

const inhibitRule = ({ source, targets, equal }: Inhibition) => ({
    source_matchers: [named(source)],
    target_matchers: [named(...targets)],
    equal: [...equal],
});

/** What all alerts of a notification have in common: they are grouped by name and namespace and routed by severity. */
const titleFor = (clusterName: string) =>
    '[{{ .Status | toUpper }}:{{ if eq .Status "firing" }}{{ len .Alerts.Firing }}{{ else }}{{ len .Alerts }}{{ end }}] ' +
    "{{ .GroupLabels.alertname }} ({{ .CommonLabels.severity }})" +
    `{{ with .GroupLabels.namespace }} in {{ . }}{{ end }} on ${clusterName}`;

/** Each alert in its own words. Rules that name no summary, description or runbook leave out the line. */
const text = [
    '{{ range .Alerts }}{{ if eq .Status "resolved" }}Resolved: {{ end }}',
    "{{ with .Annotations.summary }}{{ . }}\n{{ end }}",
    "{{ with .Annotations.description }}{{ . }}\n{{ end }}",
    "{{ with .Annotations.runbook_url }}Runbook: {{ . }}\n{{ end }}",
    "\n{{ end }}",
].join("");

function notifierOf({ name, email, slack, webhook, pagerduty }: Receiver, clusterName: string) {
    const title = titleFor(clusterName);
    return {
        name,
        ...(email && { email_configs: [{ ...emailTo(email), headers: { Subject: title }, text, html: "" }] }),
        ...(slack && {
            slack_configs: [
                { api_url: slack.url, channel: slack.channel, send_resolved: true, title, fallback: title, text },
            ],
        }),
        ...(webhook && {
            webhook_configs: [
                {
                    url: webhook.url,
                    send_resolved: true,
                    ...(webhook.bearerToken && {
                        http_config: { authorization: { credentials: webhook.bearerToken } },
                    }),
                },
            ],
        }),
        ...(pagerduty && {
            pagerduty_configs: [
                {
                    routing_key: pagerduty.routingKey,
                    send_resolved: true,
                    // PagerDuty's severities are these three, and error.
                    severity: "{{ .CommonLabels.severity }}",
                    description: title,
                    client: `Alertmanager on ${clusterName}`,
                    client_url: "{{ .ExternalURL }}",
                    details: { description: text, runbook: "{{ .CommonAnnotations.runbook_url }}" },
                },
            ],
        }),
    };
}

const emailTo = ({ to, from, smarthost, username, password, requireTls }: NonNullable<Receiver["email"]>) => ({
    to,
    from,
    smarthost,
    ...(username && { auth_username: username, auth_password: password }),
    // It means STARTTLS, which a server that begins with TLS does not offer.
    require_tls: requireTls && portOf(smarthost) !== 465,
    send_resolved: true,
});
