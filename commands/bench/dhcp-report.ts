/** The report of bench:dhcp: medians of the rounds, and ratios of runs that were neighbours in time. */
import { lineChart } from "./chart";
import type { DhcpMeasurement } from "./perfdhcp";
import { highest, type Tried } from "./rates";
import type { Report } from "./report";
import { median, shown, shownRatio } from "./statistics";

/** Fraction of the messages that may be dropped at the rate that counts. */
export const allowedDrops = 0.025;

/** New leases only (four messages each), or as many renewals (two messages each) as new leases. */
export const kinds = ["leases", "leases and renewals"] as const;

/** A run at a rate. */
export type DhcpTry = Tried & Omit<DhcpMeasurement, "rate"> & { readonly offered: number };

export interface DhcpResult {
    readonly round: number;
    readonly kind: (typeof kinds)[number];
    /** `stack` or `bare`. */
    readonly side: string;
    readonly tried: readonly DhcpTry[];
}

export interface DhcpReportOptions {
    readonly command: string;
    readonly conditions: Readonly<Record<string, string>>;
    readonly clients: number;
    readonly seconds: number;
}

const best = ({ tried }: DhcpResult): DhcpTry | undefined => highest(tried, allowedDrops);

/** The highest rate of leases and renewals of the stack, of each as many, in exchanges per second. NaN if not measured. */
export const capacityOf = (results: readonly DhcpResult[]): number =>
    median(
        results
            .filter(({ kind, side }) => kind === "leases and renewals" && side === "stack")
            .flatMap((result) => best(result)?.rate ?? []),
    );

export function dhcpReport(results: readonly DhcpResult[], options: DhcpReportOptions): Report {
    const { command, conditions, clients, seconds } = options;
    const sides = [...new Set(results.map(({ side }) => side))];
    const of = (kind: string, side: string) => results.filter((one) => one.kind === kind && one.side === side);
    const figure = (own: readonly DhcpResult[], value: (one: DhcpTry) => number) =>
        median(own.flatMap((result) => best(result) ?? []).map(value));
    const rows = kinds.flatMap((kind) =>
        sides.map((side) => {
            const own = of(kind, side);
            const ratios = own.map((result) => {
                const bare = of(kind, "bare").find(({ round }) => round === result.round);
                return (best(result)?.rate ?? NaN) / ((bare && best(bare)?.rate) ?? NaN);
            });
            return [
                `${kind}, ${side === "bare" ? "bare Kea" : "stack"}`,
                shown(figure(own, ({ rate }) => rate)),
                shown(
                    figure(own, ({ request, renewal }) => (kind === "leases" ? request : renewal)?.delay ?? NaN),
                    1,
                ),
                shown(
                    figure(own, ({ lost }) => lost * 100),
                    2,
                ),
                shownRatio(median(ratios)),
            ];
        }),
    );
    const picture = lineChart({
        title: "Leases: dropped messages by rate",
        x: "leases asked for per second",
        y: "dropped, %",
        series: sides.map((side) => {
            const own = of("leases", side);
            const most = Math.max(0, ...own.map(({ tried }) => tried.length));
            return {
                name: side === "bare" ? "bare Kea" : "stack",
                points: Array.from({ length: most }, (_, i): [number, number] => {
                    const at = own.flatMap(({ tried }) => tried[i] ?? []);
                    return [at[0]?.offered ?? 0, median(at.map(({ lost }) => lost * 100))];
                }),
            };
        }),
    });
    return {
        name: "dhcp",
        title: "DHCP: leases and renewals",
        command,
        description: [
            `perfdhcp asks from this machine as a relay, for ${clients} clients. The rate rises by a third every ${seconds} s until ${allowedDrops * 100} % of the messages or more are dropped twice in a row; the highest rate before counts. In "leases and renewals", every other exchange is a renewal, and the delay is the renewals'.`,
            "The bare Kea has the same configuration, without Kubernetes. Figures are medians of the rounds, ratios are medians of the rounds' ratios.",
            "The clients' leases (hardware addresses from 00:0c:01:02:03:04 on) stay until they expire.",
        ],
        conditions,
        tables: [
            {
                title: "Highest rate",
                head: ["exchange", "per second", "average delay of the ACK, ms", "dropped, %", "ratio to bare"],
                rows,
            },
        ],
        pictures: [{ name: "dhcp-drops", title: "Dropped messages by rate", svg: picture }],
        data: results,
    };
}
