import { NoUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, stat, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { notReady, timeLeft } from "./alerts";

const day = 86_400;

const notReadyStat = (namespace: string) =>
    stat(
        "Certificates not ready",
        "Certificates that are not issued, or have expired. Worry about any: clients refuse what serves them.",
        NoUnit,
        { "not ready": `count(${notReady(namespace)}) or vector(0)` },
        { above: [1] },
    );

/** Certificates on the overview dashboard. */
export const certificatesOverview = (namespace: string): OverviewPanels => ({ stats: [notReadyStat(namespace)] });

/** The dashboard of the certificates. */
export function certificatesDashboard(namespace: string): Dashboard {
    const selector = `{namespace="${namespace}"}`;
    const perMinute = (metric: string, by: string) =>
        `60 * sum by (${by}) (rate(${metric}${selector}[$__rate_interval]))`;
    const perCertificate = (metric: string) =>
        `max by (exported_namespace, name, issuer_name) (certmanager_certificate_${metric}${selector} > 0) - time()`;
    return dashboard({
        uid: "noc-certificates",
        title: "Certificates",
        description: "cert-manager: which certificates there are, when they expire, and whether renewals work.",
        rows: [
            [
                4,
                stat("Certificates", "All certificates that cert-manager keeps valid. Worry when it drops.", NoUnit, {
                    certificates: `count(max by (exported_namespace, name) (certmanager_certificate_ready_status${selector}))`,
                }),
                notReadyStat(namespace),
                stat(
                    "Next expiry",
                    "Time until the first certificate expires. They are renewed a month before; worry below a week.",
                    Seconds,
                    { "first expiry": `min(${timeLeft(namespace)})` },
                    { below: [7 * day, 3 * day] },
                ),
            ],
            [
                9,
                table(
                    "Certificates",
                    "When each certificate expires and is to be renewed. A negative time is past: the renewal fails.",
                    Seconds,
                    { Namespace: "exported_namespace", Certificate: "name", Issuer: "issuer_name" },
                    {
                        "Expires in": perCertificate("expiration_timestamp_seconds"),
                        "Renewed in": perCertificate("renewal_timestamp_seconds"),
                    },
                ),
            ],
            [
                8,
                graph(
                    "ACME requests",
                    "Requests to the ACME server a minute, by its answer. Worry about 4xx and 5xx that go on.",
                    Short,
                    { "{{host}} {{status}}": perMinute("certmanager_http_acme_client_request_count", "host, status") },
                ).noValue("ACME is not used"),
                graph(
                    "Work",
                    "What cert-manager's controllers do a minute. It jumps while certificates are issued; worry when it stays high.",
                    Short,
                    { "{{controller}}": perMinute("certmanager_controller_sync_call_count", "controller") },
                ),
            ],
        ],
    });
}
