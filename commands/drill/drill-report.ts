/** The report of the drills. */
import { barChart } from "../bench/chart";
import type { Report } from "../bench/report";
import { shown } from "../bench/statistics";
import type { Failure } from "./failure";
import { type Bar, barText, exceeded, type Outcome } from "./outcome";

/** A drill that was run or skipped. */
export interface Drilled {
    readonly failure: Pick<Failure, "name" | "title" | "dns" | "dhcp">;
    /** Why it was not run. */
    readonly skipped?: string;
    readonly dns?: Outcome;
    readonly dhcp?: Outcome;
    /** Clients that were refused or given another address. */
    readonly addressesChanged?: number;
    /** Containers that were restarted in pods that live on. */
    readonly restarts?: number;
    /** What was wrong with the repaired stack. */
    readonly found?: readonly string[];
    /** How long it took until the failure had happened, and until it was repaired. */
    readonly seconds?: { readonly broken: number; readonly repaired: number };
}

export interface DrillReportOptions {
    readonly command: string;
    readonly conditions: Readonly<Record<string, string>>;
    /** Queries per second. */
    readonly rate: number;
}

/** What exceeds the bars of a drill, in words. */
export function problemsOf(result: Drilled): string[] {
    const { failure, dns, dhcp, addressesChanged = 0, restarts = 0, found = [] } = result;
    return [
        ...(dns && failure.dns ? exceeded(dns, failure.dns).map((text) => `DNS: ${text}`) : []),
        ...(dhcp && failure.dhcp ? exceeded(dhcp, failure.dhcp).map((text) => `DHCP: ${text}`) : []),
        ...(addressesChanged > 0 ? [`${addressesChanged} leases changed`] : []),
        ...(failure.name.startsWith("malformed") && restarts > 0 ? [`${restarts} containers restarted`] : []),
        ...found,
    ];
}

/** The result in words. */
export const verdict = (result: Drilled): string =>
    result.skipped !== undefined ? `not run: ${result.skipped}` : problemsOf(result).join("; ") || "met";

const cells = (outcome: Outcome | undefined): string[] =>
    outcome
        ? [
              `${outcome.lost} of ${outcome.requests}`,
              String(outcome.repeated),
              shown(outcome.outage, 1),
              shown(outcome.p99),
              shown(outcome.longest, 1),
          ]
        : ["-", "-", "-", "-", "-"];

/** The bars of a drill in words. */
export const barsText = ({ dns, dhcp }: { dns?: Bar; dhcp?: Bar }): string =>
    [dns && `DNS: ${barText(dns)}`, dhcp && `DHCP: ${[barText(dhcp), "leases kept"].filter(Boolean).join(", ")}`]
        .filter(Boolean)
        .join("; ");

export function drillReport(results: readonly Drilled[], { command, conditions, rate }: DrillReportOptions): Report {
    const run = results.filter(({ skipped }) => skipped === undefined);
    const head = ["drill", "lost", "repeated", "outage, s", "p99, ms", "longest, s"];
    return {
        name: "drills",
        title: "Failures: what clients notice",
        command,
        description: [
            `${rate} DNS queries a second and the renewals of ten DHCP clients, one a second, run through each drill. A DNS query is repeated after one second, a renewal after two, each twice at most. Lost: never answered. Repeated: answered, but not to the first packet. Outage: from the beginning of the failure to the last request that was lost or repeated. Longest: the answer that took longest, with its repetitions. The figures include the repair.`,
        ],
        conditions,
        tables: [
            {
                title: "Bars",
                head: ["drill", "bar", "result"],
                rows: results.map((one) => [one.failure.title, barsText(one.failure) || "-", verdict(one)]),
            },
            { title: "DNS", head, rows: run.map(({ failure, dns }) => [failure.title, ...cells(dns)]) },
            { title: "DHCP", head, rows: run.map(({ failure, dhcp }) => [failure.title, ...cells(dhcp)]) },
        ],
        pictures: [
            {
                name: "drills",
                title: "Outage of the service that each drill is about, and its bar",
                svg: barChart({
                    title: "Outage, and the bar where there is one",
                    x: "seconds from the failure to the last request in trouble",
                    bars: run.map(({ failure, dns, dhcp }) => ({
                        label: failure.title,
                        from: 0,
                        to: (failure.dhcp ? dhcp : dns)?.outage ?? 0,
                        mark: (failure.dhcp ?? failure.dns)?.outage,
                    })),
                }),
            },
        ],
        data: results.map(({ failure, ...rest }) => ({
            name: failure.name,
            bars: { dns: failure.dns, dhcp: failure.dhcp },
            ...rest,
        })),
    };
}
