/** `npm run bench:dhcp`: how many leases a second the DHCP server gives, beside a bare Kea with the same configuration. */
import { parseArgs } from "node:util";

import { keaConfig, keaConfigText } from "../../components/dhcp/kea-config";
import type { DhcpSettings } from "../../components/dhcp/settings";
import { contains, parseRange, sizeOf } from "../../config/addresses";
import { environment } from "../../config/environment";
import { Cluster } from "../../tools/cluster";
import { stackSettings } from "../../tools/stack-config";
import { allowedDrops, dhcpReport, type DhcpResult, type DhcpTry, kinds } from "./dhcp-report";
import { dropped, measureDhcp } from "./perfdhcp";
import { geometric, rising } from "./rates";
import { commandLine, machine, writeReport } from "./report";
import { withRestore } from "./restore";
import { type BareServer, startBare } from "./run-tool";

/** Runs the benchmark. @throws Error if an argument is wrong, or the stack is not deployed. */
export async function benchDhcp(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: {
            relay: { type: "string" },
            rounds: { type: "string", default: "3" },
            seconds: { type: "string", default: "4" },
            first: { type: "string", default: "100" },
            last: { type: "string", default: "20000" },
            bare: { type: "string" },
            "bare-address": { type: "string" },
            out: { type: "string", default: "results" },
        },
    });
    const { dhcp, site } = stackSettings(environment.stack);
    const relay = values.relay ?? environment.relayAddress;
    if (relay === undefined) {
        throw new Error(
            "the relay's address is missing; give an address of this machine that is in one of the subnets: --relay ADDRESS",
        );
    }
    const clients = clientsOf(dhcp, relay);
    const cluster = new Cluster(site.kubeContext);
    const { status } = await cluster.core.readNamespacedService({ name: "kea-dhcp", namespace: site.namespace });
    const address = status?.loadBalancer?.ingress?.[0]?.ip;
    if (address === undefined) {
        throw new Error("the DHCP server's Service has no address; is the stack up? npm run status tells");
    }
    const conditions = machine();
    const results: DhcpResult[] = [];
    await withRestore(async (undoLater) => {
        const servers = [{ name: "stack", address }];
        if (values.bare !== undefined && values["bare-address"] !== undefined) {
            const bare = bareKea(dhcp, values["bare-address"]);
            undoLater("stopping the bare Kea", await startBare({ prefix: values.bare.split(" "), ...bare }));
            servers.push({ name: "bare", address: values["bare-address"] });
        }
        for (let round = 0; round < Number(values.rounds); round++) {
            for (const kind of kinds) {
                for (const { name, address: server } of servers) {
                    const rates = geometric(Number(values.first), Number(values.last), 1.35);
                    const tried = await rising(
                        rates,
                        allowedDrops,
                        async (offered): Promise<DhcpTry> => {
                            const half = Math.ceil(offered / 2);
                            const load = kind === "leases" ? { rate: offered } : { rate: half, renewals: half };
                            const run = { server, relay, ...load, clients, seconds: Number(values.seconds) };
                            const measured = await measureDhcp(run);
                            return {
                                ...measured,
                                offered,
                                rate: completed(measured, run.seconds),
                                lost: dropped(measured),
                            };
                        },
                        1,
                    );
                    results.push({ round, kind, side: name, tried });
                    console.log(
                        `round ${round + 1}, ${kind}, ${name}: ${tried.map(({ rate }) => Math.round(rate)).join(", ")}`,
                    );
                }
            }
        }
    });
    const command = commandLine("bench:dhcp", args);
    writeReport(
        dhcpReport(results, { command, conditions: conditions(), clients, seconds: Number(values.seconds) }),
        values.out,
    );
}

/** Leases and renewals that were completed, per second. */
const completed = ({ request, renewal }: Awaited<ReturnType<typeof measureDhcp>>, seconds: number): number =>
    [request, ...(renewal ? [renewal] : [])].reduce((sum, { sent, drops }) => sum + sent - drops, 0) / seconds;

/**
 * Number of simulated clients: half of the addresses that the relay's subnet leases, so that others still get one.
 * @throws Error if the relay is in none of the subnets.
 */
export function clientsOf({ subnets }: Pick<DhcpSettings, "subnets">, relay: string): number {
    const own = subnets.find(({ subnet }) => contains(parseRange(subnet), parseRange(relay)));
    if (!own) {
        const all = subnets.map(({ subnet }) => subnet).join(", ");
        throw new Error(
            `--relay ${relay} is in none of the subnets ${all}; give an address of this machine that is in one`,
        );
    }
    return Math.max(1, Math.floor(own.pools.reduce((sum, pool) => sum + sizeOf(parseRange(pool)), 0) / 2));
}

/** The stack's configuration for a host: leases in the current folder, no control socket. */
export function bareKea(settings: DhcpSettings, address: string): Pick<BareServer, "files" | "command"> {
    const config = keaConfig({ ...settings, resolvers: [address], serverIdentifier: address });
    // JSON has no undefined: the control socket is left out.
    const bare = {
        ...config.Dhcp4,
        "control-sockets": undefined,
        "lease-database": { ...config.Dhcp4["lease-database"], name: "leases.csv" },
    };
    return {
        files: { "kea-dhcp4.conf": keaConfigText({ Dhcp4: bare } as unknown as typeof config) },
        command:
            'KEA_DHCP_DATA_DIR="$folder" KEA_PIDFILE_DIR="$folder" KEA_LOCKFILE_DIR=none kea-dhcp4 -c kea-dhcp4.conf',
    };
}
