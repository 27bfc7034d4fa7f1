/** A population of DHCP clients behind a relay, which renew their leases in turn. */
import { addressesOf, codes, freshHwAddress, Relay, type Reply, retransmission } from "../../components/dhcp/relay";
import type { Sample } from "./outcome";

interface Client {
    readonly hwAddress: string;
    readonly address: string;
    /** The server that gave the lease (option 54). */
    readonly serverIdentifier?: string;
}

const clients = 10;
/** Time between two renewals, in milliseconds. */
const period = 1000;

export class DhcpLoad {
    private samples: Sample[] = [];
    private running: Promise<void>[] = [];
    private next = 0;
    private readonly clock: NodeJS.Timeout;
    /** Clients whose renewal was refused or gave another address. */
    public changed = 0;

    private constructor(
        private readonly relay: Relay,
        private readonly clients: readonly Client[],
    ) {
        this.clock = setInterval(() => this.running.push(this.renew()), period);
    }

    /**
     * Takes the leases and begins to renew them.
     * @param servers the addresses that the relay sends to.
     * @param link an address of the clients' subnet.
     * @throws Error if port 67 cannot be used, or a client gets no lease.
     */
    public static async start(
        servers: readonly [string, ...string[]],
        link: string,
        own: string | undefined,
    ): Promise<DhcpLoad> {
        const relay = await Relay.open(servers, link, own);
        const population: Client[] = [];
        for (let i = 0; i < clients; i++) {
            const hwAddress = freshHwAddress();
            const { ack } = await relay.lease(hwAddress);
            if (ack?.type !== "ack") {
                relay.close();
                throw new Error(
                    `client ${i + 1} of ${clients} gets no lease from ${servers.join(" and ")}; npm run verify:dhcp says more`,
                );
            }
            const [serverIdentifier] = addressesOf(ack, codes.serverIdentifier);
            population.push({ hwAddress, address: ack.address, serverIdentifier });
        }
        return new DhcpLoad(relay, population);
    }

    /** Lets a new client take a lease and give it back. It counts as one request, beside the renewals. */
    public visit(): void {
        this.running.push(this.leaseAndRelease());
    }

    /** The requests since the last call, when all of them are answered or given up. */
    public async take(): Promise<Sample[]> {
        // Requests that begin while these are waited for are those of the next call.
        const { running } = this;
        this.running = [];
        await Promise.all(running);
        const { samples } = this;
        this.samples = [];
        return samples;
    }

    /** Ends the renewals and gives the leases back. */
    public async stop(): Promise<void> {
        clearInterval(this.clock);
        await Promise.all(this.running);
        for (const client of this.clients) {
            await this.relay.send({ type: "release", ...client });
        }
        this.relay.close();
    }

    private async renew(): Promise<void> {
        const client = this.clients[this.next++ % this.clients.length];
        if (!client) {
            return;
        }
        const sent = Date.now();
        const { hwAddress, address } = client;
        const reply = await this.relay.exchange({ type: "request", hwAddress, address });
        this.changed += Number(reply !== undefined && (reply.type !== "ack" || reply.address !== address));
        this.keep(sent, reply);
    }

    private async leaseAndRelease(): Promise<void> {
        const hwAddress = freshHwAddress();
        const sent = Date.now();
        const { ack } = await this.relay.lease(hwAddress);
        this.keep(sent, ack);
        if (ack?.type === "ack") {
            const [serverIdentifier] = addressesOf(ack, codes.serverIdentifier);
            await this.relay.send({ type: "release", hwAddress, address: ack.address, serverIdentifier });
        }
    }

    /** @param reply the last answer, which has just arrived. Undefined if none did. */
    private keep(sent: number, reply: Reply | undefined): void {
        const now = Date.now();
        this.samples.push({ sent, answered: reply && now, tries: 1 + Math.floor((now - sent) / retransmission) });
    }
}
