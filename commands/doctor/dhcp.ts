/** Asks this machine's networks for DHCP servers: a DISCOVER, and no REQUEST, so that nothing is leased. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import type { DhcpOffer } from "./facts";

/** A locally administered hardware address, always the same one, so that repeated runs hold back one address at most. */
const hardware = [0x02, 0x4e, 0x4f, 0x43, 0xd0, 0xc0];
const cookie = 0x63825363;

/**
 * The offers that come within three seconds.
 * @param broadcasts the broadcast addresses of the networks to ask.
 * @throws Error if port 68, which servers answer to, cannot be opened.
 */
export async function discover(broadcasts: readonly string[]): Promise<DhcpOffer[]> {
    const transaction = randomInt(1, 0x7fffffff);
    const offers: DhcpOffer[] = [];
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    socket.on("message", (message) => {
        const offer = readOffer(message, transaction);
        if (offer) {
            offers.push(offer);
        }
    });
    try {
        socket.bind(68);
        await once(socket, "listening");
    } catch (error) {
        socket.close();
        throw new Error(`cannot listen on port 68 (${(error as Error).message}); run it with that privilege`, {
            cause: error,
        });
    }
    socket.on("error", () => undefined);
    socket.setBroadcast(true);
    const message = discoverMessage(transaction);
    for (let i = 0; i < 2; i++) {
        broadcasts.forEach((address) => socket.send(message, 67, address));
        await sleep(1500);
    }
    socket.close();
    return offers;
}

/** A DISCOVER that asks to be answered by broadcast, since this machine does not own the hardware address. */
export function discoverMessage(transaction: number): Buffer {
    const message = Buffer.alloc(300);
    message.set([1, 1, 6, 0]);
    message.writeUInt32BE(transaction, 4);
    message.writeUInt16BE(0x8000, 10);
    message.set(hardware, 28);
    message.writeUInt32BE(cookie, 236);
    message.set([53, 1, 1, 55, 3, 1, 3, 6, 255], 240);
    return message;
}

/** Reads an OFFER that answers the transaction. Undefined if the message is anything else. */
export function readOffer(message: Buffer, transaction: number): DhcpOffer | undefined {
    if (message.length < 241 || message[0] !== 2 || message.readUInt32BE(4) !== transaction) {
        return undefined;
    }
    const options = new Map<number, Buffer>();
    for (let at = 240; at + 1 < message.length && message[at] !== 255;) {
        const [code = 0, length = 0] = [message[at], message[at + 1]];
        if (code === 0) {
            at += 1;
            continue;
        }
        options.set(code, message.subarray(at + 2, at + 2 + length));
        at += 2 + length;
    }
    const server = options.get(54);
    return options.get(53)?.[0] === 2 && server
        ? { server: [...server].join("."), address: [...message.subarray(16, 20)].join(".") }
        : undefined;
}
