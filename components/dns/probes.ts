/** Probes of the resolver by the blackbox exporter: at its addresses and at each of its pods, over UDP and TCP. */
import * as pulumi from "@pulumi/pulumi";

import type { Alert, BlackboxModule, Probe } from "../lib/monitoring-spec";
import { httpsPath } from "./encryption";
import type { Front, OwnQueries } from "./front";
import type { DnsThresholds } from "./settings";
import { healthName, healthPeriods } from "./unbound-config";

export interface DnsProbesOptions {
    /** The addresses that clients use. */
    readonly addresses: readonly pulumi.Input<string>[];
    /** Labels of the resolver's pods. */
    readonly pods: Record<string, string>;
    /** Names with an A record to look up, beside the resolver's own name. */
    readonly names: readonly string[];
    /** Whether the addresses also answer over TLS and HTTPS. Defaults to false. */
    readonly encrypted?: boolean;
    /** Beginning of the names of the probes and of their job. Defaults to `dns`. */
    readonly prefix?: string;
}

/** Time between two probes for the same name, in seconds. */
const interval = 15;

const ownPrefix = "dns";
const jobOf = (prefix: string): string => `${prefix}-probe`;

/** Selects the samples of the probes of the addresses or of the pods. `more` are further matchers, each after a comma. */
export const probed = (namespace: string, target: "address" | "pod", more = "", prefix = ownPrefix): string =>
    `{job="${jobOf(prefix)}",namespace="${namespace}",target="${target}"${more}}`;

/**
 * Probes for every name over both plain transports, at each address and at each pod; and for the resolver's own name over
 * both encrypted ones, at each address.
 */
export function dnsProbes(options: DnsProbesOptions): Probe[] {
    const { prefix = ownPrefix } = options;
    return [...plainProbes(prefix, options), ...(options.encrypted ? encryptedProbes(prefix, options.addresses) : [])];
}

function plainProbes(prefix: string, { addresses, pods, names }: DnsProbesOptions): Probe[] {
    return [healthName, ...names].flatMap((query, i) =>
        (["udp", "tcp"] as const).flatMap((transport): Probe[] => {
            const module = dnsModule(`${prefix}-${transport}-${i}`, transport, query);
            const probe = { job: jobOf(prefix), module, interval };
            const labels = { transport, query };
            return [
                ...addresses.map((address, j) => ({
                    ...probe,
                    name: addressProbeName(module, j),
                    target: { address: pulumi.interpolate`${address}:53` },
                    labels: { ...labels, target: "address" },
                })),
                {
                    ...probe,
                    name: `${module.name}-pods`,
                    target: { pods, port: "dns-tcp" },
                    labels: { ...labels, target: "pod" },
                },
            ];
        }),
    );
}

const addressProbeName = ({ name }: BlackboxModule, address: number): string =>
    `${name}-address${address === 0 ? "" : `-${address + 1}`}`;

/** The certificate is not verified: the exporter does not know its authority. Its expiry becomes a metric. */
const tls = { tls_config: { insecure_skip_verify: true } };

function encryptedProbes(prefix: string, addresses: readonly pulumi.Input<string>[]): Probe[] {
    const overTls = dnsModule(`${prefix}-tls`, "tcp", healthName);
    const modules: Record<"tls" | "https", BlackboxModule> = {
        tls: { ...overTls, dns: { ...overTls.dns, dns_over_tls: true, ...tls } },
        https: {
            name: `${prefix}-https`,
            prober: "http",
            timeout: "5s",
            http: {
                preferred_ip_protocol: "ip4",
                headers: { Accept: "application/dns-message" },
                fail_if_not_ssl: true,
                ...tls,
            },
        },
    };
    const targets = {
        tls: (address: pulumi.Input<string>) => pulumi.interpolate`${address}:853`,
        https: (address: pulumi.Input<string>) =>
            pulumi.interpolate`https://${address}${httpsPath}?dns=${encodedQuery}`,
    };
    return (["tls", "https"] as const).flatMap((transport) =>
        addresses.map((address, i) => ({
            name: addressProbeName(modules[transport], i),
            job: jobOf(prefix),
            module: modules[transport],
            interval,
            target: { address: targets[transport](address) },
            labels: { transport, query: healthName, target: "address" },
        })),
    );
}

/** A query for the A records of the resolver's own name, as DNS over HTTPS has it in a URL (RFC 8484). */
const encodedQuery = Buffer.from([
    ...[0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ...healthName.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]),
    ...[0, 1, 0, 1],
]).toString("base64url");

export interface OwnQueriesOptions extends Pick<DnsProbesOptions, "names" | "encrypted"> {
    /** Number of addresses. */
    readonly addresses: number;
    /** The proxy in front of the pods, if there is one. */
    readonly front?: Pick<Front, "queries">;
}

export function ownQueries({ names, addresses, encrypted = false, front }: OwnQueriesOptions): OwnQueries {
    const healthChecks = 1 / healthPeriods.readiness;
    const plain = 2 * (1 + names.length);
    return {
        perPod: rounded(healthChecks + plain / interval + (front?.queries.perPod ?? 0)),
        together: rounded(((plain + (encrypted ? 2 : 0)) * addresses) / interval + (front?.queries.together ?? 0)),
    };
}

const rounded = (value: number): number => Number(value.toFixed(4));

function dnsModule(name: string, transport: "udp" | "tcp", query: string): BlackboxModule {
    return {
        name,
        prober: "dns",
        timeout: "5s",
        dns: {
            transport_protocol: transport,
            preferred_ip_protocol: "ip4",
            query_name: query,
            query_type: "A",
            valid_rcodes: ["NOERROR"],
            // The answer for a name without an A record is NOERROR as well.
            validate_answer_rrs: { fail_if_none_matches_regexp: [".*\\sIN\\sA\\s.*"] },
        },
    };
}

/** The alerts on the results of the probes. */
export function dnsProbeAlerts(namespace: string, { answerSeconds }: DnsThresholds): Alert[] {
    const own = `,query="${healthName}"`;
    return [
        {
            alert: "DnsAddressUnanswered",
            expr: `probe_success${probed(namespace, "address", own)} == 0`,
            for: "2m",
            severity: "critical",
            summary: "The resolver's address does not answer",
            description:
                "{{ $labels.instance }} has not answered over {{ $labels.transport }} for two minutes, not even a query for its own name.",
            implies: [
                {
                    alerts: ["DnsAvailabilityFastBurn", "DnsAvailabilitySlowBurn"],
                    equal: ["namespace"],
                },
                { alerts: ["DnsNameUnresolved", "DnsSlowAnswers"], equal: ["namespace", "transport"] },
            ],
        },
        {
            alert: "DnsNameUnresolved",
            expr: `probe_success${probed(namespace, "address", `,query!="${healthName}"`)} == 0`,
            for: "5m",
            severity: "warning",
            summary: "A name cannot be resolved",
            description:
                "{{ $labels.instance }} has returned no address for {{ $labels.query }} over {{ $labels.transport }} for five minutes: upstream servers cannot be reached, or the name no longer exists.",
            implies: [{ alerts: ["DnsSlowAnswers"], equal: ["namespace", "transport", "query"] }],
        },
        {
            alert: "DnsPodUnanswered",
            expr: `probe_success${probed(namespace, "pod", own)} == 0`,
            for: "2m",
            severity: "warning",
            summary: "A resolver pod does not answer",
            description:
                "{{ $labels.pod }} has not answered over {{ $labels.transport }} for two minutes, not even a query for its own name.",
        },
        {
            alert: "DnsSlowAnswers",
            expr: `avg by (namespace, transport, query) (avg_over_time(probe_duration_seconds${probed(namespace, "address")}[5m])) > ${answerSeconds}`,
            for: "10m",
            severity: "warning",
            summary: "Answers are slow",
            description:
                "On average, the resolver takes {{ $value | humanizeDuration }} to answer a probe for {{ $labels.query }} over {{ $labels.transport }}.",
        },
    ];
}
