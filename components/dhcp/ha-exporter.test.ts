import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { installed } from "../../tests/support";

/** The parts of Kea's answers (2.6.3) that the exporter reads. */
const answers = (state: string): Record<string, unknown> => ({
    "status-get": {
        result: 0,
        arguments: { "high-availability": [{ "ha-servers": { local: { role: "primary", state, scopes: [] } } }] },
    },
    "statistic-get": {
        result: 0,
        arguments: { "pkt4-received": [[120, "2026-11-21 21:14:09.1"]] },
    },
    "stat-lease4-get": {
        result: 0,
        arguments: {
            "result-set": {
                columns: [
                    "subnet-id",
                    "total-addresses",
                    "cumulative-assigned-addresses",
                    "assigned-addresses",
                    "declined-addresses",
                ],
                rows: [[7, 100, 60, 40, 2]],
            },
        },
    },
});

describe("the exporter of high availability", () => {
    let folder: string;
    let kea: Server;
    let exporter: ChildProcess;
    let state = "hot-standby";
    const port = 20_000 + (process.pid % 20_000);

    /** The samples by name and labels; the body of the answer if it is none. */
    const scrape = async (): Promise<Map<string, number> | string> => {
        for (let tries = 0; ; tries++) {
            try {
                const response = await fetch(`http://127.0.0.1:${port}/metrics`);
                const text = await response.text();
                expect(response.headers.get("content-length")).to.equal(`${text.length}`);
                const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
                return response.ok
                    ? new Map(samples.map((line) => [line.replace(/ \S+$/, ""), Number(/\S+$/.exec(line)?.[0])]))
                    : text;
            } catch (error) {
                if (tries === 50) {
                    throw error;
                }
                await sleep(100);
            }
        }
    };

    before(async function () {
        if (!installed("python3")) {
            this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "noc-"));
        const config = join(folder, "kea-dhcp4.conf");
        const subnet4 = [
            { id: 7, subnet: "10.0.0.0/24" },
            { id: 8, subnet: "10.0.1.0/24" },
        ];
        writeFileSync(config, JSON.stringify({ Dhcp4: { subnet4, "lease-database": { type: "memfile" } } }));
        kea = createServer((socket) =>
            socket.once("data", (data) => {
                const { command } = JSON.parse(data.toString()) as { command: string };
                socket.end(JSON.stringify(answers(state)[command] ?? { result: 1, text: "unknown command" }));
            }),
        ).listen(join(folder, "kea.sock"));
        await once(kea, "listening");
        const script = join(__dirname, "chart", "ha-exporter.py");
        exporter = spawn("python3", [script, `${port}`, join(folder, "kea.sock"), config], { stdio: "ignore" });
    });

    after(() => {
        exporter?.kill();
        kea?.close();
        if (folder) {
            rmSync(folder, { recursive: true });
        }
    });

    it("reports the state that Kea is in, as one of all states", async () => {
        const samples = (await scrape()) as Map<string, number>;
        expect(samples.get('kea_ha_state{state="hot-standby"}')).to.equal(1);
        const states = [...samples].filter(([name]) => name.startsWith("kea_ha_state{"));
        expect(states.reduce((sum, [, value]) => sum + value, 0)).to.equal(1);
        expect(states.map(([name]) => name)).to.include('kea_ha_state{state="partner-down"}');
    });

    it("counts the leases of every subnet, declined ones among them, and the packets", async () => {
        const samples = (await scrape()) as Map<string, number>;
        const leases = (subnet: string, id: number, state: string) =>
            samples.get(`kea_ha_leases{subnet="${subnet}",subnet_id="${id}",state="${state}"}`);
        expect(leases("10.0.0.0/24", 7, "assigned")).to.equal(42);
        expect(leases("10.0.0.0/24", 7, "declined")).to.equal(2);
        expect(leases("10.0.1.0/24", 8, "assigned")).to.equal(0);
        expect(samples.get("kea_ha_packets_received_total")).to.equal(120);
        expect(samples.get("kea_ha_clock_seconds")).to.be.closeTo(Date.now() / 1000, 60);
    });

    it("fails the scrape, and goes on, when Kea does not answer or has no state", async () => {
        kea.close();
        await once(kea, "close");
        expect(await scrape()).to.match(/FileNotFoundError|ConnectionRefusedError/);
        kea.listen(join(folder, "kea.sock"));
        await once(kea, "listening");
        state = "waiting";
        expect(((await scrape()) as Map<string, number>).get('kea_ha_state{state="waiting"}')).to.equal(1);
    });
});
