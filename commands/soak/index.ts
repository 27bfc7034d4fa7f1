/** `npm run soak`: mixed load on the deployed stack for an hour, in which each of its workloads is rolled once. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { environment } from "../../config/environment";
import { projectFolder, stackSettings } from "../../tools/stack-config";
import { capacityOf as dhcpCapacity, type DhcpResult } from "../bench/dhcp-report";
import { clientsOf } from "../bench/dhcp";
import { capacityOf as dnsCapacity, type DnsResult } from "../bench/dns-report";
import { forwardedZone, namesToAsk } from "../bench/names";
import { commandLine, machine, writeReport } from "../bench/report";
import { withRestore } from "../bench/restore";
import { Stack } from "../drill/stack";
import { SoakRun } from "./run";
import { judge, soakReport } from "./soak-report";

/** Where `bench:dns` and `bench:dhcp` have left the measured capacity. */
const results = "docs/results";

/**
 * Runs the soak. Exit codes: 0: all bars were met. 1: one was missed.
 * @throws Error if an argument is wrong, or the stack is not whole at the beginning.
 */
export async function soak(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: {
            minutes: { type: "string", default: "60" },
            rate: { type: "string" },
            relay: { type: "string" },
            "dhcp-rate": { type: "string" },
            zone: { type: "string" },
            names: { type: "string", default: "1000" },
            yes: { type: "boolean", default: false },
            out: { type: "string", default: "results" },
        },
    });
    if (!values.yes) {
        throw new Error("the soak rolls every workload of the stack; to run it: npm run soak -- --yes");
    }
    const settings = stackSettings(environment.stack);
    const minutes = positive("--minutes", values.minutes);
    const names = namesToAsk(values.zone ?? forwardedZone(settings.dns), positive("--names", values.names));
    const rate = positive(
        "--rate",
        values.rate ?? half("dns.json", (data) => dnsCapacity(data as DnsResult[], settings.dns.replicas)),
    );
    const relay = values.relay;
    const exchanges =
        relay === undefined
            ? undefined
            : {
                  relay,
                  clients: clientsOf(settings.dhcp, relay),
                  rate: positive(
                      "--dhcp-rate",
                      values["dhcp-rate"] ?? half("dhcp.json", (data) => dhcpCapacity(data as DhcpResult[])),
                  ),
              };
    const stack = await Stack.connect(settings, { kills: 0 });
    const conditions = await stack.resolver.conditions();
    const load = machine();
    const run = new SoakRun(stack, { minutes, rate, names, exchanges });
    await withRestore((undoLater) => run.run(undoLater));
    const report = soakReport(run.result, {
        command: commandLine("soak", args),
        conditions: { ...conditions, ...load() },
        rate,
        names: names.length,
        exchanges: exchanges?.rate,
        redundant: stack.redundant,
    });
    writeReport(report, values.out);
    const verdicts = judge(run.result, stack.redundant);
    verdicts.forEach(({ bar, result, met }) => console.log(`${met ? "met" : "NOT MET"}: ${bar}: ${result}`));
    process.exit(verdicts.every(({ met }) => met) ? 0 : 1);
}

/** Half of a measured capacity. @returns undefined if it was not measured. */
function half(file: string, capacity: (data: unknown) => number): string | undefined {
    const path = join(projectFolder, results, file);
    if (!existsSync(path)) {
        return undefined;
    }
    const { data } = JSON.parse(readFileSync(path, "utf8")) as { data: unknown };
    const measured = capacity(data);
    return Number.isNaN(measured) ? undefined : String(Math.floor(measured / 2));
}

/** The value of an option. @throws Error if it is not a positive integer. */
export function positive(option: string, text: string | undefined): number {
    if (text === undefined) {
        throw new Error(
            `${option} is missing, and ${results} has no measured capacity of this stack to take half of; write ${option} 1000`,
        );
    }
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
        throw new Error(`${option} ${text} is not a positive integer; write ${option} 10`);
    }
    return value;
}
