/** Runs the agent of the nodes' path with the real nft and ip, in a network namespace of its own. */
import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { installed, standIn } from "../../tests/support";
import { nftTable, route, table } from "./node-path-config";

const addresses = ["192.0.2.53", "192.0.2.54"];
const script = join(__dirname, "node-path.sh");

/** Whether this user may make network namespaces with nftables in them. */
const able = (): boolean =>
    ["unshare", "nft", "ip"].every(installed) &&
    spawnSync("unshare", ["-rn", "nft", "add table ip noc_test"]).status === 0;

describe("the agent of the nodes' path", () => {
    let folder: string;
    let network: ChildProcess;
    let client: ChildProcess;
    const agents: ChildProcess[] = [];

    before(function () {
        if (!able()) {
            this.skip();
        }
    });

    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "noc-"));
        writeFileSync(
            join(folder, "table.nft"),
            nftTable({
                address: addresses[0],
                furtherAddresses: addresses.slice(1),
                allowFrom: ["192.0.2.0/24", "192.0.2.0/25"],
            }),
        );
        resolverAnswers(true);
        network = spawn("unshare", ["-rn", "sh", "-c", "echo ready; exec sleep 300"], {
            stdio: ["ignore", "pipe", "ignore"],
        });
        await once(network.stdout ?? expect.fail(), "data");
        client = spawn("nsenter", entered("unshare", "-n", "sh", "-c", "echo ready; exec sleep 300"), {
            stdio: ["ignore", "pipe", "ignore"],
        });
        await once(client.stdout ?? expect.fail(), "data");
        inNetwork("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan1", "netns", String(client.pid));
        inNetwork("ip", "address", "add", "192.0.2.10/24", "dev", "lan0");
        inNetwork("ip", "link", "set", "lan0", "up");
        inNetwork("ip", "link", "set", "lo", "up");
        const mac = /link\/ether (\S+)/.exec(inNetwork("ip", "link", "show", "lan0"))?.[1] ?? "";
        atClient("ip", "address", "add", "192.0.2.20/24", "dev", "lan1");
        atClient("ip", "link", "set", "lan1", "up");
        // As MetalLB's answer to ARP does.
        addresses.forEach((address) => atClient("ip", "neigh", "add", address, "lladdr", mac, "dev", "lan1"));
    });

    afterEach(() => {
        agents.splice(0).forEach((agent) => agent.kill("SIGKILL"));
        client.kill("SIGKILL");
        network.kill("SIGKILL");
        rmSync(folder, { recursive: true });
    });

    const enter = ({ pid }: ChildProcess, ...command: string[]) => [
        ...["-t", String(pid), "-U", "-n", "--preserve-credentials"],
        ...command,
    ];
    const entered = (...command: string[]) => enter(network, ...command);
    function run(where: ChildProcess, ...command: string[]): string {
        const { stdout, stderr, status } = spawnSync("nsenter", enter(where, ...command), { encoding: "utf8" });
        expect(status, stderr).to.equal(0);
        return stdout;
    }
    const inNetwork = (...command: string[]) => run(network, ...command);
    const atClient = (...command: string[]) => run(client, ...command);

    /** Sends a packet from the client to the resolver's first address. */
    const query = () => atClient("bash", "-c", `echo > /dev/udp/${addresses[0]}/53`);
    /** The packets that the agent's table has led to this node. */
    const delivered = () =>
        Number(/packets (\d+)/.exec(inNetwork("nft", "list", "counter", "ip", table, "delivered"))?.[1]);

    /** Whether the resolver answers: a program called nslookup stands for it. */
    function resolverAnswers(answers: boolean): void {
        standIn(folder, "nslookup", answers ? "echo 'Address: 127.0.0.1'" : "exit 1");
    }

    function start(nodeIp = "192.0.2.10"): { agent: ChildProcess; log: () => string } {
        const agent = spawn("nsenter", entered("sh", script, join(folder, "table.nft")), {
            env: {
                ...process.env,
                PATH: `${folder}:${process.env.PATH}`,
                TABLE: table,
                MARK: route.mark,
                ROUTE: String(route.number),
                ADDRESSES: addresses.join(" "),
                HEALTH_PORT: "10053",
                NODE_IP: nodeIp,
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let text = "";
        agent.stdout.on("data", (part: Buffer) => (text += part.toString()));
        agents.push(agent);
        return { agent, log: () => text };
    }

    /** The addresses whose queries are led to the resolver. */
    const answered = (): string[] =>
        inNetwork("nft", "list", "set", "ip", table, "answered").match(/192\.0\.2\.\d+(?= expires)/g) ?? [];

    async function until(reached: () => boolean): Promise<void> {
        while (!reached()) {
            await sleep(100);
        }
    }
    const on = () => inNetwork("nft", "list", "tables").includes(table) && answered().length === addresses.length;
    const rules = () => inNetwork("ip", "rule").match(/fwmark 0x2000\/0x2000/g) ?? [];
    const routes = () =>
        inNetwork("ip", "route", "show", "table", "all").match(/local 192\.0\.2\.5\d dev lo table 153/g) ?? [];

    it("leads queries to the resolver while that answers", async () => {
        const { log } = start();
        await until(on);
        expect([rules().length, routes().length]).to.deep.equal([1, 2]);
        expect(inNetwork("nft", "list", "table", "ip", table)).to.contain('iifname "lan0"');
        resolverAnswers(false);
        // At once, and not only when the addresses expire.
        await until(() => log().includes("does not answer"));
        expect(answered()).to.deep.equal([]);
        resolverAnswers(true);
        await until(() => log().endsWith("is on\n"));
        expect(answered()).to.have.members(addresses);
        expect(log().trim().split("\n")).to.deep.equal([
            "the path through the node is on",
            "the path through the node is off: the resolver on this node does not answer",
            "the path through the node is on",
        ]);
    });

    it("leads none any more when it is killed, and starts again on what it has left", async () => {
        const { agent } = start();
        await until(on);
        agent.kill("SIGKILL");
        await until(() => answered().length === 0);
        start();
        await until(on);
        expect([rules().length, routes().length]).to.deep.equal([1, 2]);
    });

    it("removes everything when it is told to stop, the table after the addresses", async () => {
        const { agent, log } = start();
        await until(on);
        agent.kill("SIGTERM");
        await until(() => answered().length === 0);
        await once(agent, "exit");
        expect(inNetwork("nft", "list", "tables")).to.equal("");
        expect([rules(), routes()]).to.deep.equal([[], []]);
        expect(log()).to.contain("is off: this pod ends");
    });

    it("leads them no more when the node's firewall drops them", async () => {
        const { log } = start();
        await until(on);
        query();
        await until(() => delivered() === 1);
        inNetwork(
            "nft",
            "add table ip firewall; add chain ip firewall input { type filter hook input priority filter; }; add rule ip firewall input udp dport 53 drop",
        );
        await until(() => {
            query();
            return log().includes("queries do not arrive");
        });
        expect(answered()).to.deep.equal([]);
        expect(delivered()).to.equal(1);
    });

    it("ends where no interface has the node's address", async () => {
        const { agent, log } = start("192.0.2.99");
        expect(await once(agent, "exit")).to.deep.equal([1, null]);
        expect(log()).to.equal("no interface of the node has its address 192.0.2.99\n");
    });
});
