/** A DHCP relay for simulated clients: one socket on port 67. RFC 2131, 2132, 3046 and 3527. */
import { randomBytes, randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** Message types (option 53). */
export const messageTypes = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7 } as const;

/** Option codes that are read or written here. */
export const codes = {
    router: 3,
    dns: 6,
    hostname: 12,
    domain: 15,
    requestedAddress: 50,
    leaseTime: 51,
    messageType: 53,
    serverIdentifier: 54,
    parameters: 55,
    renewal: 58,
    rebinding: 59,
    relayAgent: 82,
    encryptedResolvers: 162,
} as const;

/** A message of a client. */
export interface Request {
    readonly type: keyof typeof messageTypes;
    /** Hardware address, as in `02:00:00:00:00:01`. */
    readonly hwAddress: string;
    /** The client's own address, when it has one (ciaddr). */
    readonly address?: string;
    readonly requestedAddress?: string;
    readonly serverIdentifier?: string;
    readonly hostname?: string;
}

/** A message of the server. */
export interface Reply {
    readonly type: keyof typeof messageTypes;
    readonly xid: number;
    /** The address that the client is given (yiaddr). */
    readonly address: string;
    readonly options: ReadonlyMap<number, Buffer>;
}

/** Time after which a message without an answer is sent again, in milliseconds. */
export const retransmission = 2000;

/** A relay on this machine for the clients of one subnet. */
export class Relay {
    private constructor(
        private readonly socket: Socket,
        private readonly giaddr: string,
        private readonly link: string,
        private readonly servers: readonly string[],
    ) {}

    /**
     * Listens on port 67, to which servers answer relays. Most systems allow that only to privileged users.
     * @param servers addresses of the servers, at least one. Each message is sent to all of them.
     * @param link an address of the clients' subnet (RFC 3527). The relay's own address may be in another one.
     * @param own the address of this machine to use. Defaults to the one from which the server is reached.
     */
    public static async open(servers: readonly [string, ...string[]], link: string, own?: string): Promise<Relay> {
        const giaddr = own ?? (await addressTowards(servers[0]));
        // Each request that waits for its answer listens.
        const socket = createSocket("udp4").setMaxListeners(0);
        socket.bind(67, giaddr);
        await once(socket, "listening");
        return new Relay(socket, giaddr, link, servers);
    }

    /** Sends a request, up to `tries` times, and returns its answer; `undefined` if there is none. */
    public async exchange(request: Request, tries = 3): Promise<Reply | undefined> {
        const xid = randomInt(1, 0x7fffffff);
        const message = encodeRequest(request, xid, this.giaddr, this.link);
        for (let i = 0; i < tries; i++) {
            await this.sendToAll(message);
            const reply = await this.answer(xid, retransmission);
            if (reply) {
                return reply;
            }
        }
        return undefined;
    }

    /** Takes a lease: discover, offer, request, acknowledgement. What is not answered is left out. */
    public async lease(hwAddress: string, hostname?: string): Promise<{ offer?: Reply; ack?: Reply }> {
        const offer = await this.exchange({ type: "discover", hwAddress, hostname });
        if (offer?.type !== "offer") {
            return { offer };
        }
        const [serverIdentifier] = addressesOf(offer, codes.serverIdentifier);
        const request = { hwAddress, hostname, requestedAddress: offer.address, serverIdentifier };
        return { offer, ack: await this.exchange({ type: "request", ...request }) };
    }

    /** Sends a message that is not answered, such as a release. */
    public async send(request: Request): Promise<void> {
        const message = encodeRequest(request, randomInt(1, 0x7fffffff), this.giaddr, this.link);
        await this.sendToAll(message);
    }

    public close(): void {
        this.socket.close();
    }

    private async sendToAll(message: Buffer): Promise<void> {
        await Promise.all(
            this.servers.map((server) => new Promise((resolve) => this.socket.send(message, 67, server, resolve))),
        );
    }

    private answer(xid: number, milliseconds: number): Promise<Reply | undefined> {
        return new Promise((resolve) => {
            const end = (reply?: Reply) => {
                clearTimeout(timer);
                this.socket.off("message", receive);
                resolve(reply);
            };
            const receive = (message: Buffer) => {
                const reply = decodeReply(message);
                if (reply?.xid === xid) {
                    end(reply);
                }
            };
            const timer = setTimeout(end, milliseconds);
            this.socket.on("message", receive);
        });
    }
}

/** A random, locally administered hardware address. */
export const freshHwAddress = (): string =>
    ["02", ...[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");

/** The addresses in an option. */
export function addressesOf({ options }: Reply, code: number): string[] {
    const data = options.get(code) ?? Buffer.alloc(0);
    return Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)].join("."));
}

/** The seconds in an option. */
export const secondsOf = ({ options }: Reply, code: number): number | undefined => options.get(code)?.readUInt32BE(0);

async function addressTowards(server: string): Promise<string> {
    const probe = createSocket("udp4");
    probe.connect(67, server);
    await once(probe, "connect");
    const { address } = probe.address();
    probe.close();
    return address;
}

const octets = (address: string): number[] => address.split(".").map(Number);

function encodeRequest(request: Request, xid: number, giaddr: string, link: string): Buffer {
    const header = Buffer.alloc(240);
    header.set([1, 1, 6, 1]); // a request, over Ethernet, relayed once
    header.writeUInt32BE(xid, 4);
    header.set(octets(request.address ?? "0.0.0.0"), 12);
    header.set(octets(giaddr), 24);
    header.set(
        request.hwAddress.split(":").map((part) => Number.parseInt(part, 16)),
        28,
    );
    header.set([99, 130, 83, 99], 236);
    const option = (code: number, data: number[]) => [code, data.length, ...data];
    const options = [
        ...option(codes.messageType, [messageTypes[request.type]]),
        ...(request.requestedAddress ? option(codes.requestedAddress, octets(request.requestedAddress)) : []),
        ...(request.serverIdentifier ? option(codes.serverIdentifier, octets(request.serverIdentifier)) : []),
        ...(request.hostname ? option(codes.hostname, [...Buffer.from(request.hostname)]) : []),
        ...option(codes.parameters, [
            1,
            codes.router,
            codes.dns,
            codes.domain,
            codes.leaseTime,
            codes.renewal,
            codes.rebinding,
            codes.encryptedResolvers,
        ]),
        ...option(codes.relayAgent, option(5, octets(link))),
        255,
    ];
    return Buffer.concat([header, Buffer.from(options)], Math.max(300, 240 + options.length));
}

function decodeReply(message: Buffer): Reply | undefined {
    if (message.length < 240 || message[0] !== 2) {
        return undefined;
    }
    const options = new Map<number, Buffer>();
    for (let at = 240; at < message.length && message[at] !== 255;) {
        const [code = 0, length = 0] = message.subarray(at, at + 2);
        if (code === 0) {
            at += 1;
        } else {
            options.set(code, message.subarray(at + 2, at + 2 + length));
            at += 2 + length;
        }
    }
    const number = options.get(codes.messageType)?.[0];
    const type = (Object.keys(messageTypes) as (keyof typeof messageTypes)[]).find(
        (name) => messageTypes[name] === number,
    );
    return type && { type, xid: message.readUInt32BE(4), address: [...message.subarray(16, 20)].join("."), options };
}
