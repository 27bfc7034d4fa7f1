/** `npm run drill`: brings failures about on the deployed stack, and measures what clients notice. */
import { parseArgs } from "node:util";

import { environment } from "../../config/environment";
import { stackSettings } from "../../tools/stack-config";
import { commandLine, machine, writeReport } from "../bench/report";
import { withRestore } from "../bench/restore";
import { DhcpLoad } from "./dhcp-load";
import { DnsLoad } from "./dns-load";
import { type Failure, failures } from "./failures";
import { outcomeOf } from "./outcome";
import { type Drilled, drillReport, problemsOf } from "./drill-report";
import { Stack } from "./stack";

/** Queries per second. */
const rate = 100;
/** Seconds before the failure and after the repair. */
const margin = 5;

/**
 * Runs the drills, or those that are named. Each leaves the stack as it was before the next one begins.
 * Exit codes: 0: all bars were met. 1: a bar was exceeded. @throws Error if the stack is not whole at the beginning.
 */
export async function drill(args: readonly string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
            "node-down": { type: "string" },
            "node-up": { type: "string" },
            zone: { type: "string" },
            yes: { type: "boolean", default: false },
            out: { type: "string", default: "results" },
        },
    });
    const unknown = positionals.filter((name) => !failures.some((failure) => failure.name === name));
    if (unknown.length > 0) {
        throw new Error(
            `there is no drill ${unknown.join(", ")}; there are: ${failures.map(({ name }) => name).join(", ")}`,
        );
    }
    if (!values.yes) {
        throw new Error("the drills interrupt DNS and DHCP for seconds; to run them: npm run drill -- --yes");
    }
    const settings = stackSettings(environment.stack);
    const stack = await Stack.connect({ settings, nodeDown: values["node-down"], nodeUp: values["node-up"] });
    const zone = values.zone ?? settings.dns.forwardZones.find(({ name }) => name !== ".")?.name;
    const names = [
        "health.noc.internal",
        ...(zone === undefined ? [] : Array.from({ length: 20 }, (_, i) => `drill-${i}.${zone}`)),
    ];
    const conditions = machine();
    const results: Drilled[] = [];
    await withRestore(async (undoLater) => {
        await stack.settled();
        const dhcp = await DhcpLoad.start(
            stack.dhcpAddress,
            settings.dhcp.subnets[0]?.router ?? "",
            environment.relayAddress,
        );
        undoLater("releasing the leases", () => dhcp.stop());
        let repair: (() => Promise<void>) | undefined;
        undoLater("repairing", () => repair?.() ?? Promise.resolve());
        for (const failure of failures.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
            const reason = failure.unavailable?.(stack);
            if (reason === undefined) {
                repair = () => failure.repairs(stack);
                results.push(await run(failure, { stack, dhcp, names }));
                repair = undefined;
            } else {
                results.push({ failure, skipped: reason });
            }
            const last = results.at(-1);
            console.log(`${failure.title}: ${last?.skipped ?? JSON.stringify({ dns: last?.dns, dhcp: last?.dhcp })}`);
        }
    });
    const command = commandLine("drill", args);
    const report = drillReport(results, { command, conditions: conditions(), rate });
    writeReport(report, values.out);
    process.exit(results.some((result) => problemsOf(result).length > 0) ? 1 : 0);
}

interface Loads {
    readonly stack: Stack;
    readonly dhcp: DhcpLoad;
    readonly names: readonly string[];
}

async function run(failure: Failure, { stack, dhcp, names }: Loads): Promise<Drilled> {
    await dhcp.take();
    const changed = dhcp.changed;
    const restarts = await stack.restarts();
    const dns = new DnsLoad(stack.dnsAddress, names, rate);
    try {
        await stack.pause(margin);
        const began = Date.now();
        await failure.breaks(stack);
        const broken = Date.now();
        await failure.repairs(stack);
        const repaired = Date.now();
        await stack.pause(margin);
        return {
            failure,
            dns: outcomeOf(await dns.stop(), began),
            dhcp: outcomeOf(await dhcp.take(), began),
            addressesChanged: dhcp.changed - changed,
            restarts: Math.max(0, (await stack.restarts()) - restarts),
            seconds: { broken: (broken - began) / 1000, repaired: (repaired - began) / 1000 },
        };
    } finally {
        await dns.stop();
    }
}
