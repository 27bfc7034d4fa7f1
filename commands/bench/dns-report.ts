/** The report of bench:dns: medians of the rounds, and ratios of runs that were neighbours in time. */
import { lineChart, type Series } from "./chart";
import type { DnsMeasurement } from "./dnsperf";
import { highest, type Tried } from "./rates";
import type { Report, ReportTable } from "./report";
import { median, shown, shownRatio } from "./statistics";

/** Fraction of the queries that may be lost at the rate that counts. */
export const allowedLoss = 0.001;

/** A server that is measured. */
export interface Side {
    readonly name: "stack" | "bare";
    readonly address: string;
}

/** A run at a limited rate. */
export type LimitedRun = Tried & Omit<DnsMeasurement, "rate" | "lost"> & { readonly offered: number };

/** What one round measured of one server. */
export interface DnsResult {
    readonly replicas: number;
    readonly round: number;
    readonly side: Side["name"];
    /** Cached names, as many queries as are answered. */
    readonly peak: DnsMeasurement;
    /** Cached names, at rising rates. */
    readonly limited: readonly LimitedRun[];
    /** Names that only Redis has. Undefined for a server without Redis. */
    readonly shared?: DnsMeasurement;
    /** Names that nobody has looked up. */
    readonly unknown: DnsMeasurement;
}

export interface DnsReportOptions {
    readonly command: string;
    readonly conditions: Readonly<Record<string, string>>;
    readonly zone: string;
    readonly names: number;
    readonly seconds: number;
    readonly rounds: number;
}

type Value = (result: DnsResult) => number | undefined;

/** The median of a figure over the rounds. */
const medianOf = (results: readonly DnsResult[], value: Value): number =>
    median(results.flatMap((result) => value(result) ?? []));

/** The median of the ratios between the runs of a round. NaN if the other side was not measured. */
export function ratioToBare(results: readonly DnsResult[], replicas: number, value: Value): number {
    const own = results.filter((result) => result.replicas === replicas);
    return median(
        own.flatMap((result) => {
            const bare = own.find(({ side, round }) => side === "bare" && round === result.round);
            const [a, b] = [value(result), bare && value(bare)];
            return result.side === "stack" && a !== undefined && b !== undefined ? [a / b] : [];
        }),
    );
}

const counting = ({ limited }: DnsResult): LimitedRun | undefined => highest(limited, allowedLoss);
const sustained: Value = (result) => counting(result)?.rate;

/** The sustained rate of the stack, in queries per second. NaN if it was not measured with so many replicas. */
export const capacityOf = (results: readonly DnsResult[], replicas: number): number =>
    medianOf(
        results.filter((one) => one.side === "stack" && one.replicas === replicas),
        sustained,
    );

const counts = (results: readonly DnsResult[]): number[] => [...new Set(results.map(({ replicas }) => replicas))];

/** Cached names: the sustained rate with its latencies, and the peak. */
export function cachedTable(results: readonly DnsResult[]): ReportTable {
    const first = counts(results)[0] ?? 1;
    const stack = (replicas: number) => results.filter((one) => one.side === "stack" && one.replicas === replicas);
    const row = (
        label: string,
        own: readonly DnsResult[],
        toBare: { sustained: number; peak: number },
        toOne: number,
    ) => [
        label,
        shown(medianOf(own, sustained)),
        ...(["average", "p50", "p99"] as const).map((key) =>
            shown(
                medianOf(own, (one) => counting(one)?.[key]),
                2,
            ),
        ),
        shown(
            medianOf(own, (one) => (counting(one)?.lost ?? NaN) * 100),
            3,
        ),
        shownRatio(toBare.sustained),
        shown(medianOf(own, ({ peak }) => peak.rate)),
        shownRatio(toBare.peak),
        shownRatio(toOne),
    ];
    const bare = results.filter(({ side }) => side === "bare");
    return {
        title: "Cached names",
        head: [
            "replicas",
            "q/s",
            "average, ms",
            "p50, ms",
            "p99, ms",
            "lost, %",
            "ratio to bare",
            "peak q/s",
            "peak, ratio to bare",
            `peak, ratio to ${first}`,
        ],
        rows: [
            ...counts(results).map((replicas) =>
                row(
                    String(replicas),
                    stack(replicas),
                    {
                        sustained: ratioToBare(results, replicas, sustained),
                        peak: ratioToBare(results, replicas, ({ peak }) => peak.rate),
                    },
                    medianOf(stack(replicas), ({ peak }) => peak.rate) /
                        medianOf(stack(first), ({ peak }) => peak.rate),
                ),
            ),
            ...(bare.length > 0 ? [row("bare Unbound", bare, { sustained: 1, peak: 1 }, NaN)] : []),
        ],
    };
}

/** Names that are not in the resolver's memory, each asked for once. */
export function missTable(results: readonly DnsResult[]): ReportTable {
    const kinds: readonly [string, (result: DnsResult) => DnsMeasurement | undefined][] = [
        ["only Redis has", ({ shared }) => shared],
        ["nobody has", ({ unknown }) => unknown],
    ];
    const row = (label: string, own: readonly DnsResult[], kind: (typeof kinds)[number][1], toBare: number) => [
        label,
        shown(medianOf(own, (one) => kind(one)?.rate)),
        ...(["average", "p50", "p99"] as const).map((key) =>
            shown(
                medianOf(own, (one) => kind(one)?.[key]),
                2,
            ),
        ),
        shown(
            medianOf(own, (one) => ((kind(one)?.lost ?? NaN) / (kind(one)?.sent ?? NaN)) * 100),
            3,
        ),
        shownRatio(toBare),
    ];
    const bare = results.filter(({ side }) => side === "bare");
    return {
        title: "Names that are not in memory",
        head: ["names", "q/s", "average, ms", "p50, ms", "p99, ms", "lost, %", "ratio to bare"],
        rows: [
            ...counts(results).flatMap((replicas) =>
                kinds.map(([label, kind]) =>
                    row(
                        `${label}, ${replicas} replicas`,
                        results.filter((one) => one.side === "stack" && one.replicas === replicas),
                        kind,
                        ratioToBare(results, replicas, (one) => kind(one)?.rate),
                    ),
                ),
            ),
            ...(bare.length > 0 ? [row("nobody has, bare Unbound", bare, ({ unknown }) => unknown, 1)] : []),
        ],
    };
}

/** p99 over the rate, for each number of replicas and for the bare server. */
export function latencySeries(results: readonly DnsResult[]): Series[] {
    const series = (name: string, own: readonly DnsResult[]): Series => {
        const most = Math.max(0, ...own.map(({ limited }) => limited.length));
        const points = Array.from({ length: most }, (_, i): [number, number] => [
            Math.round(medianOf(own, ({ limited }) => limited[i]?.rate)),
            medianOf(own, ({ limited }) => limited[i]?.p99),
        ]);
        return { name, points };
    };
    const bare = results.filter(({ side }) => side === "bare");
    return [
        ...counts(results).map((replicas) =>
            series(
                `${replicas} replica${replicas > 1 ? "s" : ""}`,
                results.filter((one) => one.side === "stack" && one.replicas === replicas),
            ),
        ),
        ...(bare.length > 0 ? [series("bare Unbound", bare)] : []),
    ];
}

export function dnsReport(results: readonly DnsResult[], options: DnsReportOptions): Report {
    const { command, conditions, zone, names, seconds, rounds } = options;
    const picture = lineChart({
        title: "Latency of cached names",
        x: "answers per second",
        y: "p99, ms",
        series: latencySeries(results),
    });
    return {
        name: "dns",
        title: "DNS: rate and latency",
        command,
        description: [
            `dnsperf asks from this machine for ${names} names of ${zone}, with 40 sockets and one thread. Before each round, Redis and the pods' memory are emptied; each name is then asked for once (names that nobody has), again after the pods' memory was emptied (names that only Redis has), and once more, which leaves all of them in memory. The peak is what 100 outstanding queries reach in ${seconds} s. After it, six rates below the peak are offered for ${seconds} s each, however late the answers are; "q/s" is the highest with less than ${allowedLoss * 100} % lost, with its latencies.`,
            `The bare Unbound has the same settings and threads, and neither Kubernetes nor Redis. Each of the ${rounds} rounds measures one after the other; figures are medians of the rounds, ratios are medians of the rounds' ratios.`,
            "In layer 2, one node answers for the address, so more replicas stand by and do not add to the rate.",
        ],
        conditions,
        tables: [cachedTable(results), missTable(results)],
        pictures: [{ name: "dns-latency", title: "p99 of cached names by rate", svg: picture }],
        data: results,
    };
}
