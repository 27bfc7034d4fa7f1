/** perfdhcp: its arguments and its output. https://kea.readthedocs.io/en/latest/man/perfdhcp.8.html */
import { type Finished, runTool } from "./run-tool";

/** An exchange of two messages. */
export interface Exchange {
    readonly sent: number;
    readonly drops: number;
    /** Average delay of the answer, in milliseconds. NaN if there was none. */
    readonly delay: number;
}

export interface DhcpMeasurement {
    /** Leases per second: exchanges of four messages that were completed. */
    readonly rate: number;
    /** DISCOVER and OFFER. */
    readonly discover: Exchange;
    /** REQUEST and ACK. */
    readonly request: Exchange;
    /** Renewals, if any were sent. */
    readonly renewal?: Exchange;
}

export interface DhcpRun {
    readonly server: string;
    /** Address that the requests are sent from: the relay's (giaddr). */
    readonly relay: string;
    /** New leases per second that are asked for. */
    readonly rate: number;
    /** Renewals per second, in addition and not more than the rate. Defaults to none. */
    readonly renewals?: number;
    /** Number of different clients. */
    readonly clients: number;
    readonly seconds: number;
}

/** How long the last answers are waited for, in microseconds. */
const lastAnswers = 1_000_000;

export const perfdhcpArguments = ({ server, relay, rate, renewals, clients, seconds }: DhcpRun): string[] => [
    ...["-4", "-l", relay, "-r", String(rate), "-R", String(clients), "-p", String(seconds)],
    ...(renewals === undefined ? [] : ["-f", String(renewals)]),
    ...["-W", String(lastAnswers), server],
];

/** Asks for leases as a relay. @throws Error if perfdhcp is missing or cannot send. */
export const measureDhcp = async (run: DhcpRun): Promise<DhcpMeasurement> =>
    parsePerfdhcp(await runTool("perfdhcp", perfdhcpArguments(run)));

/** Reads perfdhcp's output. @throws Error with its end if it has no statistics. */
export function parsePerfdhcp({ output }: Finished): DhcpMeasurement {
    const rate = /^Rate: ([\d.]+) 4-way exchanges/m.exec(output)?.[1];
    if (rate === undefined) {
        throw new Error(`perfdhcp has failed: ${output.trim().split("\n").slice(-2).join(" ")}`);
    }
    const exchange = (title: string): Exchange | undefined => {
        const part = output.split("***Statistics for: ").find((text) => text.startsWith(`${title}***`));
        const number = (key: string) => Number(new RegExp(`^${key}: ([\\d.]+)`, "m").exec(part ?? "")?.[1] ?? NaN);
        return part === undefined
            ? undefined
            : { sent: number("sent packets"), drops: number("drops"), delay: number("avg delay") };
    };
    const none = { sent: 0, drops: 0, delay: NaN };
    return {
        rate: Number(rate),
        discover: exchange("DISCOVER-OFFER") ?? none,
        request: exchange("REQUEST-ACK") ?? none,
        renewal: exchange("REQUEST-ACK (renewal)"),
    };
}

/** The fraction of the messages that were not answered, 0 to 1. */
export function dropped({ discover, request, renewal }: DhcpMeasurement): number {
    const all = [discover, request, ...(renewal ? [renewal] : [])];
    const sum = (key: "sent" | "drops") => all.reduce((total, exchange) => total + exchange[key], 0);
    return sum("sent") === 0 ? 1 : sum("drops") / sum("sent");
}
