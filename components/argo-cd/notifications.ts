/**
 * Argo CD's own notifications, sent to Alertmanager, whose receivers, silences and repetitions then apply to them. Its
 * notifier for Alertmanager writes the first Application's labels into its template, so that all later notifications
 * have them too (parseLabels in notifications-engine, pkg/services/alertmanager.go); a webhook with Alertmanager's JSON
 * has no such fault, and can say when an alert ends.
 */
import { runbookUrl } from "../lib/prometheus-rules";
import { namespaceName } from "./names";

/** Where notifications go to. */
export interface Alertmanager {
    /** URL of Alertmanager. */
    readonly url: string;
    /** Base URL of the components' folders, for the link to the runbook. */
    readonly runbooks: string;
}

/** Name of the alert that notifications raise. It has no rule in Prometheus. */
export const syncFailedAlert = "ArgoCdSyncFailed";

const service = "alertmanager";
const timestamp = (time: string) => `{{ ${time} | date "2006-01-02T15:04:05Z07:00" }}`;

/** Alertmanager's API for alerts: https://github.com/prometheus/alertmanager/blob/v0.28.1/api/v2/openapi.yaml */
function alertTemplate(endsAt: string, runbook: string): string {
    const message = '(default "" .app.status.operationState.message)';
    // Text from Git and from the cluster goes through toJson. Without startsAt, the alert would start when it ends.
    const body = `[{
  "labels": {
    "alertname": "${syncFailedAlert}",
    "severity": "warning",
    "component": "argoCd",
    "namespace": "${namespaceName}",
    "application": {{ .app.metadata.name | toJson }}
  },
  "annotations": {
    "summary": "An Application could not be synced",
    "description": {{ printf "The Application %s could not be synced: %s" .app.metadata.name ${message} | toJson }},
    "runbook_url": "${runbook}"
  },
  "startsAt": "${timestamp("now")}",
  "endsAt": "${timestamp(endsAt)}"
}]
`;
    return JSON.stringify({ webhook: { [service]: { method: "POST", path: "/api/v2/alerts", body } } });
}

/** The values for the notifications controller: one alert, which the next successful sync ends. */
export function notificationValues(alertmanager: Alertmanager | undefined): Record<string, unknown> {
    if (!alertmanager) {
        return { enabled: false };
    }
    const { url, runbooks } = alertmanager;
    const runbook = runbookUrl(runbooks, "argoCd", syncFailedAlert);
    const phase = "app.status?.operationState?.phase";
    const when = (condition: string, template: string) => JSON.stringify([{ when: condition, send: [template] }]);
    return {
        enabled: true,
        notifiers: {
            [`service.webhook.${service}`]: JSON.stringify({
                url,
                headers: [{ name: "Content-Type", value: "application/json" }],
            }),
        },
        templates: {
            // Alertmanager ends an alert without this time after five minutes, though nothing has been mended.
            "template.sync-failed": alertTemplate('now | dateModify "24h"', runbook),
            "template.sync-succeeded": alertTemplate("now", runbook),
        },
        triggers: {
            "trigger.on-sync-failed": when(`${phase} in ['Error', 'Failed']`, "sync-failed"),
            "trigger.on-sync-succeeded": when(`${phase} in ['Succeeded']`, "sync-succeeded"),
        },
        subscriptions: [{ recipients: [service], triggers: ["on-sync-failed", "on-sync-succeeded"] }],
    };
}
