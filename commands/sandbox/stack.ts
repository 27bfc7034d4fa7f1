/** The stack `sandbox`: its file is made from the network that the nodes are in. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";

import { type AddressRange, formatAddress, formatRange, parseSubnet, sizeOf } from "../../config/addresses";
import { projectFolder } from "../../tools/stack-config";

/** Name of the cluster, and of its context with kind's prefix. */
export const clusterName = "noc-sandbox";
export const clusterContext = `kind-${clusterName}`;

const stackFile = join(projectFolder, "Pulumi.sandbox.yaml");

/** At most this many addresses are the load balancer's. */
const poolSize = 32;
/** The fewest addresses that a network must have: three Services', the nodes', and the engine's own. */
const leastAddresses = 16;

/**
 * The highest addresses of a subnet without its broadcast address. Engines number the nodes from the lowest.
 * @throws Error if the subnet is too small.
 */
export function topOf(subnet: string): AddressRange {
    const range = parseSubnet(subnet);
    const size = sizeOf(range);
    if (size < leastAddresses) {
        throw new Error(`the containers' network ${subnet} has ${size} addresses; it needs ${leastAddresses} or more`);
    }
    const last = range.last - 1;
    return { first: last - Math.min(Math.floor(size / 2), poolSize) + 1, last };
}

/** The settings for a cluster of that many nodes in that subnet. */
export function sandboxSettings(subnet: string, nodes: number): Record<string, unknown> {
    const pool = topOf(subnet);
    const [dns, dhcp] = [formatAddress(pool.first), formatAddress(pool.first + 1)];
    // Addresses for documentation (RFC 5737): no machine has them, and the leases are only the checks'.
    const clients = "198.51.100.0/24";
    return {
        "noc:site": { kubeContext: clusterContext },
        "noc:metallb": { pools: [{ name: "sandbox", addresses: [formatRange(pool)] }] },
        "noc:dns": {
            address: dns,
            replicas: Math.min(nodes, 2),
            // The containers, monitoring's probes among the pods, and the DHCP clients.
            allowFrom: [subnet, "10.244.0.0/16", clients],
            localRecords: [{ name: localName, type: "A", value: dns }],
        },
        "noc:dhcp": {
            address: dhcp,
            domain: "home.arpa",
            subnets: [{ id: 1, subnet: clients, pools: ["198.51.100.100-198.51.100.199"], router: "198.51.100.1" }],
        },
        "noc:monitoring": { retention: "1d" },
    };
}

/** A name that the sandbox's resolver answers with its own address, whether or not there is an internet. */
export const localName = "ns.home.arpa";

/** Sets `dns.replicas=2` and the like. The value is YAML. @throws Error if there is no `=`. */
export function withChanges(settings: Record<string, unknown>, changes: readonly string[]): Record<string, unknown> {
    const document = parseDocument(stringify(settings));
    for (const change of changes) {
        const [, path, value] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(change) ?? [];
        if (path === undefined || value === undefined) {
            throw new Error(`--set ${change} is not PATH=VALUE; write it like --set dns.replicas=2`);
        }
        const [component = "", ...keys] = path.split(".");
        document.setIn([`noc:${component}`, ...keys], parse(value));
    }
    return document.toJS() as Record<string, unknown>;
}

/** The settings in the stack's file. Undefined if there is no file. */
export const writtenSettings = (): Record<string, unknown> | undefined =>
    existsSync(stackFile) ? (parse(readFileSync(stackFile, "utf8")) as StackFile).config : undefined;

interface StackFile {
    config?: Record<string, unknown>;
}

/** Writes the stack's file, and keeps what the engine has written into it. */
export function writeStack(config: Record<string, unknown>): void {
    const written = existsSync(stackFile) ? (parse(readFileSync(stackFile, "utf8")) as object) : {};
    const head = [
        "# yaml-language-server: $schema=config/stack.schema.json",
        "# Made by `npm run sandbox`, and not for Git. `npm run sandbox:destroy` deletes it.",
    ];
    writeFileSync(stackFile, `${head.join("\n")}\n${stringify({ ...written, config })}`);
}

export const deleteStackFile = (): void => rmSync(stackFile, { force: true });
