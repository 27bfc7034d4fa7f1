import { testAlerts } from "../../tests/alert-tests";
import { certManagerAlerts } from "./alerts";
import { certManagerSettings } from "./settings";

const namespace = "cert-manager";
const job = "cert-manager";
const target = `namespace="${namespace}",job="${job}",pod="cert-manager-a"`;
const certificate = `${target},exported_namespace="noc",name="dns-tls",issuer_name="noc-ca",issuer_kind="ClusterIssuer",issuer_group="cert-manager.io"`;
const labels = { namespace, exported_namespace: "noc", name: "dns-tls" };
const hour = 60;
const day = 24 * hour;

describe("alerts on certificates", () => {
    testAlerts(
        "certManager",
        [
            {
                name: "cert-manager",
                records: [],
                alerts: certManagerAlerts(namespace, job, certManagerSettings.shape.thresholds.parse(undefined)),
            },
        ],
        [
            {
                alert: "CertManagerDown",
                cause: "not scraped",
                series: [{ series: `up{${target}}`, well: 1, trouble: "absent" }],
                firesAfter: 10,
                labels: { namespace, job },
                description:
                    "No cert-manager controller has been scraped for ten minutes: certificates are neither issued nor renewed.",
            },
            {
                alert: "CertManagerDown",
                cause: "both replicas down",
                series: [
                    { series: `up{${target}}`, well: 0, trouble: 0 },
                    { series: `up{namespace="${namespace}",job="${job}",pod="cert-manager-b"}`, well: 1, trouble: 0 },
                ],
                firesAfter: 10,
                labels: { namespace, job },
                description:
                    "No cert-manager controller has been scraped for ten minutes: certificates are neither issued nor renewed.",
            },
            {
                alert: "CertificateNotReady",
                series: [
                    {
                        series: `certmanager_certificate_ready_status{${certificate},condition="True"}`,
                        well: 1,
                        trouble: 0,
                    },
                    {
                        series: `certmanager_certificate_ready_status{${certificate},condition="False"}`,
                        well: 0,
                        trouble: 1,
                    },
                ],
                firesAfter: 15,
                labels,
                description:
                    "The Certificate dns-tls in noc has not been ready for 15 minutes: it is not issued, or has expired.",
            },
            {
                alert: "CertificateRenewalOverdue",
                series: [
                    {
                        series: `certmanager_certificate_renewal_timestamp_seconds{${certificate}}`,
                        // Time begins at 0: after seven hours, a renewal at one hour is six hours late.
                        well: 1e9,
                        trouble: hour * 60,
                    },
                ],
                calm: 7 * hour + 1,
                firesAfter: 5,
                labels,
                description: "The Certificate dns-tls in noc should have been renewed 6h 11m 0s ago.",
                firstDescription: "The Certificate dns-tls in noc should have been renewed 6h 6m 0s ago.",
            },
            {
                alert: "CertificateNearExpiry",
                series: [
                    {
                        series: `certmanager_certificate_expiration_timestamp_seconds{${certificate}}`,
                        well: 3 * day * 60 + 100 * 60,
                        trouble: 3 * day * 60,
                    },
                ],
                firesAfter: 5,
                labels,
                description:
                    "The Certificate dns-tls in noc expires in less than 3 days, or has expired: clients then refuse it.",
            },
            {
                alert: "AcmeRequestsFailing",
                series: [
                    {
                        series: `certmanager_http_acme_client_request_count{${target},host="acme.example.org",scheme="https",action="new_order",method="POST",status="429"}`,
                        well: 0,
                        trouble: 2,
                        counter: true,
                    },
                ],
                calm: 70,
                // The third minute's refusals are the fifth and sixth.
                firesAfter: 2,
                recoversAfter: 61,
                labels: { namespace, host: "acme.example.org" },
                description:
                    "acme.example.org has refused more than 5 requests within an hour: certificates may not be issued or renewed.",
            },
        ],
    );
});
