/** `npm run drill`: brings failures about on the deployed stack, and measures what clients notice. */
import { parseArgs } from "node:util";

import { addressesOf } from "../../components/dns/settings";
import { environment } from "../../config/environment";
import { stackSettings } from "../../tools/stack-config";
import { forwardedZone, namesToAsk } from "../bench/names";
import { commandLine, machine, writeReport } from "../bench/report";
import { withRestore } from "../bench/restore";
import { DhcpLoad } from "./dhcp-load";
import { DnsLoad } from "./dns-load";
import { type Drilled, drillReport, problemsOf, verdict } from "./drill-report";
import type { Failure } from "./failure";
import { failures } from "./failures";
import { outcomeOf } from "./outcome";
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
            "flood-from": { type: "string" },
            kills: { type: "string", default: "10" },
            upgrade: { type: "string" },
            zone: { type: "string" },
            yes: { type: "boolean", default: false },
            out: { type: "string", default: "results" },
        },
    });
    const settings = stackSettings(environment.stack);
    const all = failures(settings.dhcp.highAvailability.enabled);
    const unknown = positionals.filter((name) => !all.some((failure) => failure.name === name));
    if (unknown.length > 0) {
        throw new Error(
            `there is no drill ${unknown.join(", ")}; there are: ${all.map(({ name }) => name).join(", ")}`,
        );
    }
    if (!values.yes) {
        throw new Error("the drills interrupt DNS and DHCP for seconds; to run them: npm run drill -- --yes");
    }
    const kills = Number(values.kills);
    if (!Number.isInteger(kills) || kills < 0) {
        throw new Error(`--kills ${values.kills} is no number of times; write --kills 10`);
    }
    const stack = await Stack.connect(settings, {
        nodeDown: values["node-down"],
        nodeUp: values["node-up"],
        floodFrom: values["flood-from"],
        kills,
        upgrade: values.upgrade,
    });
    const names = namesToAsk(values.zone ?? forwardedZone(settings.dns), 20);
    const conditions = machine();
    const results: Drilled[] = [];
    await withRestore(async (undoLater) => {
        await stack.settled();
        const dhcp = await DhcpLoad.start(
            stack.dhcpAddresses,
            settings.dhcp.subnets[0]?.router ?? "",
            environment.relayAddress,
        );
        undoLater("releasing the leases", () => dhcp.stop());
        undoLater("repairing", () => stack.repair());
        for (const failure of all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
            const reason = failure.unavailable?.(stack);
            const result =
                reason === undefined ? await run(failure, { stack, dhcp, names }) : { failure, skipped: reason };
            results.push(result);
            console.log(
                `${failure.title}: ${verdict(result)} ${JSON.stringify({ dns: result.dns, dhcp: result.dhcp })}`,
            );
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
    await failure.prepares?.(stack);
    const resolvers = failure.knowAllResolvers ? addressesOf(stack.settings.dns) : [stack.resolver.address];
    const dns = new DnsLoad(resolvers, names, rate);
    try {
        await stack.pause(margin);
        const began = Date.now();
        await failure.breaks(stack);
        const broken = Date.now();
        await stack.repair();
        const repaired = Date.now();
        await stack.pause(margin);
        return {
            failure,
            dns: outcomeOf(await dns.stop(), began),
            dhcp: outcomeOf(await dhcp.take(), began),
            addressesChanged: dhcp.changed - changed,
            restarts: Math.max(0, (await stack.restarts()) - restarts),
            found: await failure.checks?.(stack),
            seconds: { broken: (broken - began) / 1000, repaired: (repaired - began) / 1000 },
        };
    } finally {
        await dns.stop();
    }
}
