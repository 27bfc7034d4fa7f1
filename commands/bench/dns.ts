/** `npm run bench:dns`: how many queries the resolver answers, beside a bare Unbound with the same settings. */
import { parseArgs } from "node:util";

import { environment } from "../../config/environment";
import { stackSettings } from "../../tools/stack-config";
import { bareUnbound } from "./bare-unbound";
import { type DnsMeasurement, measureDns } from "./dnsperf";
import { dnsReport, type DnsResult, type LimitedRun, type Side } from "./dns-report";
import { forwardedZone } from "./names";
import { steps } from "./rates";
import { commandLine, machine, writeReport } from "./report";
import { Resolver } from "./resolver";
import { withRestore } from "./restore";
import { startBare } from "./run-tool";

/** Runs the benchmark. @throws Error if an argument is wrong, or the stack is not deployed. */
export async function benchDns(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: {
            replicas: { type: "string", default: "1,2,3" },
            rounds: { type: "string", default: "3" },
            seconds: { type: "string", default: "3" },
            names: { type: "string", default: "1000" },
            zone: { type: "string" },
            bare: { type: "string" },
            "bare-address": { type: "string" },
            out: { type: "string", default: "results" },
        },
    });
    const { dns, site } = stackSettings(environment.stack);
    const rounds = positive(values.rounds);
    const seconds = positive(values.seconds);
    const names = positive(values.names);
    const zone = values.zone ?? forwardedZone(dns) ?? "example.com";
    const conditions = machine();
    const results: DnsResult[] = [];
    const resolver = await Resolver.connect(site);

    await withRestore(async (undoLater) => {
        const servers: Side[] = [{ name: "stack", address: resolver.address }];
        if (values.bare !== undefined && values["bare-address"] !== undefined) {
            const address = values["bare-address"];
            const stop = await startBare({ prefix: values.bare.split(" "), ...bareUnbound(dns, address) });
            undoLater("stopping the bare Unbound", stop);
            servers.push({ name: "bare", address });
        }
        const replicas = await resolver.replicas();
        undoLater(`scaling unbound back to ${replicas}`, () => resolver.scale(replicas));
        undoLater("restoring noc:dns.clientQueryLimit", () => resolver.limitClients(dns.clientQueryLimit));
        if (dns.clientQueryLimit > 0) {
            console.log(
                `noc:dns.clientQueryLimit = ${dns.clientQueryLimit} is switched off in the running pods for the benchmark, which is a single client; it is restored at the end`,
            );
        }
        for (const count of values.replicas.split(",").map(positive)) {
            console.log(`${count} replicas …`);
            await resolver.scale(count);
            await resolver.limitClients(0);
            for (let round = 0; round < rounds; round++) {
                for (const { name, address } of servers) {
                    const measured = await measureRound({ resolver, side: { name, address }, zone, names, seconds });
                    results.push({ replicas: count, round, side: name, ...measured });
                    console.log(
                        `  round ${round + 1}, ${name}: ${Math.round(measured.peak.rate)} q/s ${failures(measured.peak)}`,
                    );
                }
            }
        }
    });
    writeReport(
        dnsReport(results, {
            command: commandLine("bench:dns", args),
            conditions: { ...(await resolver.conditions()), ...conditions() },
            zone,
            names,
            seconds,
            rounds,
        }),
        values.out,
    );
}

interface RoundOptions {
    readonly resolver: Resolver;
    readonly side: Side;
    readonly zone: string;
    /** Number of names that are asked for. */
    readonly names: number;
    readonly seconds: number;
}

/** Measures one server, for names that nobody has looked up before. */
async function measureRound(options: RoundOptions): Promise<Omit<DnsResult, "replicas" | "round" | "side">> {
    const { resolver, side, zone, seconds } = options;
    const label = `bench-${Date.now().toString(36)}`;
    const names = Array.from({ length: options.names }, (_, i) => `${label}-${i}.${zone}`);
    const ask = (more: { seconds?: number; rate?: number } = {}) =>
        measureDns({ server: side.address, names, ...more });

    await resolver.flush();
    const unknown = await ask();
    const shared = side.name === "stack" ? await resolver.flushMemory().then(() => ask()) : undefined;
    await ask();
    const peak = await ask({ seconds });
    const limited: LimitedRun[] = [];
    // All of them: one that loses queries because the machine was busy says nothing about the next.
    for (const step of steps) {
        const run = await ask({ seconds, rate: step * peak.rate });
        limited.push({ ...run, offered: step * peak.rate, lost: run.lost / run.sent });
    }
    return { unknown, shared, peak, limited };
}

function positive(text: string): number {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
        throw new Error(`"${text}" is not a positive integer; write --replicas 1,2,3 --rounds 3 --seconds 3`);
    }
    return value;
}

/** What was answered with an error, in words. */
const failures = ({ rcodes }: DnsMeasurement): string =>
    Object.entries(rcodes)
        .filter(([rcode]) => !["NOERROR", "NXDOMAIN"].includes(rcode))
        .map(([rcode, count]) => `${rcode} ${count}`)
        .join(", ");
