/** dnsdist's configuration files, as text. Reference: https://www.dnsdist.org/reference/yaml-settings.html */
import { stringify } from "yaml";

import { certificateFiles, httpsPath } from "../dns/encryption";
import type { DnsSettings } from "../dns/settings";
import { threadsFor, unboundSizing } from "../dns/sizing";
import { absolute, canonical } from "../dns/zones";
import { backendsLua } from "./backends";
import { ports, rules } from "./names";
import type { DnsdistSettings } from "./settings";

/** The settings of the resolver that dnsdist takes over. */
export type ResolverSettings = Pick<DnsSettings, "allowFrom" | "cpu" | "memory" | "encryption">;

/** UDP sockets for each thread of the resolver. The kernel chooses the thread by a hash of the addresses and ports. */
const socketsPerThread = 16;
/** TCP, TLS and HTTPS connections from clients that each listening thread holds at most. */
const connections = 512;
/** Queries over UDP that may be under way to each of the resolver's pods, of which a thread looks up 4096 at once. */
const outstanding = 8192;
/** Lifetime of the answers that dnsdist makes itself, in seconds. */
const ttl = 60;

const own = { set_ra: true, ttl };
type Rule = Readonly<Record<"name" | "selector" | "action", unknown>>;

/** The files by name. dnsdist reads the Lua file by itself, because it has the name of the other one. */
export function configFiles(settings: DnsdistSettings, resolver: ResolverSettings): Record<string, string> {
    const { encryption } = settings;
    const { threads } = unboundSizing(resolver.cpu, resolver.memory, resolver.encryption !== undefined);
    return {
        "dnsdist.yml": stringify(dnsdistYaml(settings, resolver), { lineWidth: 0, aliasDuplicateObjects: false }),
        "dnsdist.lua": backendsLua({
            sockets: threads * socketsPerThread,
            certificate: encryption && certificateFiles.certificate,
        }),
    };
}

/**
 * The least memory limit, in MiB. Measured with dnsdist 2.1.3, one thread and two pods behind it: 47 MiB at most while they
 * were replaced, and half a KiB more for each further query that may be under way, to twice the pods during a replacement. A
 * TLS connection takes 35 KiB (https://www.dnsdist.org/reference/yaml-settings.html#incomingtlsconfiguration).
 */
export const leastMemory = (settings: Pick<DnsdistSettings, "cpu" | "encryption">, resolvers: number): number =>
    48 + 10 * resolvers + (settings.encryption ? 54 * threadsFor(settings.cpu) : 0);

/** The file without its Lua part, as an object. */
export function dnsdistYaml(settings: DnsdistSettings, { allowFrom }: Pick<ResolverSettings, "allowFrom">) {
    const threads = threadsFor(settings.cpu);
    return {
        acl: [...allowFrom],
        binds: listeners(settings).map((listener) => ({ ...listener, reuseport: true, threads })),
        query_rules: [...limitRules(settings.rateLimit), ...discoveryRules(settings), ...policyRules(settings)],
        // Metrics, and the kubelet's probes. Without a key, the API that changes something stays closed.
        webserver: {
            listen_addresses: [`0.0.0.0:${ports.web}`],
            acl: ["0.0.0.0/0"],
            stats_require_authentication: false,
            dashboard_requires_authentication: false,
        },
        // They are for the console and for dynamic rules, which are off.
        ring_buffers: { record_queries: false, record_responses: false },
        security_polling: { polling_interval: 0, suffix: "" },
        tuning: {
            tcp: { worker_threads: Math.max(2, threads), max_connections_per_client: connections / 4 },
            udp: {
                // As long as clients wait. The resolver answers with an expired record after 1.8 seconds, if it has one.
                timeout: 5,
                max_outstanding_per_backend: outstanding,
            },
        },
    };
}

/** What dnsdist listens on, one for each transport. */
function listeners({ encryption }: Pick<DnsdistSettings, "encryption">) {
    const at = (port: number) => ({ listen_address: `0.0.0.0:${port}` });
    const tcp = { max_in_flight_queries: 100, max_concurrent_connections: connections };
    const tls = { certificates: [certificateFiles], minimum_version: "tls1.2" };
    return [
        { ...at(ports.dns), tcp },
        ...(encryption
            ? [
                  { ...at(ports.tls), protocol: "DoT", tcp, tls },
                  { ...at(ports.https), protocol: "DoH", tcp, tls, doh: { paths: [httpsPath] } },
              ]
            : []),
        ...(encryption?.quic
            ? [
                  { ...at(ports.tls), protocol: "DoQ", tls },
                  { ...at(ports.https), protocol: "DoH3", tls },
              ]
            : []),
    ];
}

/** One rule counts, so that a client has one limit over all transports. */
function limitRules({ queriesPerSecond, burst, action }: DnsdistSettings["rateLimit"]): Rule[] {
    if (queriesPerSecond === 0) {
        return [];
    }
    const selector = { type: "MaxQPSIP", qps: queriesPerSecond, burst: burst ?? queriesPerSecond };
    const refused = rcode("Refused");
    if (action !== "truncate") {
        return [{ name: rules.limit, selector, action: action === "drop" ? { type: "Drop" } : refused }];
    }
    const beyond = { type: "Tag", tag: rules.limit };
    return [
        { name: rules.limit, selector, action: { type: "SetTag", tag: rules.limit, value: "beyond" } },
        {
            name: `${rules.limit}-udp`,
            selector: { type: "And", selectors: [beyond, { type: "TCP", tcp: false }] },
            action: { type: "TC" },
        },
        { name: `${rules.limit}-other`, selector: beyond, action: refused },
    ];
}

/**
 * dnsdist's name, and what it speaks beside plain DNS (RFC 9462). Without encryption, clients that ask are told nothing:
 * the resolver would name its own address, where there is no policy.
 */
function discoveryRules({ encryption, addresses }: Pick<DnsdistSettings, "encryption" | "addresses">): Rule[] {
    const designated = { type: "QName", qname: "_dns.resolver.arpa." };
    if (encryption === undefined) {
        return [{ name: "discovery", selector: designated, action: rcode("NoError") }];
    }
    const { name, quic } = encryption;
    const target = absolute(name);
    const hints = { target, ipv4_hints: [...addresses] };
    const parameters = [
        { priority: 1, alpns: ["dot", ...(quic ? ["doq"] : [])], port: 853, ...hints },
        {
            priority: 2,
            alpns: ["h2", ...(quic ? ["h3"] : [])],
            port: 443,
            ...hints,
            additional_params: [{ key: dohpath, value: `${httpsPath}{?dns}` }],
        },
    ];
    const named = { type: "QName", qname: target };
    return [
        {
            name: "discovery",
            selector: both(designated, { type: "QType", numeric_value: svcb }),
            action: { type: "SpoofSVC", parameters, vars: own },
        },
        { name: "discovery-other", selector: designated, action: rcode("NoError") },
        {
            name: "own-name",
            selector: both(named, { type: "QType", qtype: "A" }),
            action: { type: "Spoof", ips: [...addresses], vars: own },
        },
        { name: "own-name-other", selector: named, action: rcode("NoError") },
    ];
}

/** Numbers of the record type SVCB, and of its parameter with the path of DNS over HTTPS (RFC 9460, RFC 9461). */
const [svcb, dohpath] = [64, 7];

function policyRules({ exempt, rewritten, blocked }: DnsdistSettings): Rule[] {
    return [
        ...(exempt.length > 0 ? [{ name: "exempt", selector: below(exempt), action: { type: "Allow" } }] : []),
        ...rewritten.flatMap(({ names, address }, i) => {
            const [name, selector] = [`${rules.rewritten}-${i}`, below(names)];
            return [
                {
                    name,
                    selector: both(selector, { type: "QType", qtype: "A" }),
                    action: { type: "Spoof", ips: [address], vars: own },
                },
                { name: `${name}-other`, selector, action: rcode("NoError") },
            ];
        }),
        ...(blocked.length > 0
            ? [
                  // RFC 8914, section 4.16
                  {
                      name: `${rules.blocked}-reason`,
                      selector: below(blocked),
                      action: { type: "SetExtendedDNSError", info_code: 15, extra_text: "" },
                  },
                  { name: rules.blocked, selector: below(blocked), action: rcode("NXDomain") },
              ]
            : []),
    ];
}

const both = (...selectors: object[]) => ({ type: "And", selectors });
const rcode = (code: "Refused" | "NXDomain" | "NoError") => ({ type: "RCode", rcode: code, vars: own });

/** Names of the domains and below them. Quiet: the list is not repeated in the web server's answers. */
const below = (domains: readonly string[]) => ({
    type: "QNameSuffix",
    suffixes: domains.map(canonical),
    quiet: true,
});
