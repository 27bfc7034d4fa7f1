/**
 * DNS over TLS (RFC 7858) and DNS over HTTPS (RFC 8484), both answered by Unbound itself, and the records by which clients
 * that know only the resolver's address find them (RFC 9462).
 */
import type * as k8s from "@pulumi/kubernetes";

import type { Problem } from "../../config/problems";
import type { CertificateRequest } from "../lib/component";
import { imageReference } from "../lib/images";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { addressesOf, type DnsSettings } from "./settings";
import { images } from "./versions";
import { absolute, canonical } from "./zones";

/** Where Unbound listens. The Services map ports 853 and 443 to these. */
export const encryptedPorts = { tls: 1853, https: 1443 } as const;
/** Path of DNS over HTTPS. */
export const httpsPath = "/dns-query";

const folder = "/tls";
/** Where a container with `certificateMount` has the certificate and its key. */
export const certificateFiles = { certificate: `${folder}/tls.crt`, key: `${folder}/tls.key` } as const;
/** The remote control's port on the pod's loopback interface. */
const controlPort = 8953;

type Encryption = DnsSettings["encryption"];
type LocalRecord = DnsSettings["localRecords"][number];

/** Name of the server, and of an existing Secret with its certificate. */
export interface ServerCertificate {
    readonly name: string;
    readonly secret?: string;
}

/** The certificate to be issued; none if an existing one is used. */
export const issuedCertificate = (
    server: ServerCertificate | undefined,
    request: Omit<CertificateRequest, "dnsNames">,
): CertificateRequest[] =>
    server === undefined || server.secret !== undefined ? [] : [{ ...request, dnsNames: [server.name] }];

/** Name of the Secret with the certificate: an existing one, or the one that cert-manager is asked for. */
export const certificateSecret = ({ secret = "dns-tls" }: Pick<ServerCertificate, "secret">): string => secret;

/** The resolver's own. Clients that know only an address verify that one. */
export const certificateRequests = (settings: DnsSettings, namespace: string): CertificateRequest[] =>
    issuedCertificate(settings.encryption, {
        name: certificateSecret({}),
        namespace,
        ipAddresses: addressesOf(settings),
    });

/**
 * What is wrong where no certificate is to be had.
 * @param key the setting with the server, such as `noc:dns.encryption`.
 */
export const certificateProblems = (key: string, { secret }: ServerCertificate, certManager: boolean): Problem[] =>
    secret === undefined && !certManager
        ? [
              {
                  key: `${key}.secret`,
                  remedy: "is not set while noc:certManager.enabled is false, so there is no certificate; set that to true, or name a Secret that has one",
              },
          ]
        : [];

/** Lines of the `server:` clause. */
export const encryptionLines = (encryption: Encryption): string[] =>
    encryption === undefined
        ? []
        : [
              `interface: 0.0.0.0@${encryptedPorts.tls}`,
              `interface: 0.0.0.0@${encryptedPorts.https}`,
              `tls-port: ${encryptedPorts.tls}`,
              `https-port: ${encryptedPorts.https}`,
              `http-endpoint: "${httpsPath}"`,
              `tls-service-pem: "${certificateFiles.certificate}"`,
              `tls-service-key: "${certificateFiles.key}"`,
          ];

/** Lines of the `remote-control:` clause. Only the pod's own containers reach its loopback interface. */
export const reloadLines = (encryption: Encryption): string[] =>
    encryption === undefined
        ? []
        : ["control-interface: 127.0.0.1", `control-port: ${controlPort}`, "control-use-cert: no"];

/** The resolver's own name, unless a local record has it, and what it speaks beside plain DNS. */
export function discoveryRecords(
    settings: Pick<DnsSettings, "encryption" | "address" | "furtherAddresses" | "localRecords">,
): LocalRecord[] {
    const { encryption, address, localRecords } = settings;
    if (encryption === undefined || address === undefined) {
        return [];
    }
    const { name } = encryption;
    const addresses = addressesOf(settings);
    const known = localRecords.some((record) => record.type === "A" && canonical(record.name) === canonical(name));
    const hint = `ipv4hint=${addresses.join(",")}`;
    const discovery = { name: "_dns.resolver.arpa", type: "SVCB", ttl: 300 } as const;
    return [
        ...(known ? [] : addresses.map((value) => ({ name, type: "A" as const, value, ttl: 300 }))),
        { ...discovery, value: `1 ${absolute(name)} alpn=dot port=853 ${hint}` },
        { ...discovery, value: `2 ${absolute(name)} alpn=h2 port=443 ${hint} dohpath=${httpsPath}{?dns}` },
    ];
}

/** Ports of a Service. */
export const encryptedServicePorts: readonly k8s.types.input.core.v1.ServicePort[] = [
    { name: "dns-tls", port: 853, protocol: "TCP", targetPort: encryptedPorts.tls },
    { name: "dns-https", port: 443, protocol: "TCP", targetPort: encryptedPorts.https },
];

export const certificateMount = { name: "tls", mountPath: folder, readOnly: true };

/** A pod with this volume starts as soon as the Secret exists. */
export const certificateVolume = (secretName: string): k8s.types.input.core.v1.Volume => ({
    name: certificateMount.name,
    secret: { secretName },
});

/**
 * Makes Unbound read its certificate again when the file has changed, which the kubelet does within two minutes of a
 * renewal. `fast_reload` reads it without stopping a thread or closing a connection, `reload` closes all of them
 * (docs/encrypted-dns.md). The first pass reloads once, in case the file changed while Unbound started.
 */
export const reloadWhenRenewed = `
trap 'exit 0' TERM
loaded=
while true; do
  sleep 10 & wait $!
  current=$(sha256sum ${certificateFiles.certificate})
  if [ "$current" != "$loaded" ] && printf 'UBCT1 fast_reload\\n' | nc -w 5 127.0.0.1 ${controlPort} | grep -q '^ok'; then
    loaded=$current
    echo "Unbound has read ${certificateFiles.certificate}"
  fi
done
`.trim();

/** The container that does that: Unbound's image has no shell. */
export const certificateReloader = (site: Site): k8s.types.input.core.v1.Container => ({
    name: "certificate-reload",
    image: imageReference(images.redis, site),
    command: ["sh", "-c", reloadWhenRenewed],
    resources: {
        requests: { cpu: "1m", memory: "8Mi" },
        limits: { cpu: "50m", memory: "16Mi" },
    },
    securityContext: unprivileged,
    volumeMounts: [certificateMount],
});
