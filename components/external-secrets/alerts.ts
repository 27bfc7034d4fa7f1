/**
 * What is watched of External Secrets. The controller's samples name the object's namespace `namespace`, which Prometheus
 * keeps as `exported_namespace`. Names: https://external-secrets.io/latest/api/metrics/
 */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";

const perObject = (metric: string, namespace: string) =>
    `max by (namespace, exported_namespace, name) (${metric}_status_condition{namespace="${namespace}",condition="Ready",status="False"}) == 1`;

/** ExternalSecrets that could not be read at the last attempt. */
export const notSynced = (namespace: string): string => perObject("externalsecret", namespace);

/** Calls to a secret manager that may fail within a quarter of an hour; each is repeated. */
const failures = 5;

/**
 * The alerts on External Secrets.
 * @param job of the controller's samples.
 */
export function externalSecretsAlerts(namespace: string, job: string): Alert[] {
    return [
        {
            alert: "ExternalSecretsDown",
            expr: noneScraped(namespace, job),
            for: "10m",
            severity: "warning",
            summary: "No External Secrets controller runs",
            description:
                "No External Secrets controller has been scraped for ten minutes: Secrets that exist stay, changes in the secret manager are not copied.",
            implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
        },
        {
            alert: "SecretStoreNotReady",
            expr: `${perObject("clustersecretstore", namespace)} or ${perObject("secretstore", namespace)}`,
            for: "15m",
            severity: "warning",
            summary: "A secret store is not ready",
            description:
                "The store {{ $labels.name }} has been refused for 15 minutes: nothing can be read from its secret manager.",
        },
        {
            alert: "ExternalSecretNotSynced",
            expr: notSynced(namespace),
            for: "15m",
            severity: "warning",
            summary: "An ExternalSecret cannot be read",
            description:
                "The ExternalSecret {{ $labels.name }} in {{ $labels.exported_namespace }} has not been read for 15 minutes: its Secret is missing or out of date.",
        },
        {
            alert: "SecretManagerErrors",
            expr: `sum by (namespace, provider) (increase(externalsecret_provider_api_calls_count{namespace="${namespace}",status="error"}[15m])) > ${failures}`,
            for: "0m",
            severity: "warning",
            summary: "The secret manager answers with errors",
            description: `{{ $labels.provider }} has answered more than ${failures} calls with an error within 15 minutes.`,
        },
    ];
}
