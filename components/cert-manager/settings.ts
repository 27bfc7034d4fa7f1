import { isIPv4 } from "node:net";
import { z } from "zod";

import { chartVersion, count, domain, line, positive, token, url } from "../../config/fields";
import { charts } from "./versions";

const withoutDot = (name: string): string => name.replace(/\.$/, "").toLowerCase();

const acme = z.strictObject({
    email: z
        .email({ error: "is not an e-mail address; write it like noc@example.org" })
        .describe("Address that the certificate authority writes to.")
        .meta({ examples: ["noc@example.org"] }),
    zones: z
        .array(
            domain.refine((zone) => !isIPv4(zone) && zone !== ".", {
                error: "is no domain; write one like example.org",
            }),
        )
        .min(1, { error: "is empty; list at least one domain" })
        .refine((zones) => new Set(zones.map(withoutDot)).size === zones.length, {
            error: "lists a domain twice; list each once",
        })
        .describe("Domains at Cloudflare. Certificates for names in them are requested by ACME."),
    cloudflareToken: token("the token", "a-cloudflare-api-token").describe(
        "API token that may read the zones and edit their DNS records.",
    ),
    server: url("https://acme-staging-v02.api.letsencrypt.org/directory")
        .default("https://acme-v02.api.letsencrypt.org/directory")
        .describe("Directory URL of the certificate authority."),
});

const thresholds = z.strictObject({
    overdueHours: positive.default(6).describe("Time that a renewal is overdue, in hours."),
    expiryDays: positive.default(3).describe("Time until a certificate expires, in days."),
});

export const certManagerSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Install cert-manager with a certificate authority of its own, and issue the other components' certificates.",
        ),
    version: chartVersion("v1.13.0", charts.certManager.version)
        .default(charts.certManager.version)
        .describe(
            "Version of the chart, v1.13.0 or newer. Before v1.15.0, destroy deletes the CRDs and with them everybody's Certificates.",
        ),
    replicas: count(1, 100)
        .default(1)
        .describe(
            "Pods each of the controller, the webhook and the CA injector. One of them works, the others stand by.",
        ),
    // A certificate's common name has at most 64 bytes, says cert-manager.
    authority: line("the certificate authority", "k8s-noc CA")
        .refine((name) => Buffer.byteLength(name) <= 64, {
            error: "is too long for a certificate; use at most 64 bytes",
        })
        .default("k8s-noc CA")
        .describe("Name of the certificate authority, as clients that trust it list it."),
    acme: acme
        .optional()
        .describe(
            "Request certificates for public names by ACME, with DNS-01 challenges at Cloudflare. Not used if not set.",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type CertManagerSettings = z.output<typeof certManagerSettings>;
export type CertManagerThresholds = CertManagerSettings["thresholds"];
export type AcmeSettings = z.output<typeof acme>;
