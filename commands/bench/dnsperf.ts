/** dnsperf: its arguments and its output. https://www.dns-oarc.net/tools/dnsperf */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Finished, runTool } from "./run-tool";
import { quantile } from "./statistics";

/** A measurement with dnsperf. Latencies are in milliseconds. */
export interface DnsMeasurement {
    /** Answers per second. */
    readonly rate: number;
    readonly sent: number;
    readonly lost: number;
    readonly average: number;
    readonly p50: number;
    readonly p99: number;
    /** Answers by response code. */
    readonly rcodes: Readonly<Record<string, number>>;
}

export interface DnsRun {
    readonly server: string;
    /** Names that are asked for in turn, each for an A record. */
    readonly names: readonly string[];
    /** Queries per second at most. Defaults to as many as are answered. */
    readonly rate?: number;
    /** For how long the names are repeated. Each is asked for once if not set. */
    readonly seconds?: number;
}

/** A query without an answer for so long counts as lost, in seconds. */
const timeout = 1;
/** The kernel spreads the queries of each socket to one thread of the server: https://github.com/DNS-OARC/dnsperf#usage */
const sockets = 40;

/** Arguments of dnsperf. The latency of every answer is printed, because old versions have no histogram. */
export const dnsperfArguments = ({ server, rate, seconds }: Omit<DnsRun, "names">): string[] => [
    ...["-s", server, "-c", String(sockets), "-T", "1", "-t", String(timeout), "-v"],
    // Enough outstanding queries that a limited rate is not held back by single late answers.
    ...["-q", rate === undefined ? "100" : "2000"],
    ...(seconds === undefined ? ["-n", "1"] : ["-l", String(seconds)]),
    ...(rate === undefined ? [] : ["-Q", String(Math.round(rate))]),
];

/** Asks a server and measures its answers. @throws Error if dnsperf is missing or fails. */
export const measureDns = async ({ names, ...run }: DnsRun): Promise<DnsMeasurement> =>
    parseDnsperf(await dnsperf(names, dnsperfArguments(run)));

/** Queries that are sent whether or not they are answered. */
export interface Flood extends Required<DnsRun> {
    /** Address of this machine that they come from. */
    readonly from: string;
}

/** How long the flood waits for an answer, in seconds. So many queries are outstanding that most may be dropped. */
const floodPatience = 0.1;

export const floodArguments = ({ server, from, rate, seconds }: Omit<Flood, "names">): string[] => [
    ...["-s", server, "-a", from, "-c", String(sockets), "-T", "1", "-t", String(floodPatience)],
    ...["-q", String(Math.ceil(rate * floodPatience)), "-Q", String(Math.round(rate)), "-l", String(seconds)],
];

/** Floods a server. @throws Error if dnsperf is missing or fails. */
export async function floodDns({ names, ...flood }: Flood): Promise<void> {
    const { code, output } = await dnsperf(names, floodArguments(flood));
    if (code !== 0) {
        throw new Error(`dnsperf has failed: ${output.trim().split("\n").slice(-3).join(" ")}`);
    }
}

async function dnsperf(names: readonly string[], args: readonly string[]): Promise<Finished> {
    // dnsperf repeats the names of a file, and not those of its standard input.
    const folder = mkdtempSync(join(tmpdir(), "noc-bench-"));
    const file = join(folder, "names");
    try {
        writeFileSync(file, names.map((name) => `${name} A\n`).join(""));
        return await runTool("dnsperf", [...args, "-d", file]);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** Reads dnsperf's output. @throws Error with its end if it has no statistics. */
export function parseDnsperf({ output }: Finished): DnsMeasurement {
    const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? NaN);
    const sent = number(/Queries sent:\s+(\d+)/);
    if (Number.isNaN(sent)) {
        throw new Error(`dnsperf has failed: ${output.trim().split("\n").slice(-3).join(" ")}`);
    }
    const latencies: number[] = [];
    const rcodes: Record<string, number> = {};
    for (const [, rcode = "", seconds] of output.matchAll(/^> (\S+) .* ([\d.]+)$/gm)) {
        latencies.push(Number(seconds) * 1000);
        rcodes[rcode] = (rcodes[rcode] ?? 0) + 1;
    }
    return {
        rate: number(/Queries per second:\s+([\d.]+)/),
        sent,
        lost: number(/Queries lost:\s+(\d+)/),
        average: number(/Average Latency \(s\):\s+([\d.]+)/) * 1000,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        rcodes,
    };
}
