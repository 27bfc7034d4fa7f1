/** The report of the soak. */
import { lineChart, type Series } from "../bench/chart";
import { dropped } from "../bench/perfdhcp";
import { allowedDrops } from "../bench/dhcp-report";
import { allowedLoss } from "../bench/dns-report";
import type { Report, ReportTable } from "../bench/report";
import { median, shown } from "../bench/statistics";
import { type Bar, barText, exceeded, type Outcome, outcomeOf } from "../drill/outcome";
import { allowedGrowth, grouped, grows, memoryTrends } from "./memory";
import { halves, type Minute, minutesOf } from "./minutes";
import type { SoakResult } from "./run";

/** A bar and whether it was met. */
export interface Verdict {
    readonly bar: string;
    readonly result: string;
    readonly met: boolean;
}

export interface SoakReportOptions {
    readonly command: string;
    readonly conditions: Readonly<Record<string, string>>;
    /** Queries per second of dnsperf. */
    readonly rate: number;
    /** Number of names that are asked for. */
    readonly names: number;
    /** Leases and renewals per second of perfdhcp. Undefined if it did not run. */
    readonly exchanges?: number;
    /** Whether there are two DHCP servers. */
    readonly redundant: boolean;
}

/** Growth of p99 that counts as none: of the first half's, and in milliseconds. */
const allowedLatency = { factor: 1.25, milliseconds: 1 } as const;

const percent = (fraction: number, digits = 3): string => `${shown(fraction * 100, digits)} %`;
const mebibytes = (bytes: number): string => shown(bytes / 2 ** 20, 1);

const minutesIn = ({ began, ended, settling, steps, dns, rolls, stolen }: SoakResult): Minute[] =>
    minutesOf({ began, ended, settling, steps, requests: dns, rolls, stolen });

/** What was measured against each bar. @param redundant whether there are two DHCP servers. */
export function judge(result: SoakResult, redundant: boolean): Verdict[] {
    const { began, steps, exchanges, addressesChanged, rolls, notRolled, restarts } = result;
    const dns = { lost: 0, longest: 3 };
    const dhcp = redundant ? dns : {};
    const outcomes = { dns: outcomeOf(result.dns, began), dhcp: outcomeOf(result.dhcp, began) };
    const trends = memoryTrends(result.memory, result);
    const growing = trends.filter(grows);
    const [first, second] = halves(minutesIn(result), ({ p99 }) => p99);
    const sent = steps.reduce((sum, { measured }) => sum + measured.sent, 0);
    const unanswered = steps.reduce((sum, { measured }) => sum + measured.lost, 0);
    const drops = median(exchanges.map(({ measured }) => dropped(measured)));
    const failed = rolls.filter((roll) => roll.failed !== undefined).map(({ workload }) => workload);
    return [
        clients("DNS clients that repeat", outcomes.dns, dns),
        clients("DHCP clients that repeat", outcomes.dhcp, dhcp),
        {
            bar: "leases kept by every renewal",
            result: `${addressesChanged} changed`,
            met: addressesChanged === 0,
        },
        {
            bar: `dnsperf, which does not repeat: less than ${percent(allowedLoss, 1)} unanswered after a second`,
            result: `${unanswered} of ${sent}, ${percent(unanswered / sent)}`,
            met: unanswered / sent < allowedLoss,
        },
        ...(exchanges.length > 0
            ? [
                  {
                      bar: `perfdhcp, which does not repeat: less than ${percent(allowedDrops, 1)} dropped in the median run`,
                      result: percent(drops, 2),
                      met: drops < allowedDrops,
                  },
              ]
            : []),
        {
            bar: `p99 does not grow: second half at most ${allowedLatency.factor} times the first, or ${allowedLatency.milliseconds} ms above`,
            result: `${shown(first, 2)} ms, then ${shown(second, 2)} ms`,
            met: second <= Math.max(first * allowedLatency.factor, first + allowedLatency.milliseconds),
        },
        {
            bar: `memory flat: no container grows by more than ${percent(allowedGrowth.fraction, 0)} or ${mebibytes(allowedGrowth.bytes)} MiB`,
            result:
                growing.length > 0
                    ? growing.map(({ container }) => container).join(", ")
                    : `${trends.length} containers, none`,
            met: trends.length > 0 && growing.length === 0,
        },
        { bar: "no container restarted", result: String(restarts), met: restarts === 0 },
        {
            bar: "each workload rolled",
            result:
                [...failed.map((name) => `${name} failed`), ...notRolled.map((name) => `${name} not begun`)].join(
                    ", ",
                ) || `${rolls.length} of ${rolls.length}`,
            met: failed.length + notRolled.length === 0 && rolls.length > 0,
        },
    ];
}

const clients = (who: string, outcome: Outcome, bar: Bar): Verdict => ({
    bar: `${who}: ${barText(bar) || "no bound with one server"}`,
    result: `${outcome.lost} of ${outcome.requests} lost, ${outcome.repeated} repeated, longest ${shown(outcome.longest, 1)} s`,
    met: outcome.requests > 0 && exceeded(outcome, bar).length === 0,
});

export function soakReport(result: SoakResult, options: SoakReportOptions): Report {
    const { command, conditions, rate, names, exchanges, redundant } = options;
    const minutes = minutesIn(result);
    const { began, ended, settling, rolls, problems } = result;
    const offset = (time: number) => (time - began) / 60_000;
    const marks = rolls.map(({ workload, began: from, ended: to }) => ({
        label: workload,
        from: offset(from),
        to: offset(to),
    }));
    const over = (name: string, value: (minute: Minute) => number): Series => ({
        name,
        points: minutes
            .map((minute): [number, number] => [offset(minute.began), value(minute)])
            .filter(([, y]) => Number.isFinite(y)),
    });
    const chart = (name: string, title: string, y: string, series: readonly Series[]) => ({
        name,
        title,
        svg: lineChart({ title, x: "minutes", y, series, marks }),
    });
    return {
        name: "soak",
        title: `Soak: ${shown(offset(ended))} minutes of mixed load`,
        command,
        description: [
            `dnsperf asks for ${names} names in turn, ${rate} queries a second, in runs of ten seconds. Their records expire within the run and are looked up again. 100 more queries a second come from clients that repeat them after one second, at most twice. One DHCP client a second renews its lease, and one takes a lease and gives it back; both repeat after two seconds, at most twice.${exchanges === undefined ? "" : ` perfdhcp asks for ${exchanges} leases and renewals a second.`}`,
            `Each workload is rolled once, spread over the run: all its pods are replaced, and again with the template that they had. The limit for one client (\`dns.clientQueryLimit\`) is off for the run, because all queries come from this machine.`,
            `Latency: medians of the runs of dnsperf in a minute; the halves are compared by the median of their minutes without a roll, without the first ${shown(settling / 60_000, 1)} minutes. Memory: working set from the kubelets, every 15 s. A straight line is fitted to the samples of each container (least squares), without its first ${shown(settling / 60_000, 1)} minutes; its rise counts. Containers that were observed for less than a third of the run are left out.`,
        ],
        conditions,
        tables: [
            {
                title: "Bars",
                head: ["bar", "measured", "result"],
                rows: judge(result, redundant).map(({ bar, result: measured, met }) => [
                    bar,
                    measured,
                    met ? "met" : "not met",
                ]),
            },
            memoryTable(result),
            {
                title: "Rolls",
                head: [
                    "workload",
                    "began, min",
                    "took, s",
                    "p99 of its minutes, ms",
                    "unanswered in them",
                    "lost in them",
                ],
                rows: rolls.map((roll) => rollRow(roll.workload, roll, minutes, began)),
            },
            ...stolenTable(minutes),
            ...(problems.length > 0
                ? [{ title: "What else failed", head: ["what"], rows: problems.map((text) => [text]) }]
                : []),
        ],
        pictures: [
            chart("soak-latency", "Latency of dnsperf's queries by minute; grey: rolls", "ms", [
                over("p50", ({ p50 }) => p50),
                over("p99", ({ p99 }) => p99),
            ]),
            chart("soak-lost", "Lost queries by minute; grey: rolls", "queries", [
                over("unanswered, dnsperf", ({ unanswered }) => unanswered),
                over("lost with repetition", ({ lost }) => lost),
            ]),
            ...(minutes.some(({ stolen }) => stolen > 0)
                ? [
                      chart("soak-stolen", "CPU time that other virtual machines took, by minute; grey: rolls", "%", [
                          over("stolen", ({ stolen }) => stolen),
                      ]),
                  ]
                : []),
            chart("soak-memory", "Memory of the largest containers; grey: rolls", "MiB", memorySeries(result)),
        ],
        // Not the single samples, which are megabytes.
        data: { minutes, rolls, memory: memoryTrends(result.memory, result), problems },
    };
}

function rollRow(
    workload: string,
    roll: { readonly began: number; readonly ended: number },
    minutes: readonly Minute[],
    began: number,
): string[] {
    const own = minutes.filter((minute) => roll.began < minute.began + 60_000 && roll.ended >= minute.began);
    return [
        workload,
        shown((roll.began - began) / 60_000, 1),
        shown((roll.ended - roll.began) / 1000),
        shown(Math.max(...own.map(({ p99 }) => p99)), 2),
        total(own, ({ unanswered }) => unanswered),
        total(own, ({ lost }) => lost),
    ];
}

const total = (minutes: readonly Minute[], value: (minute: Minute) => number): string =>
    String(minutes.reduce((sum, minute) => sum + value(minute), 0));

/** Lower ends of the shares of stolen CPU time, in percent, that the minutes are compared by. */
const stolenSteps = [0, 10, 30, 50] as const;

/** What the minutes without a roll were like, by the CPU time that other virtual machines took: none of it is the stack's. */
function stolenTable(minutes: readonly Minute[]): ReportTable[] {
    const rows = stolenSteps.flatMap((from, i) => {
        const to = stolenSteps[i + 1];
        const own = minutes.filter(
            ({ stolen, disturbed }) => !disturbed && stolen >= from && stolen < (to ?? Infinity),
        );
        return own.length === 0
            ? []
            : [
                  [
                      `${from} to ${to ?? 100}`,
                      String(own.length),
                      shown(median(own.map(({ p99 }) => p99)), 2),
                      total(own, ({ sent }) => sent),
                      total(own, ({ unanswered }) => unanswered),
                      total(own, ({ lost }) => lost),
                  ],
              ];
    });
    return rows.length === 0
        ? []
        : [
              {
                  title: "CPU time that other virtual machines took",
                  head: [
                      "%",
                      "minutes without a roll",
                      "p99, ms",
                      "queries of dnsperf",
                      "unanswered",
                      "lost with repetition",
                  ],
                  rows,
              },
          ];
}

const memoryTable = (result: SoakResult): ReportTable => ({
    title: "Memory",
    head: ["container", "at the beginning, MiB", "at the end, MiB", "growth, %", "observed, min"],
    rows: memoryTrends(result.memory, result).map(({ container, from, to, seconds }) => [
        container,
        mebibytes(from),
        mebibytes(to),
        shown((to / from - 1) * 100, 1),
        shown(seconds / 60),
    ]),
});

/** Containers that the picture shows. */
const mostShown = 8;

/** The memory of the largest containers, of each in the pod that uses most. */
function memorySeries({ memory, began }: SoakResult): Series[] {
    return [...grouped(memory, ({ container }) => container)]
        .map(([name, own]): Series => {
            const moments = [...grouped(own, ({ at }) => at).values()];
            return {
                name: String(name),
                points: moments.map((some): [number, number] => [
                    ((some[0]?.at ?? began) - began) / 60_000,
                    Math.max(...some.map(({ bytes }) => bytes)) / 2 ** 20,
                ]),
            };
        })
        .sort((a, b) => (b.points.at(-1)?.[1] ?? 0) - (a.points.at(-1)?.[1] ?? 0))
        .slice(0, mostShown);
}
