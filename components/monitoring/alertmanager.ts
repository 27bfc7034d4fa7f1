/** Alertmanager's configuration: the routes from alerts to receivers, and the texts of the notifications. */
import type { Severity } from "../lib/monitoring-spec";
import type { Inhibition } from "../lib/prometheus-rules";
import { portOf, type Receiver } from "./receivers";

export interface AlertmanagerOptions {
    /** Without any, alerts are visible only in Alertmanager and Grafana. */
    readonly receivers: readonly Receiver[];
    /** URL to post to every minute, while Prometheus and Alertmanager work. Defaults to none. */
    readonly heartbeat?: string;
    /** Alerts that mute others, in addition to the rules by severity. */
    readonly inhibitions: readonly Inhibition[];
    /** Name of the cluster, which every notification has in its title: letters, digits, hyphens, dots. */
    readonly clusterName: string;
}

/** Time until the notification about an alert that still fires is repeated. */
const repeatIntervals: Record<Severity, string> = { critical: "1h", warning: "4h", info: "12h" };

/** The contents of alertmanager.yaml, which include the receivers' secrets. Valid from Alertmanager 0.25. */
export function alertmanagerConfig({ receivers, heartbeat, inhibitions, clusterName }: AlertmanagerOptions) {
    return {
        route: {
            receiver: "null",
            // One notification per problem. Grouped by namespace only, different problems would share a title and, at
            // PagerDuty, an incident; grouped by pod, a failing node would cause dozens of notifications.
            group_by: ["alertname", "namespace"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: repeatIntervals.warning,
            routes: [
                watchdogRoute(heartbeat ? "heartbeat" : "null"),
                { receiver: "null", matchers: [alertNamed("InfoInhibitor")] },
                ...receivers.flatMap(routesTo),
            ],
        },
        inhibit_rules: [...inhibitionsBySeverity, ...inhibitions.map(inhibitRule)],
        receivers: [
            { name: "null" },
            // A "resolved" notification would be counted as another heartbeat, so it is not sent.
            ...(heartbeat ? [{ name: "heartbeat", webhook_configs: [{ url: heartbeat, send_resolved: false }] }] : []),
            ...receivers.map((receiver) => receiverConfig(receiver, clusterName)),
        ],
    };
}

const alertNamed = (...alerts: string[]) =>
    alerts.length === 1 ? `alertname = "${alerts.join()}"` : `alertname =~ "${alerts.join("|")}"`;

/**
 * Watchdog always fires. Alertmanager evaluates a group every group_interval and repeats a notification once
 * repeat_interval has passed since the last delivery. With a minute for both, the repetition would be due just after an
 * evaluation, and every second heartbeat would be missing.
 */
const watchdogRoute = (receiver: string) => ({
    receiver,
    matchers: [alertNamed("Watchdog")],
    group_wait: "0s",
    group_interval: "30s",
    repeat_interval: "50s",
});

const routesTo = ({ name, severities }: Receiver) =>
    severities.map((severity) => ({
        receiver: name,
        matchers: [`severity = "${severity}"`],
        repeat_interval: repeatIntervals[severity],
        // Other receivers may have the same severity.
        continue: true,
    }));

/**
 * If an alert fires at several severities, only the highest is notified. InfoInhibitor is an alert of
 * kube-prometheus-stack: it fires while alerts of severity info fire in a namespace without a warning or critical alert.
 */
const inhibitionsBySeverity = [
    { source: 'severity = "critical"', target: 'severity =~ "warning|info"', equal: ["alertname", "namespace"] },
    { source: 'severity = "warning"', target: 'severity = "info"', equal: ["alertname", "namespace"] },
    { source: alertNamed("InfoInhibitor"), target: 'severity = "info"', equal: ["namespace"] },
].map(({ source, target, equal }) => ({ source_matchers: [source], target_matchers: [target], equal }));

const inhibitRule = ({ source, targets, equal }: Inhibition) => ({
    source_matchers: [alertNamed(source)],
    target_matchers: [alertNamed(...targets)],
    equal: [...equal],
});

/** The title. All alerts of a notification have the same name, namespace and severity. */
const titleFor = (clusterName: string) =>
    '[{{ .Status | toUpper }}:{{ if eq .Status "firing" }}{{ len .Alerts.Firing }}{{ else }}{{ len .Alerts }}{{ end }}] ' +
    "{{ .GroupLabels.alertname }} ({{ .CommonLabels.severity }})" +
    `{{ with .GroupLabels.namespace }} in {{ . }}{{ end }} on ${clusterName}`;

/** Summary, description and runbook of each alert, as far as its rule has them. */
const text = [
    '{{ range .Alerts }}{{ if eq .Status "resolved" }}Resolved: {{ end }}',
    "{{ with .Annotations.summary }}{{ . }}\n{{ end }}",
    "{{ with .Annotations.description }}{{ . }}\n{{ end }}",
    "{{ with .Annotations.runbook_url }}Runbook: {{ . }}\n{{ end }}",
    "\n{{ end }}",
].join("");

function receiverConfig({ name, email, slack, webhook, pagerduty }: Receiver, clusterName: string) {
    const title = titleFor(clusterName);
    return {
        name,
        ...(email && { email_configs: [{ ...emailConfig(email), headers: { Subject: title }, text, html: "" }] }),
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
                    // PagerDuty has the same severities, and error.
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

const emailConfig = ({ to, from, smarthost, username, password, requireTls }: NonNullable<Receiver["email"]>) => ({
    to,
    from,
    smarthost,
    ...(username && { auth_username: username, auth_password: password }),
    // This requires STARTTLS, which a server that begins with TLS does not offer.
    require_tls: requireTls && portOf(smarthost) !== 465,
    send_resolved: true,
});
