/**
 * Steady DNS queries over UDP, as of clients that repeat themselves. Each query comes from a port of its own, as RFC 5452
 * asks of clients. When a resolver's pod ends, the node leads ports that it has answered to it for half a second more
 * (https://github.com/kubernetes/kubernetes/issues/125979): a port that is used again by chance needs a repetition.
 */
import { encode, RECURSION_DESIRED } from "dns-packet";
import { createSocket, type Socket } from "node:dgram";

import type { Sample } from "./outcome";

/** Time after which a query is sent again, in milliseconds. */
const repetition = 1000;
/** How often a query is sent at most. */
const mostTries = 3;

interface Pending {
    readonly sent: number;
    readonly query: Buffer;
    readonly socket: Socket;
    tries: number;
    timer?: NodeJS.Timeout;
}

/** A query for the A record of a name. */
export const encodeQuery = (id: number, name: string): Buffer =>
    encode({ type: "query", id, flags: RECURSION_DESIRED, questions: [{ type: "A", name }] });

/** Whether a message answers with NOERROR or NXDOMAIN. */
export const isGood = (message: Buffer): boolean => [0, 3].includes((message[3] ?? 0) & 15);

/** Where a query goes the nth time: clients that know several resolvers repeat it at the next one. */
export const resolverFor = (servers: readonly string[], tries: number): string | undefined =>
    servers[(tries - 1) % servers.length];

export class DnsLoad {
    private readonly samples: Sample[] = [];
    private readonly pending = new Map<number, Pending>();
    private readonly clock: NodeJS.Timeout;
    private next = 0;
    private stopped?: Promise<Sample[]>;

    /**
     * @param servers the addresses of the resolver that the clients know, in their order.
     * @param rate queries per second.
     */
    constructor(
        private readonly servers: readonly string[],
        private readonly names: readonly string[],
        rate: number,
    ) {
        this.clock = setInterval(() => this.ask(), 1000 / rate);
    }

    /** The queries that are answered or given up so far. */
    public get ended(): readonly Sample[] {
        return this.samples;
    }

    /** Ends the load when the last queries are answered or given up, and returns all of them. */
    public stop(): Promise<Sample[]> {
        this.stopped ??= this.end();
        return this.stopped;
    }

    private async end(): Promise<Sample[]> {
        clearInterval(this.clock);
        await new Promise((resolve) => setTimeout(resolve, this.pending.size > 0 ? repetition * mostTries : 0));
        return this.samples;
    }

    private ask(): void {
        const id = this.next++ & 0xffff;
        const name = this.names[id % this.names.length];
        if (name) {
            // A node that has just lost its pod answers with ICMP; the query is repeated all the same.
            const socket = createSocket("udp4").on("error", () => undefined);
            const pending = { sent: Date.now(), query: encodeQuery(id, name), socket, tries: 0 };
            socket.on("message", (message) => this.receive(id, message));
            this.pending.set(id, pending);
            this.send(id, pending);
        }
    }

    private send(id: number, pending: Pending): void {
        if (pending.tries === mostTries) {
            this.keep(id, pending, undefined);
            return;
        }
        pending.tries += 1;
        pending.socket.send(pending.query, 53, resolverFor(this.servers, pending.tries), () => undefined);
        pending.timer = setTimeout(() => this.send(id, pending), repetition);
    }

    private receive(id: number, message: Buffer): void {
        const pending = this.pending.get(id);
        if (pending && message.length >= 12 && message.readUInt16BE(0) === id && isGood(message)) {
            this.keep(id, pending, Date.now());
        }
    }

    private keep(id: number, { sent, tries, timer, socket }: Pending, answered: number | undefined): void {
        clearTimeout(timer);
        socket.close();
        this.pending.delete(id);
        this.samples.push({ sent, answered, tries });
    }
}
