/** Unbound's configuration files, as text. Manual: https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html */
import type * as k8s from "@pulumi/kubernetes";

import { discoveryRecords, encryptionLines, reloadLines } from "./encryption";
import { frontLines } from "./front";
import { type LeaseServer, leaseStubZones, leaseZoneLines } from "./lease-zones";
import { localRecordsConf } from "./records";
import { nodeLines } from "./node-path-config";
import type { DnsSettings } from "./settings";
import { unboundSizing } from "./sizing";
import { absolute } from "./zones";

/** Where Unbound listens: above 1024, so that it needs no privilege. The Service maps port 53 to it. */
export const dnsPort = 1053;
/** Ports of a Service of the resolver, and of a proxy that listens on the same ports. */
export const plainServicePorts: readonly k8s.types.input.core.v1.ServicePort[] = [
    { name: "dns", port: 53, protocol: "UDP", targetPort: dnsPort },
    { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: dnsPort },
];
/** The folder of the configuration files. */
export const configFolder = "/config";
/** The remote control's socket, in a volume that the exporter shares. */
export const controlSocket = "/run/unbound/unbound.ctl";
/** A name that only this resolver answers: a probe for it tests Unbound and not the Internet. */
export const healthName = "health.noc.internal.";
/** How often the kubelet checks each pod, in seconds. */
export const healthPeriods = { readiness: 5, liveness: 10 };

/** TCP connections from clients that a thread holds at most. */
const tcpConnections = 512;

/** Addresses that no public zone has a reason to answer with, see `rebindingProtection`. */
const privateAddresses = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::/127",
    "::ffff:0:0/96",
    "fc00::/7",
    "fe80::/10",
];

/** The settings that the files without secrets depend on. */
export type UnboundConfigOptions = Pick<
    DnsSettings,
    | "cpu"
    | "memory"
    | "allowFrom"
    | "clientQueryLimit"
    | "dnssec"
    | "trustAnchors"
    | "rebindingProtection"
    | "privateDomains"
    | "forwardZones"
    | "stubZones"
    | "localRecords"
    | "upstreamIpv6"
    | "log"
    | "address"
    | "furtherAddresses"
    | "encryption"
> & {
    /** Where the names and addresses of DHCP leases are asked for. Left out, nowhere. */
    readonly leases?: LeaseServer;
    /** Whether a proxy in front tells the clients' addresses. Defaults to false. */
    readonly fronted?: boolean;
    /** Whether it is for the resolver in a node's network (`path`), and not for a pod. Defaults to false. */
    readonly onNode?: boolean;
};

/** The files without secrets, by name. `unbound.conf` includes the others and cachedb.conf. */
export function configFiles(given: UnboundConfigOptions): Record<string, string> {
    const options = { ...given, localRecords: [...given.localRecords, ...discoveryRecords(given)] };
    return { "unbound.conf": unboundConf(options), ...zoneFiles(options) };
}

function unboundConf(options: UnboundConfigOptions): string {
    const {
        allowFrom,
        clientQueryLimit,
        dnssec,
        trustAnchors,
        upstreamIpv6,
        log,
        encryption,
        fronted = false,
        onNode = false,
    } = options;
    const { threads, msgCache, rrsetCache, keyCache, queriesPerThread, outgoingRange } = unboundSizing(
        options.cpu,
        options.memory,
        encryption !== undefined,
    );
    const tcpLimit = Math.floor(tcpConnections * threads * 0.75);
    return (
        block("server:", [
            ...(onNode
                ? nodeLines(options)
                : [
                      "interface: 0.0.0.0",
                      `port: ${dnsPort}`,
                      ...encryptionLines(encryption),
                      ...(fronted ? frontLines : []),
                  ]),
            `do-ip6: ${yesNo(upstreamIpv6)}`,

            `# Unbound runs in a container, as ${onNode ? "root with two capabilities" : "an unprivileged user"}, and logs to its output.`,
            'chroot: ""',
            'username: ""',
            `directory: "${configFolder}"`,
            'pidfile: ""',
            "use-syslog: no",
            'logfile: ""',
            ...(log === "queries" ? queryLog : []),

            `num-threads: ${threads}`,
            `msg-cache-size: ${msgCache}`,
            `rrset-cache-size: ${rrsetCache}`,
            `key-cache-size: ${keyCache}`,
            `outgoing-range: ${outgoingRange}`,
            `num-queries-per-thread: ${queriesPerThread}`,
            `incoming-num-tcp: ${tcpConnections}`,
            "outgoing-num-tcp: 100",
            "# Queries wait here while a thread waits for Redis. Some 2,700 fit; the system's default drops them after 280.",
            "# A node with a smaller net.core.rmem_max grants that much, and Unbound warns.",
            "so-rcvbuf: 1m",
            "# The system's default buffer, not Unbound's 4m, which few nodes grant without a privilege.",
            "so-sndbuf: 0",
            "edns-buffer-size: 1232",

            "access-control: 127.0.0.0/8 allow",
            ...allowFrom.map((network) => `access-control: ${network} allow`),
            "# A quarter of the TCP connections stays free for other networks and for the health checks.",
            ...allowFrom.map((network) => `tcp-connection-limit: ${network} ${tcpLimit}`),
            clientQueryLimit > 0 && `ip-ratelimit: ${clientQueryLimit}`,
            "deny-any: yes",

            ...(dnssec ? redisComment : []),
            `module-config: "${[...modules(options), "cachedb", "iterator"].join(" ")}"`,
            dnssec && "# Not auto-trust-anchor-file: Unbound exits if it cannot write to that file.",
            dnssec && 'trust-anchor-file: "/var/unbound/root.key"',
            ...(dnssec ? trustAnchors.map((anchor) => `trust-anchor: "${anchor}"`) : []),
            "harden-glue: yes",
            "harden-unverified-glue: yes",
            "harden-unknown-additional: yes",
            "harden-dnssec-stripped: yes",
            "unwanted-reply-threshold: 10000000",
            "qname-minimisation: yes",
            "aggressive-nsec: yes",
            "hide-identity: yes",
            "hide-version: yes",
            "minimal-responses: yes",
            ...rebindingLines(options),

            "prefetch: yes",
            "prefetch-key: yes",
            "serve-expired: yes",
            "serve-expired-ttl: 86400",
            "serve-expired-client-timeout: 1800",

            "extended-statistics: yes",
            `local-data: "${healthName} 60 IN A 127.0.0.1"`,
        ]) +
        block("remote-control:", [
            "control-enable: yes",
            `control-interface: "${controlSocket}"`,
            ...(onNode ? [] : reloadLines(encryption)),
        ]) +
        `include-toplevel: "${configFolder}/${zonesFile}"\ninclude-toplevel: "${configFolder}/cachedb.conf"\n`
    );
}

/** The modules above cachedb. `respip` applies the response policy zone with the aliases. */
const modules = (options: UnboundConfigOptions): string[] => [
    ...(aliasesFile in zoneFiles(options) ? ["respip"] : []),
    ...(options.dnssec ? ["validator"] : []),
];

const redisComment = [
    "# The validator also checks what comes from Redis: it finds a forged answer of a signed zone, and none of an",
    "# unsigned zone.",
];

/** One line for each answer. log-queries would add one for each query, which says nothing more. */
const queryLog = [
    "log-replies: yes",
    "log-tag-queryreply: yes",
    "# ISO 8601 needs both.",
    "log-time-ascii: yes",
    "log-time-iso: yes",
];

/** A forwarder for "." is asked for public names: it is not exempt. */
const rebindingLines = ({
    rebindingProtection,
    privateDomains,
    forwardZones,
    stubZones,
    leases,
}: UnboundConfigOptions): string[] => {
    const zones = [...forwardZones, ...stubZones].map(({ name }) => name).filter((name) => name !== ".");
    const exempt = [...zones, ...(leases ? [leases.domain] : []), ...privateDomains];
    return rebindingProtection
        ? [
              ...privateAddresses.map((network) => `private-address: ${network}`),
              ...exempt.map((name) => `private-domain: "${absolute(name)}"`),
          ]
        : [];
};

const zonesFile = "forward-zones.conf";
const aliasesFile = "aliases.zone";

/** The names that are answered here or asked elsewhere. */
export function zoneFiles({
    forwardZones,
    stubZones,
    localRecords,
    leases,
}: Pick<UnboundConfigOptions, "forwardZones" | "stubZones" | "localRecords" | "leases">): Record<string, string> {
    const elsewhere = [...forwardZones, ...stubZones];
    const records = localRecordsConf(localRecords, `${configFolder}/${aliasesFile}`);
    const zones = [
        block("server:", [
            // Unbound answers the reverse zones of private addresses itself unless told otherwise.
            ...elsewhere
                .filter(({ name }) => name !== ".")
                .map(({ name }) => `local-zone: "${absolute(name)}" transparent`),
            ...elsewhere.filter(({ insecure }) => insecure).map(({ name }) => `domain-insecure: "${absolute(name)}"`),
            forwardZones.some(({ tls }) => tls) && 'tls-cert-bundle: "/etc/ssl/certs/ca-certificates.crt"',
            ...leaseZoneLines(leases),
            ...records.server,
        ]),
        ...forwardZones.map(({ name, addresses, tls }) =>
            block("forward-zone:", [
                `name: "${absolute(name)}"`,
                tls && "forward-tls-upstream: yes",
                ...addresses.map((address) => `forward-addr: ${tls ? overTls(address, tls) : address}`),
            ]),
        ),
        ...stubZones.map(({ name, addresses }) =>
            block("stub-zone:", [`name: "${absolute(name)}"`, ...addresses.map((address) => `stub-addr: ${address}`)]),
        ),
        ...leaseStubZones(leases).map((lines) => block("stub-zone:", lines)),
        records.clauses,
    ].join("");
    return { [zonesFile]: zones, ...(records.aliases && { [aliasesFile]: records.aliases }) };
}

/** What cachedb.conf depends on. */
export interface CachedbOptions {
    /** IP address of Redis. A thread would block on looking up a name, at each reconnect. */
    readonly host: string;
    readonly password: string;
    /** Is hashed into the keys of the answers; must be the same in all replicas. */
    readonly seed: string;
}

/** Renders cachedb.conf: the cache that all replicas share. It holds a password. */
export function cachedbConf({ host, password, seed }: CachedbOptions): string {
    return block("cachedb:", [
        "backend: redis",
        `secret-seed: "${seed}"`,
        `redis-server-host: ${host}`,
        "redis-server-port: 6379",
        `redis-server-password: "${password}"`,
        "# A thread answers no query while it waits for Redis, so it must not wait long (in ms).",
        "redis-timeout: 100",
        "redis-command-timeout: 50",
        "redis-connect-timeout: 100",
        "redis-expire-records: yes",
    ]);
}

/** The ports of the servers that are queried. */
export const upstreamPorts = ({
    forwardZones,
    stubZones,
}: Pick<UnboundConfigOptions, "forwardZones" | "stubZones">): number[] =>
    [...forwardZones, ...stubZones.map((zone) => ({ ...zone, tls: undefined }))].flatMap(({ addresses, tls }) =>
        addresses.map((address) => Number(address.split("@")[1] ?? (tls ? tlsPort : 53))),
    );

const tlsPort = 853;

const overTls = (address: string, name: string): string =>
    `${address.includes("@") ? address : `${address}@${tlsPort}`}#${name}`;

const yesNo = (value: boolean): string => (value ? "yes" : "no");

function block(title: string, lines: (string | false | undefined)[]): string {
    return [title, ...lines.filter(Boolean).map((line) => `  ${line}`)].join("\n") + "\n";
}
