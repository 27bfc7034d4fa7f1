/** Who signs: the stack's own certificate authority, and one that is asked by ACME. */
import { labels } from "../lib/pods";
import type { CertificateRequest } from "../lib/component";
import type { AcmeSettings, CertManagerSettings } from "./settings";
import { namespaceName } from "./values";

/** The Secret of the certificate authority, and the name of its Certificate. */
export const authoritySecret = "noc-ca";
export const issuers = { bootstrap: "noc-self-signed", authority: "noc-ca", acme: "noc-acme" };
/** The Secret with Cloudflare's API token. */
export const cloudflareSecret = { name: "cloudflare-api-token", key: "api-token" };

const apiVersion = "cert-manager.io/v1";
// The engine waits until cert-manager says that it is done.
const ready = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "180" };

const clusterIssuer = (name: string, spec: Record<string, unknown>) => ({
    apiVersion,
    kind: "ClusterIssuer",
    metadata: { name, labels: labels("cert-manager"), annotations: ready },
    spec,
});

/** Signs only the authority's own certificate. */
export const bootstrapIssuer = () => clusterIssuer(issuers.bootstrap, { selfSigned: {} });

/** The authority's certificate. Clients trust it once, for ten years. */
export const authorityCertificate = ({ authority }: Pick<CertManagerSettings, "authority">) => ({
    apiVersion,
    kind: "Certificate",
    metadata: { name: authoritySecret, namespace: namespaceName, labels: labels("cert-manager"), annotations: ready },
    spec: {
        isCA: true,
        commonName: authority,
        secretName: authoritySecret,
        duration: hours(10 * 365),
        renewBefore: hours(365),
        // The key stays, so that what was signed before stays valid.
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
        issuerRef: issuerRef(issuers.bootstrap),
    },
});

/** Signs what the components ask for. */
export const authorityIssuer = () => clusterIssuer(issuers.authority, { ca: { secretName: authoritySecret } });

/** Has names in public zones signed by a public authority. */
export const acmeIssuer = ({ email, server, zones }: AcmeSettings) =>
    clusterIssuer(issuers.acme, {
        acme: {
            email,
            server,
            privateKeySecretRef: { name: "noc-acme-account" },
            solvers: [
                {
                    selector: { dnsZones: zones.map(withoutDot) },
                    dns01: { cloudflare: { apiTokenSecretRef: cloudflareSecret } },
                },
            ],
        },
    });

/** A certificate that a component asks for: by ACME if all its names are in ACME's zones, otherwise by the own authority. */
export const requestedCertificate = (
    { name, namespace, dnsNames, ipAddresses = [] }: CertificateRequest,
    { acme }: Pick<CertManagerSettings, "acme">,
) => {
    const publicly = acme && dnsNames.every((host) => acme.zones.some(inZone(host)));
    return {
        apiVersion,
        kind: "Certificate",
        metadata: { name, namespace, labels: labels(name), annotations: ready },
        spec: {
            secretName: name,
            dnsNames: [...dnsNames],
            ...(ipAddresses.length > 0 && !publicly && { ipAddresses: [...ipAddresses] }),
            duration: hours(90),
            renewBefore: hours(30),
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
            issuerRef: issuerRef(publicly ? issuers.acme : issuers.authority),
        },
    };
};

const inZone = (host: string) => (zone: string) =>
    withoutDot(host) === withoutDot(zone) || withoutDot(host).endsWith(`.${withoutDot(zone)}`);

const withoutDot = (name: string): string => name.replace(/\.$/, "").toLowerCase();
const issuerRef = (name: string) => ({ group: "cert-manager.io", kind: "ClusterIssuer", name });
/** cert-manager writes the days back as hours. */
const hours = (days: number): string => `${days * 24}h0m0s`;
