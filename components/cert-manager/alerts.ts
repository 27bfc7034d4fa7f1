/**
 * What is watched of certificates. The controller's samples name the Certificate's namespace `namespace`, which
 * Prometheus keeps as `exported_namespace`. Names: https://cert-manager.io/docs/devops-tips/prometheus-metrics/
 */
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped } from "../lib/prometheus-rules";
import type { CertManagerThresholds } from "./settings";

const perCertificate = "max by (namespace, exported_namespace, name)";
/** Requests that the ACME server may refuse within an hour. Some are refused in ordinary operation and repeated. */
const refusals = 5;
const sameCertificate = ["namespace", "exported_namespace", "name"];

/** Certificates that are not ready: not issued yet, expired, or not what was asked for. */
export const notReady = (namespace: string): string =>
    `${perCertificate} (certmanager_certificate_ready_status{namespace="${namespace}",condition!="True"}) == 1`;

/** Seconds until each certificate expires. One that was never issued has the time 0 and is left out. */
export const timeLeft = (namespace: string): string =>
    `${perCertificate} (certmanager_certificate_expiration_timestamp_seconds{namespace="${namespace}"} > 0) - time()`;

/**
 * The alerts on certificates.
 * @param job of the controller's samples.
 */
export function certManagerAlerts(namespace: string, job: string, thresholds: CertManagerThresholds): Alert[] {
    const { overdueHours, expiryDays } = thresholds;
    return [
        {
            alert: "CertManagerDown",
            expr: noneScraped(namespace, job),
            for: "10m",
            severity: "warning",
            summary: "No cert-manager controller runs",
            description:
                "No cert-manager controller has been scraped for ten minutes: certificates are neither issued nor renewed.",
            implies: [{ alerts: ["ExporterDown", "ReplicasMissing"], equal: ["namespace"] }],
        },
        {
            alert: "CertificateNotReady",
            expr: notReady(namespace),
            for: "15m",
            severity: "warning",
            summary: "A certificate is not ready",
            description:
                "The Certificate {{ $labels.name }} in {{ $labels.exported_namespace }} has not been ready for 15 minutes: it is not issued, or has expired.",
        },
        {
            alert: "CertificateRenewalOverdue",
            expr: `time() - ${perCertificate} (certmanager_certificate_renewal_timestamp_seconds{namespace="${namespace}"} > 0) > ${overdueHours * 3600}`,
            for: "5m",
            severity: "warning",
            summary: "A certificate is not renewed",
            description:
                "The Certificate {{ $labels.name }} in {{ $labels.exported_namespace }} should have been renewed {{ $value | humanizeDuration }} ago.",
        },
        {
            alert: "CertificateNearExpiry",
            expr: `${timeLeft(namespace)} < ${expiryDays * 86_400}`,
            for: "5m",
            severity: "critical",
            summary: "A certificate expires within days",
            description: `The Certificate {{ $labels.name }} in {{ $labels.exported_namespace }} expires in less than ${expiryDays} days, or has expired: clients then refuse it.`,
            implies: [{ alerts: ["CertificateRenewalOverdue", "CertificateNotReady"], equal: sameCertificate }],
        },
        {
            alert: "AcmeRequestsFailing",
            expr: `sum by (namespace, host) (increase(certmanager_http_acme_client_request_count{namespace="${namespace}",status=~"4..|5.."}[1h])) > ${refusals}`,
            for: "0m",
            severity: "warning",
            summary: "The ACME server refuses requests",
            description: `{{ $labels.host }} has refused more than ${refusals} requests within an hour: certificates may not be issued or renewed.`,
        },
    ];
}
