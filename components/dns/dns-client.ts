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
import { connect as http2Connect } from "node:http2";
import { connect } from "node:net";
import { connect as tlsConnect } from "node:tls";

/** How a query is sent. */
export interface Ask {
    readonly tcp?: boolean;
    /** Over TLS (RFC 7858), from a server whose certificate is of this name. */
    readonly tls?: Authentication;
    /** Over HTTPS (RFC 8484), from a server whose certificate is of this name. */
    readonly https?: Authentication;
    /** Defaults to 53, over TLS to 853, over HTTPS to 443. */
    readonly port?: number;
    /** Whether to set the DO flag, so that the answer has the AD flag if it was validated. */
    readonly dnssec?: boolean;
    /** Source address of the query. Defaults to the routing table's choice. */
    readonly from?: string;
}

export interface Authentication {
    readonly name: string;
    /** The certificate of the authority that has signed the server's, or that one itself (PEM). */
    readonly ca: string;
}

/** An answer with the name of its response code. */
export type Answer = DecodedPacket & { rcode: string };

/** Time after which a query over UDP is sent again, once, in milliseconds. */
export const retransmission = 2000;

/** Sends a query to a server. @throws Error if no answer arrives within five seconds. */
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
    const { tcp, tls, https } = how;
    if (https) {
        return (await overHttps(server, query, https, how.port)) as Answer;
    }
    return (await (tcp || tls ? overTcp : overUdp)(server, query, how)) as Answer;
}

/** The IPv4 addresses in an answer. */
export const addressesIn = ({ answers }: Answer): string[] =>
    (answers ?? []).flatMap((answer) => (answer.type === "A" ? [answer.data] : []));

/** The data of an answer's records, as text. */
export const dataOf = ({ answers }: Answer): string[] =>
    (answers ?? []).flatMap((answer) =>
        !("data" in answer) ? [] : [typeof answer.data === "string" ? answer.data : JSON.stringify(answer.data)],
    );

function overUdp(server: string, query: Packet, { port = 53, from }: Ask): Promise<DecodedPacket> {
    const socket = createSocket("udp4");
    let again: NodeJS.Timeout | undefined;
    return within(
        (resolve, reject) => {
            const send = () => socket.send(encode(query), port, server);
            socket.on("error", reject).on("message", (message) => resolve(decode(message)));
            socket.bind({ address: from }, send);
            // A datagram may be lost; stub resolvers send a query again after some seconds, too.
            again = setTimeout(send, retransmission);
        },
        () => {
            clearTimeout(again);
            socket.close();
        },
        `${server}:${port} over UDP`,
    );
}

function overTcp(server: string, query: Packet, { tls, port = tls ? 853 : 53, from }: Ask): Promise<DecodedPacket> {
    const options = { host: server, port, localAddress: from };
    const socket = tls ? tlsConnect({ ...options, servername: tls.name, ca: tls.ca }) : connect(options);
    let received = Buffer.alloc(0);
    return within(
        (resolve, reject) => {
            socket.on("error", reject).on(tls ? "secureConnect" : "connect", () => socket.write(streamEncode(query)));
            socket.on("data", (data) => {
                received = Buffer.concat([received, data]);
                if (received.length >= 2 && received.length >= received.readUInt16BE(0) + 2) {
                    resolve(streamDecode(received) as DecodedPacket);
                }
            });
        },
        () => socket.destroy(),
        `${server}:${port} over ${tls ? "TLS" : "TCP"}`,
    );
}

function overHttps(server: string, query: Packet, { name, ca }: Authentication, port = 443): Promise<DecodedPacket> {
    const session = http2Connect(`https://${server}:${port}`, { servername: name, ca });
    return within(
        (resolve, reject) => {
            session.on("error", reject);
            const path = `/dns-query?dns=${encode(query).toString("base64url")}`;
            const request = session.request({ ":path": path, accept: "application/dns-message" });
            const parts: Buffer[] = [];
            request.on("error", reject).on("data", (part: Buffer) => parts.push(part));
            request.on("response", ({ ":status": status }) => {
                if (status !== 200) {
                    reject(new Error(`${server}:${port} answers over HTTPS with status ${status}`));
                }
            });
            request.on("end", () => resolve(decode(Buffer.concat(parts))));
        },
        () => session.destroy(),
        `${server}:${port} over HTTPS`,
    );
}

function within<T>(
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
    end: () => void,
    description: string,
): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<T>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer from ${description} within 5 s`)), 5000);
        start(resolve, reject);
    }).finally(() => {
        clearTimeout(timer);
        end();
    });
}
