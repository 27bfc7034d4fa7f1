/** The failures that `npm run drill` brings about, and their repair. */
import { randomBytes, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";

import type { Bar } from "./outcome";
import type { Stack } from "./stack";
import { encodeQuery } from "./dns-load";

/** A failure of the stack. */
export interface Failure {
    readonly name: string;
    readonly title: string;
    readonly dns?: Bar;
    readonly dhcp?: Bar;
    /** Why it cannot be brought about here. Undefined if it can. */
    readonly unavailable?: (stack: Stack) => string | undefined;
    /** Brings it about. Returns when it has happened. */
    readonly breaks: (stack: Stack) => Promise<void>;
    /** Returns when the stack is as it was. Called also if `breaks` fails. */
    readonly repairs: (stack: Stack) => Promise<void>;
}

const settled = (stack: Stack) => stack.settled();
const needsNodes = ({ nodeDown, nodeUp }: Stack) =>
    nodeDown && nodeUp
        ? undefined
        : "needs --node-down and --node-up, commands that cut a node's power and bring it back";

/** Packets of each kind that are sent malformed. */
const malformed = 10_000;

export const failures: readonly Failure[] = [
    {
        name: "nothing",
        title: "nothing, for comparison",
        breaks: (stack) => stack.pause(20),
        repairs: settled,
    },
    {
        name: "redis-killed",
        title: "Redis killed, starts again empty",
        dns: { lost: 0, p99: 50 },
        breaks: (stack) => stack.kill("app=redis"),
        repairs: settled,
    },
    {
        name: "redis-gone",
        title: "Redis without a pod for 20 s",
        dns: { lost: 0, p99: 50 },
        breaks: async (stack) => {
            await stack.scale("redis", 0);
            await stack.pause(20);
        },
        repairs: async (stack) => {
            await stack.scale("redis", 1);
            await stack.settled();
        },
    },
    {
        name: "resolver-killed",
        title: "the serving resolver's pod killed",
        dns: { lost: 0, outage: 3 },
        breaks: async (stack) => stack.kill("app=unbound", await stack.servingNode()),
        repairs: settled,
    },
    {
        name: "resolvers-rolled",
        title: "all resolvers rolled, as a change of the configuration does",
        dns: { lost: 0, outage: 0 },
        breaks: (stack) => stack.roll("unbound"),
        repairs: (stack) => stack.unroll("unbound"),
    },
    {
        name: "node-drained",
        title: "the serving node drained of the resolver",
        dns: { lost: 0, outage: 0 },
        breaks: async (stack) => stack.drain(await stack.servingNode(), "app=unbound"),
        repairs: async (stack) => {
            await stack.uncordon();
            await stack.settled();
        },
    },
    {
        name: "speaker-killed",
        title: "MetalLB's speaker on the serving node killed",
        dns: { lost: 0, outage: 5 },
        breaks: async (stack) => stack.killSpeaker(await stack.servingNode()),
        repairs: settled,
    },
    {
        name: "node-lost",
        title: "the serving node lost",
        dns: { outage: 3 },
        unavailable: needsNodes,
        breaks: async (stack) => stack.loseNode(await stack.servingNode()),
        repairs: (stack) => stack.returnNode(),
    },
    {
        name: "kea-killed",
        title: "Kea's pod killed",
        dhcp: { outage: 30 },
        breaks: (stack) => stack.kill("app.kubernetes.io/name=kea-dhcp"),
        repairs: settled,
    },
    {
        name: "malformed-dns",
        title: `${malformed.toLocaleString("en")} malformed DNS packets`,
        dns: { lost: 0, p99: 50 },
        breaks: (stack) =>
            flood(stack.dnsAddress, 53, () => mutated(encodeQuery(randomInt(65536), "health.noc.internal"))),
        repairs: settled,
    },
    {
        name: "malformed-dhcp",
        title: `${malformed.toLocaleString("en")} malformed DHCP packets`,
        dhcp: { lost: 0, outage: 3 },
        breaks: (stack) => flood(stack.dhcpAddress, 67, () => mutated(discover())),
        repairs: settled,
    },
];

/** Sends malformed packets, about a thousand a second. */
async function flood(address: string, port: number, packet: () => Buffer): Promise<void> {
    const socket = createSocket("udp4").on("error", () => undefined);
    for (let i = 0; i < malformed; i++) {
        socket.send(packet(), port, address, () => undefined);
        if (i % 10 === 9) {
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
    }
    socket.close();
}

/** A packet with some bytes changed, cut off or added. */
export function mutated(packet: Buffer): Buffer {
    const copy = Buffer.from(packet);
    for (let i = randomInt(1, 8); i > 0; i--) {
        copy[randomInt(copy.length)] = randomInt(256);
    }
    const kinds = [
        copy,
        copy.subarray(0, randomInt(copy.length)),
        Buffer.concat([copy, randomBytes(randomInt(1, 400))]),
    ];
    return kinds[randomInt(kinds.length)] ?? copy;
}

/** The beginning of a DISCOVER without relay, with options that follow it. */
function discover(): Buffer {
    const header = Buffer.alloc(240);
    header.set([1, 1, 6, 1, ...randomBytes(4)]);
    header.set([99, 130, 83, 99], 236);
    return Buffer.concat([header, Buffer.from([53, 1, 1, 55, 3, 1, 3, 6, 255])]);
}
