/** Facts that this machine finds out by itself: ARP, DHCP, libvirt, TLS, and what it reaches on the internet. */
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { promisify } from "node:util";

import { contains, parseAddress, parseSubnet } from "../../config/addresses";
import type { ArpFacts, Certificate, LibvirtNetwork, Source } from "./facts";

const run = promisify(execFile);

/** This machine's IPv4 networks (CIDR) without loopback, and its own addresses. */
export function ownNetworks(): { networks: string[]; addresses: string[] } {
    const all = Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        .filter(({ family, internal, cidr }) => family === "IPv4" && !internal && cidr);
    return {
        networks: [...new Set(all.map(({ cidr }) => networkOf(cidr ?? "")))],
        addresses: all.map(({ address }) => address),
    };
}

/** The network of an interface's address: `192.168.1.7/24` is in `192.168.1.0/24`. */
export function networkOf(cidr: string): string {
    const [address = "", length = "32"] = cidr.split("/");
    const bits = BigInt(32 - Number(length));
    const value = address.split(".").reduce((sum, octet) => (sum << 8n) + BigInt(octet), 0n);
    const first = (value >> bits) << bits;
    return `${[24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 255n).join(".")}/${length}`;
}

/** How long a neighbour may take to answer; the kernel asks three times, a second apart. */
const arpPatience = 3500;
/** After this long, the kernel has asked again for an address that it knew from before, or dropped it. */
const staleness = 9000;

/**
 * Who answers ARP for the addresses: a datagram makes the kernel ask, and its table of neighbours has the answers. No
 * privilege is needed. @throws Error if none of the addresses is in a network of this machine.
 */
export async function askArp(addresses: readonly string[]): Promise<ArpFacts> {
    const own = ownNetworks();
    const networks = own.networks.map(parseSubnet);
    const asked = addresses.filter(
        (address) =>
            !own.addresses.includes(address) && networks.some((network) => contains(network, parseAddress(address))),
    );
    if (asked.length > 0) {
        await touch(asked);
        await sleep(arpPatience);
    }
    let answers = await neighbours(asked);
    if (Object.keys(answers).length > 0) {
        await sleep(staleness - arpPatience);
        answers = await neighbours(asked);
    }
    return { from: "this machine", networks: own.networks, asked, answers };
}

/** Sends each address an empty datagram to the discard port. */
async function touch(addresses: readonly string[]): Promise<void> {
    const socket = createSocket("udp4");
    socket.on("error", () => undefined);
    await Promise.all(
        addresses.map((address) => new Promise<void>((resolve) => socket.send("", 9, address, () => resolve()))),
    );
    socket.close();
}

async function neighbours(addresses: readonly string[]): Promise<Record<string, string>> {
    const table =
        process.platform === "linux"
            ? parseProcArp(await readFile("/proc/net/arp", "utf8"))
            : parseArpCommand((await run("arp", ["-an"])).stdout);
    return Object.fromEntries(Object.entries(table).filter(([address]) => addresses.includes(address)));
}

/** Linux' /proc/net/arp: address, hardware type, flags (2: complete), hardware address, mask, device. */
export const parseProcArp = (text: string): Record<string, string> =>
    Object.fromEntries(
        text.split("\n").flatMap((line): [string, string][] => {
            const [address = "", , flags = "0x0", hardware = ""] = line.split(/\s+/);
            return Number(flags) & 2 ? [[address, hardware]] : [];
        }),
    );

/** `arp -an` of macOS and the BSDs: `? (192.168.1.1) at 0:11:22:33:44:55 on en0 …`. */
export const parseArpCommand = (text: string): Record<string, string> =>
    Object.fromEntries([...text.matchAll(/\(([\d.]+)\) at ([0-9a-f:]{11,17})/g)].map(([, a = "", b = ""]) => [a, b]));

/** libvirt's networks. @throws Error if this machine has no libvirt. */
export async function libvirtNetworks(): Promise<LibvirtNetwork[]> {
    const virsh = async (...args: string[]) =>
        (await run("virsh", ["--connect", "qemu:///system", ...args], { timeout: 10_000 })).stdout;
    let names: string[];
    try {
        names = (await virsh("net-list", "--name")).split("\n").filter(Boolean);
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw new Error(code === "ENOENT" ? "no virsh on this machine" : message, { cause: error });
    }
    return Promise.all(names.map(async (name) => parseLibvirt(name, await virsh("net-dumpxml", name))));
}

/** Reads `virsh net-dumpxml`. */
export function parseLibvirt(name: string, xml: string): LibvirtNetwork {
    const attribute = (tag: string, key: string) =>
        [...xml.matchAll(new RegExp(`<${tag}\\s[^>]*?\\b${key}='([^']*)'`, "g"))].map(([, value = ""]) => value);
    const ends = attribute("range", "end");
    return {
        name,
        bridge: attribute("bridge", "name")[0] ?? "?",
        address: attribute("ip", "address")[0] ?? "",
        netmask: attribute("ip", "netmask")[0] ?? "",
        ranges: attribute("range", "start").map((start, i) => `${start}-${ends[i] ?? start}`),
    };
}

/** The end of the certificate that a server shows. @throws Error if it does not answer. */
export async function servedCertificate(of: string, host: string, port: number): Promise<Certificate> {
    // It is only read. Whether it is trusted is for the server's clients to decide.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: 3000 });
    socket.on("timeout", () => socket.destroy(new Error("no answer within 3 s")));
    try {
        await once(socket, "secureConnect");
        return { of, expires: new Date(socket.getPeerCertificate().valid_to).toISOString() };
    } finally {
        socket.destroy();
    }
}

/** Tries each address once. A registry's 401 is an answer: it asks for a token. */
export async function reach(sources: readonly { url: string; items: readonly string[] }[]): Promise<Source[]> {
    return Promise.all(
        sources.map(async ({ url, items }) => {
            try {
                const { status } = await fetch(url, { method: "GET", signal: AbortSignal.timeout(8000) });
                return status < 500 && status !== 404 ? { url, items } : { url, items, error: `HTTP ${status}` };
            } catch (error) {
                const { cause, message } = error as Error;
                return { url, items, error: cause instanceof Error ? cause.message : message };
            }
        }),
    );
}
