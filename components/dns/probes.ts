/** Probes of the resolver by the blackbox exporter: at its addresses and at each of its pods, over UDP and TCP. */
import * as pulumi from "@pulumi/pulumi";

import type { Alert, BlackboxModule, Probe } from "../lib/monitoring-spec";
import type { DnsThresholds } from "./settings";
import { healthName, healthPeriods } from "./unbound-config";

export interface DnsProbesOptions {
    /** The addresses that clients use. */
    readonly addresses: readonly pulumi.Input<string>[];
    /** Labels of the resolver's pods. */
    readonly pods: Record<string, string>;
    /** Names with an A record to look up, beside the resolver's own name. */
    readonly names: readonly string[];
}

/** Time between two probes for the same name, in seconds. */
const interval = 15;

const job = "dns-probe";

/** Selects the samples of the probes of the addresses or of the pods. `more` are further matchers, each after a comma. */
export const probed = (namespace: string, target: "address" | "pod", more = ""): string =>
    `{job="${job}",namespace="${namespace}",target="${target}"${more}}`;

/** Probes for every name over both transports, at each address and at each pod. */
export function dnsProbes({ addresses, pods, names }: DnsProbesOptions): Probe[] {
    return [healthName, ...names].flatMap((query, i) =>
        (["udp", "tcp"] as const).flatMap((transport): Probe[] => {
            const module = dnsModule(`dns-${transport}-${i}`, transport, query);
            const probe = { job, module, interval };
            const labels = { transport, query };
            return [
                ...addresses.map((address, j) => ({
                    ...probe,
                    name: `${module.name}-address${j === 0 ? "" : `-${j + 1}`}`,
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

/** Queries per second that come from probes and health checks: at each pod, and at all addresses together. */
export function ownQueries(names: readonly string[], addresses: number): { perPod: number; together: number } {
    const healthChecks = 1 / healthPeriods.readiness;
    const probes = (2 * (1 + names.length)) / interval;
    return { perPod: rounded(healthChecks + probes), together: rounded(probes * addresses) };
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
