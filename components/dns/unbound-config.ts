/** Unbound's three configuration files, as text. Manual: https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html */
import type { DnsSettings, LocalRecord } from "./settings";
import { unboundSizing } from "./sizing";

/** Where Unbound listens: above 1024, so that it needs no privilege. The Service maps port 53 to it. */
export const dnsPort = 1053;
/** The remote control's socket, in a volume that the exporter shares. */
export const controlSocket = "/run/unbound/unbound.ctl";
/** A name that only this resolver answers: a probe for it tells of Unbound, not of the Internet. */
export const healthName = "health.noc.internal.";
/** How often the kubelet asks each pod for it, in seconds. */
export const healthPeriods = { readiness: 5, liveness: 10 };

/** The settings that unbound.conf and forward-zones.conf depend on. */
export type UnboundConfigOptions = Pick<
    DnsSettings,
    | "cpu"
    | "memory"
    | "allowFrom"
    | "dnssec"
    | "trustAnchors"
    | "forwardZones"
    | "stubZones"
    | "localRecords"
    | "ipv6"
    | "log"
>;

/** Renders unbound.conf: the server itself. */
export function unboundConf(options: UnboundConfigOptions): string {
    const { allowFrom, dnssec, trustAnchors, ipv6, log } = options;
    const { threads, msgCache, rrsetCache, keyCache } = unboundSizing(options.cpu, options.memory);
    return (
        block("server:", [
            "interface: 0.0.0.0",
            ipv6 && "interface: ::0",
            `port: ${dnsPort}`,
            `do-ip6: ${yesNo(ipv6)}`,

            "# The container is the jail; it logs to its output and is not root to begin with.",
            'chroot: ""',
            'username: ""',
            'directory: "/config"',
            'pidfile: ""',
            "use-syslog: no",
            'logfile: ""',
            ...(log === "queries" ? queryLog : []),

            `num-threads: ${threads}`,
            `msg-cache-size: ${msgCache}`,
            `rrset-cache-size: ${rrsetCache}`,
            `key-cache-size: ${keyCache}`,
            "outgoing-range: 8192",
            "num-queries-per-thread: 4096",
            "incoming-num-tcp: 256",
            "outgoing-num-tcp: 100",
            "# The system's own buffer: a larger one needs a privilege.",
            "so-sndbuf: 0",
            "edns-buffer-size: 1232",

            "access-control: 127.0.0.0/8 allow",
            ...allowFrom.map((network) => `access-control: ${network} allow`),

            "# Redis is below the validator: what comes out of it is validated like any answer.",
            `module-config: "${dnssec ? "validator " : ""}cachedb iterator"`,
            "# Not auto-trust-anchor-file, which ends the program where it cannot write.",
            dnssec && 'trust-anchor-file: "/var/unbound/root.key"',
            ...(dnssec ? trustAnchors.map((anchor) => `trust-anchor: "${anchor}"`) : []),
            "harden-glue: yes",
            "harden-dnssec-stripped: yes",
            "qname-minimisation: yes",
            "aggressive-nsec: yes",
            "hide-identity: yes",
            "hide-version: yes",
            "minimal-responses: yes",

            "prefetch: yes",
            "prefetch-key: yes",
            "serve-expired: yes",
            "serve-expired-ttl: 86400",
            "serve-expired-client-timeout: 1800",

            "extended-statistics: yes",
            `local-data: "${healthName} 60 IN A 127.0.0.1"`,
        ]) +
        block("remote-control:", ["control-enable: yes", `control-interface: "${controlSocket}"`]) +
        'include-toplevel: "/config/forward-zones.conf"\ninclude-toplevel: "/config/cachedb.conf"\n'
    );
}

/** A line for every answer. log-queries would add one for every question, which says nothing that the answer's does not. */
const queryLog = [
    "log-replies: yes",
    "log-tag-queryreply: yes",
    "# ISO 8601 takes both.",
    "log-time-ascii: yes",
    "log-time-iso: yes",
];

/** Renders forward-zones.conf: the names that are answered here or asked elsewhere. */
export function forwardZonesConf({ forwardZones, stubZones, localRecords }: UnboundConfigOptions): string {
    const elsewhere = [...forwardZones, ...stubZones];
    return [
        block("server:", [
            // Unbound answers the zones of private addresses itself unless told otherwise.
            ...elsewhere
                .filter(({ name }) => name !== ".")
                .map(({ name }) => `local-zone: "${fqdn(name)}" transparent`),
            ...elsewhere.filter(({ insecure }) => insecure).map(({ name }) => `domain-insecure: "${fqdn(name)}"`),
            forwardZones.some(({ tls }) => tls) && 'tls-cert-bundle: "/etc/ssl/certs/ca-certificates.crt"',
            ...localRecords.map(localData),
        ]),
        ...forwardZones.map(({ name, addresses, tls }) =>
            block("forward-zone:", [
                `name: "${fqdn(name)}"`,
                tls && "forward-tls-upstream: yes",
                ...addresses.map((address) => `forward-addr: ${tls ? overTls(address, tls) : address}`),
            ]),
        ),
        ...stubZones.map(({ name, addresses }) =>
            block("stub-zone:", [`name: "${fqdn(name)}"`, ...addresses.map((address) => `stub-addr: ${address}`)]),
        ),
    ].join("");
}

/** What cachedb.conf depends on. */
export interface CachedbOptions {
    /** Address of Redis. An address and not a name: a name would be looked up, by the blocked thread, at every reconnect. */
    readonly host: string;
    readonly password: string;
    /** Enters the hash that answers are kept under; the same in all replicas. */
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
        "# A thread answers nobody while it waits for Redis, so it must not wait long (in ms).",
        "redis-timeout: 100",
        "redis-command-timeout: 50",
        "redis-connect-timeout: 100",
        "redis-expire-records: yes",
    ]);
}

function localData({ name, type, value, ttl }: LocalRecord): string {
    const data = type === "TXT" ? `"${value}"` : type === "CNAME" || type === "PTR" ? fqdn(value) : value;
    return `local-data: '${fqdn(name)} ${ttl} IN ${type} ${data}'`;
}

const overTls = (address: string, name: string): string =>
    `${address.includes("@") ? address : `${address}@853`}#${name}`;

const fqdn = (name: string): string => (name.endsWith(".") ? name : `${name}.`);

const yesNo = (value: boolean): string => (value ? "yes" : "no");

function block(title: string, lines: (string | false | undefined)[]): string {
    return [title, ...lines.filter(Boolean).map((line) => `  ${line}`)].join("\n") + "\n";
}
