/** Malformed packets. */
import { randomBytes, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";

import { encodeQuery } from "./dns-load";

/** Packets of each kind that are sent malformed. */
export const malformedPackets = 10_000;

/** Sends malformed queries to a resolver. */
export const sendMalformedDns = (address: string): Promise<void> =>
    flood(address, 53, () => mutated(encodeQuery(randomInt(65536), "health.noc.internal")));

/** Sends malformed requests to a DHCP server. */
export const sendMalformedDhcp = (address: string): Promise<void> => flood(address, 67, () => mutated(discover()));

/** Sends the packets, about a thousand a second. */
async function flood(address: string, port: number, packet: () => Buffer): Promise<void> {
    const socket = createSocket("udp4").on("error", () => undefined);
    for (let i = 0; i < malformedPackets; i++) {
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
