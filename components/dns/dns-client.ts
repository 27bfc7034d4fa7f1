import {
    decode,
    type DecodedPacket,
    encode,
    type Packet,
    type RecordType,
    RECURSION_DESIRED,
    streamDecode,
    streamEncode,
} from "dns-packet";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";

/** How to ask. */
export interface Ask {
    readonly tcp?: boolean;
    /** Defaults to 53. */
    readonly port?: number;
    /** Whether to ask for DNSSEC records, and so for the AD flag. */
    readonly dnssec?: boolean;
    /** The address of this machine to ask from. Defaults to the routing table's choice. */
    readonly from?: string;
}

/** An answer with its response code in words. */
export type Answer = DecodedPacket & { rcode: string };

/** After how many milliseconds without an answer a question over UDP is asked again, once. */
export const retransmission = 2000;

/** Asks a server one question. @throws Error where no answer comes within five seconds. */
export async function ask(server: string, name: string, type: RecordType = "A", how: Ask = {}): Promise<Answer> {
    const query: Packet = {
        type: "query",
        id: randomInt(1, 65535),
        flags: RECURSION_DESIRED,
        questions: [{ type, name }],
        additionals: how.dnssec
            ? [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0x8000, options: [] } as never]
            : [],
    };
    const answer = await (how.tcp ? overTcp : overUdp)(server, query, how);
    return answer as Answer;
}

/** The addresses in an answer. */
export const addressesIn = ({ answers }: Answer): string[] =>
    (answers ?? []).flatMap((answer) => (answer.type === "A" ? [answer.data] : []));

function overUdp(server: string, query: Packet, { port = 53, from }: Ask): Promise<DecodedPacket> {
    const socket = createSocket("udp4");
    let again: NodeJS.Timeout | undefined;
    return within(
        (resolve, reject) => {
            const send = () => socket.send(encode(query), port, server);
            socket.on("error", reject).on("message", (message) => resolve(decode(message)));
            socket.bind({ address: from }, send);
            // A datagram may be lost: a stub resolver asks again after some seconds.
            again = setTimeout(send, retransmission);
        },
        () => {
            clearTimeout(again);
            socket.close();
        },
        `${server}:${port} over UDP`,
    );
}

function overTcp(server: string, query: Packet, { port = 53, from }: Ask): Promise<DecodedPacket> {
    const socket = connect({ host: server, port, localAddress: from });
    let received = Buffer.alloc(0);
    return within(
        (resolve, reject) => {
            socket.on("error", reject).on("connect", () => socket.write(streamEncode(query)));
            socket.on("data", (data) => {
                received = Buffer.concat([received, data]);
                if (received.length >= 2 && received.length >= received.readUInt16BE(0) + 2) {
                    resolve(streamDecode(received) as DecodedPacket);
                }
            });
        },
        () => socket.destroy(),
        `${server}:${port} over TCP`,
    );
}

function within<T>(
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
    end: () => void,
    what: string,
): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<T>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer from ${what} within 5 s`)), 5000);
        start(resolve, reject);
    }).finally(() => {
        clearTimeout(timer);
        end();
    });
}
