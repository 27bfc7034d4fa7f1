/**
 * The resolver's service-level objectives and the alerts on their burn rates, over two windows each:
 * https://sre.google/workbook/alerting-on-slos/ (6, multiwindow, multi-burn-rate alerts).
 */
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import { probed } from "./probes";
import type { DnsObjectives } from "./settings";
import { healthName } from "./unbound-config";

/** The windows of the burn rates, see `burns`. */
export const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;

/** The fraction of bad events over each window. If a stack is younger than the window, over the time that it has. */
export function sloRecords(namespace: string, { latencySeconds }: DnsObjectives): RecordingRule[] {
    const probes = `probe_success${probed(namespace, "address", `,query="${healthName}"`)}`;
    const rate = (metric: string, window: string, selector = "") =>
        `sum by (namespace) (rate(${metric}{namespace="${namespace}"${selector}}[${window}]))`;
    return windows.flatMap((window) => [
        {
            record: `namespace:dns_unanswered:ratio_rate${window}`,
            expr: `1 - avg by (namespace) (avg_over_time(${probes}[${window}]))`,
        },
        {
            record: `namespace:dns_slow:ratio_rate${window}`,
            // Answers from the cache count as fast. The histogram holds lookups that were answered; those without an
            // answer count as slow.
            expr:
                `(${rate("unbound_cache_misses_total", window)} - ` +
                `${rate("unbound_response_time_seconds_bucket", window, `,le="${latencySeconds}"`)}) / ` +
                rate("unbound_queries_total", window),
        },
    ]);
}

/**
 * Part of the error budget of 30 days that each rate uses within its long window: 1: 10 %, 3: 10 %, 6: 5 %, 14.4: 2 %.
 */
const burns = {
    fast: [
        { long: "1h", short: "5m", rate: 14.4 },
        { long: "6h", short: "30m", rate: 6 },
    ],
    slow: [
        { long: "1d", short: "2h", rate: 3 },
        { long: "3d", short: "6h", rate: 1 },
    ],
} as const;

/** The alerts on both objectives. */
export function sloAlerts(namespace: string, { availability, latency, latencySeconds }: DnsObjectives): Alert[] {
    const burning = (metric: string, objective: number, speed: keyof typeof burns) =>
        burns[speed]
            .map(({ long, short, rate }) => {
                const limit = Number((rate * (1 - objective)).toPrecision(6));
                const above = (window: string) => `${metric}:ratio_rate${window}{namespace="${namespace}"} > ${limit}`;
                return `(${above(long)} and ${above(short)})`;
            })
            .join(" or ");
    const pair = (name: string, metric: string, objective: number, goodEvents: string): Alert[] => [
        {
            alert: `${name}FastBurn`,
            expr: burning(metric, objective, "fast"),
            for: "2m",
            severity: "critical",
            summary: `Far too few ${goodEvents}`,
            description: `The resolvers in {{ $labels.namespace }} miss their objective of ${percent(objective)} by so much that the error budget of 30 days is used up within days.`,
            implies: [{ alerts: [`${name}SlowBurn`], equal: ["namespace"] }],
        },
        {
            alert: `${name}SlowBurn`,
            expr: burning(metric, objective, "slow"),
            for: "15m",
            severity: "warning",
            summary: `Too few ${goodEvents}`,
            description: `The resolvers in {{ $labels.namespace }} miss their objective of ${percent(objective)}: at this rate, the error budget does not last for 30 days.`,
        },
    ];
    return [
        ...pair("DnsAvailability", "namespace:dns_unanswered", availability, "probes answered"),
        ...pair("DnsLatency", "namespace:dns_slow", latency, `queries answered within ${latencySeconds} s`),
    ];
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(4))}%`;
