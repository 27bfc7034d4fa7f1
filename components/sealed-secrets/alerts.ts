/** What is watched of sealed-secrets. Names: https://github.com/bitnami-labs/sealed-secrets/blob/main/pkg/controller/metrics.go */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";

/** SealedSecrets that the controller could not decrypt. Prometheus calls the label of their namespace `exported_namespace`. */
export const notUnsealed = (namespace: string): string =>
    `sealed_secrets_controller_condition_info{namespace="${namespace}",condition="Synced"} == -1`;

/**
 * The alerts on sealed-secrets.
 * @param job of the controller's samples.
 */
export function sealedSecretsAlerts(namespace: string, job: string): Alert[] {
    return [
        {
            alert: "SealedSecretsDown",
            expr: noneScraped(namespace, job),
            for: "5m",
            severity: "warning",
            summary: "The sealed-secrets controller is down",
            description:
                "No sealed-secrets controller has been scraped for five minutes: Secrets that exist stay, new and changed SealedSecrets are not decrypted.",
            implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
        },
        {
            alert: "SealedSecretNotUnsealed",
            expr: notUnsealed(namespace),
            for: "5m",
            severity: "warning",
            summary: "A SealedSecret cannot be decrypted",
            description:
                "The SealedSecret {{ $labels.name }} in {{ $labels.exported_namespace }} cannot be decrypted: its Secret is missing or out of date.",
        },
    ];
}
