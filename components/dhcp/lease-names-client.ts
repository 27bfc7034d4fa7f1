/** Runs the chart's lease-names/main.py, and asks it. */
import { encode } from "dns-packet";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { eventually } from "../../tests/deployed";
import { ask, dataOf } from "../dns/dns-client";

/** The folder of the program. */
export const program = join(__dirname, "chart", "lease-names");

/** Kea's configuration, with a reservation. */
export const config = (more: object = {}) => ({
    Dhcp4: {
        subnet4: [
            {
                id: 1,
                subnet: "10.0.0.0/24",
                reservations: [{ "hw-address": "02:aa:00:00:00:01", "ip-address": "10.0.0.10", hostname: "Printer" }],
            },
        ],
        ...more,
    },
});
const names = { domain: "home.arpa", reverse: ["0.0.10.in-addr.arpa"], taken: ["wpad", "ns"] };

/** The process, and how to ask it. */
export class Answers {
    private constructor(
        private readonly child: ChildProcess,
        private readonly port: number,
    ) {}

    public static async start(folder: string, socket: string, given: object, offset: number): Promise<Answers> {
        const port = 20_000 + (process.pid % 20_000) + offset;
        writeFileSync(join(folder, "kea.conf"), JSON.stringify(given));
        writeFileSync(join(folder, "names.json"), JSON.stringify(names));
        const script = join(program, "main.py");
        const args = [`${port}`, `${port + 1}`, socket, join(folder, "kea.conf"), join(folder, "names.json")];
        const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
        const answers = new Answers(spawn("python3", [script, ...args], { stdio: "ignore", env }), port);
        await eventually(() => answers.metrics(), 10);
        return answers;
    }

    public stop(): void {
        this.child.kill();
    }

    public async to(name: string, type: "A" | "AAAA" | "PTR" | "SOA" | "NS" = "A", tcp = false): Promise<string> {
        const answer = await ask("127.0.0.1", name, type, { port: this.port, tcp });
        return [answer.rcode, ...dataOf(answer)].join(" ");
    }

    /** The same when the answers that it keeps have expired. */
    public async later(name: string, type: "A" | "PTR" = "A"): Promise<string> {
        await sleep(600);
        return this.to(name, type);
    }

    /** Sends bytes over UDP and returns the response code, `undefined` if there is no answer before that of a query. */
    public async code(message: Buffer): Promise<number | undefined> {
        const socket = createSocket("udp4").bind(0, "127.0.0.1");
        const valid = encode({ type: "query", id: 65535, questions: [{ type: "SOA", name: "home.arpa" }] });
        const first = once(socket, "message") as Promise<[Buffer]>;
        socket.send(message, this.port, "127.0.0.1", () => socket.send(valid, this.port, "127.0.0.1"));
        const [answer] = await first;
        socket.close();
        return answer.readUInt16BE(0) === 65535 ? undefined : answer.readUInt16BE(2) & 15;
    }

    public async overTcp(bytes: Buffer): Promise<Buffer> {
        const socket = connect(this.port, "127.0.0.1");
        const parts: Buffer[] = [];
        socket.on("data", (part) => parts.push(part)).on("error", () => undefined);
        socket.end(bytes);
        await once(socket, "close");
        return Buffer.concat(parts);
    }

    public async metrics(): Promise<Map<string, number>> {
        const text = await (await fetch(`http://127.0.0.1:${this.port + 1}/metrics`)).text();
        const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
        return new Map(samples.map((line) => [line.replace(/ \S+$/, ""), Number(/\S+$/.exec(line)?.[0])]));
    }
}
