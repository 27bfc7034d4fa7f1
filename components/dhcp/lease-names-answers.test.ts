/** What the chart's lease-names/main.py answers, from a stand-in of Kea's control socket. */
import { expect } from "chai";
import { decode, encode, RECURSION_DESIRED } from "dns-packet";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installed } from "../../tests/support";
import { Answers, config, program } from "./lease-names-client";

interface Lease {
    "ip-address": string;
    "hw-address": string;
    "client-id"?: string;
    hostname: string;
    state: number;
    cltt: number;
    "valid-lft": number;
}

interface Command {
    command: string;
    arguments: Record<string, string>;
}

const now = () => Math.floor(Date.now() / 1000);
const lease = (address: string, client: number, hostname: string, more: Partial<Lease> = {}): Lease => ({
    "ip-address": address,
    "hw-address": `02:00:00:00:00:${client.toString(16).padStart(2, "0")}`,
    hostname,
    state: 0,
    cltt: now(),
    "valid-lft": 600,
    ...more,
});

describe("answers for host names of leases", () => {
    let folder: string;
    let kea: Server;
    let answers: Answers;
    let leases: Lease[] = [];
    let state = "hot-standby";
    let asked = 0;

    const reply = ({ command, arguments: { hostname, "ip-address": address } }: Command): object => {
        const found = leases.filter((one) =>
            hostname === undefined ? one["ip-address"] === address : one.hostname === hostname.toLowerCase(),
        );
        const status = { "high-availability": [{ "ha-servers": { local: { state } } }] };
        return {
            "status-get": { result: 0, arguments: status },
            "lease4-get": { result: found[0] ? 0 : 3, arguments: found[0] },
            "lease4-get-by-hostname": { result: found.length > 0 ? 0 : 3, arguments: { leases: found } },
        }[command] as object;
    };

    before(async function () {
        if (!installed("python3")) {
            this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "noc-"));
        kea = createServer((socket) =>
            // The process closes a connection that takes too long.
            socket
                .on("error", () => undefined)
                .once("data", (data) => {
                    asked++;
                    socket.end(JSON.stringify(reply(JSON.parse(data.toString()) as Command)));
                }),
        ).listen(join(folder, "kea.sock"));
        await once(kea, "listening");
        const hooks = { "hooks-libraries": [{ library: "/hooks/libdhcp_ha.so" }] };
        answers = await Answers.start(folder, join(folder, "kea.sock"), config(hooks), 0);
    });
    beforeEach(() => {
        leases = [];
        state = "hot-standby";
    });
    after(() => {
        answers?.stop();
        kea?.close();
        if (folder) {
            rmSync(folder, { recursive: true });
        }
    });

    it("give the address and the name, in any case, over UDP and TCP", async () => {
        leases = [lease("10.0.0.20", 1, "laptop")];
        expect(await answers.to("LapTop.Home.Arpa")).to.equal("NOERROR 10.0.0.20");
        expect(await answers.to("laptop.home.arpa", "A", true)).to.equal("NOERROR 10.0.0.20");
        expect(await answers.to("20.0.0.10.in-addr.arpa", "PTR")).to.equal("NOERROR laptop.home.arpa");
    });

    it("know names in all forms that Kea stores, and only those directly in the domain", async () => {
        leases = ["one", "two.", "three.home.arpa", "four.home.arpa.", "a.b", "b.home.arpa.example"].map((name, i) =>
            lease(`10.0.0.3${i}`, i, name),
        );
        const found = await Promise.all(["one", "two", "three", "four"].map((name) => answers.to(`${name}.home.arpa`)));
        expect(found).to.deep.equal([0, 1, 2, 3].map((i) => `NOERROR 10.0.0.3${i}`));
        expect(await answers.to("a.b.home.arpa")).to.equal("NXDOMAIN");
        expect(await answers.to("35.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
    });

    it("say NXDOMAIN for an unknown name, and NOERROR without data for another type", async () => {
        leases = [lease("10.0.0.40", 1, "typed")];
        expect(await answers.to("unknown.home.arpa")).to.equal("NXDOMAIN");
        expect(await answers.to("typed.home.arpa", "AAAA")).to.equal("NOERROR");
        expect(await answers.to("0.10.in-addr.arpa", "PTR")).to.equal("REFUSED");
        expect(await answers.to("41.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
        expect(await answers.to("home.arpa", "NS")).to.match(/^NOERROR /);
        expect(await answers.to("home.arpa")).to.equal("NOERROR");
        expect(await answers.to("example.com")).to.equal("REFUSED");
    });

    for (const [title, more] of [
        ["has expired", { cltt: now() - 601 }],
        ["was released", { "valid-lft": 0 }],
        ["was released (Kea 3)", { state: 3 }],
        ["was declined", { state: 1 }],
    ] as [string, Partial<Lease>][]) {
        it(`know nothing of a lease that ${title}`, async () => {
            const name = title.replace(/\W/g, "");
            leases = [lease("10.0.0.50", 1, name, more)];
            expect(await answers.later(`${name}.home.arpa`)).to.equal("NXDOMAIN");
            expect(await answers.to("50.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
        });
    }

    it("end with the lease", async () => {
        leases = [lease("10.0.0.51", 1, "gone")];
        expect(await answers.to("gone.home.arpa")).to.equal("NOERROR 10.0.0.51");
        leases = [];
        expect(await answers.later("gone.home.arpa")).to.equal("NXDOMAIN");
    });

    it("give no client a name that is taken, neither as its name nor for its address", async () => {
        leases = [lease("10.0.0.60", 1, "wpad"), lease("10.0.0.61", 2, "ns.home.arpa.")];
        expect(await answers.to("wpad.home.arpa")).to.equal("NXDOMAIN");
        expect(await answers.to("60.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
        expect(await answers.to("61.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
    });

    it("give a reserved name to its client only", async () => {
        leases = [lease("10.0.0.62", 1, "printer")];
        expect(await answers.to("printer.home.arpa")).to.equal("NXDOMAIN");
        leases = [lease("10.0.0.62", 1, "printer"), lease("10.0.0.10", 2, "printer")];
        expect(await answers.later("printer.home.arpa")).to.equal("NOERROR 10.0.0.10");
        expect(await answers.to("62.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
    });

    it("leave a name to the client that had it first, until its lease ends", async () => {
        const [first, second] = [lease("10.0.0.70", 1, "mine"), lease("10.0.0.71", 2, "mine.home.arpa.")];
        leases = [first];
        expect(await answers.to("mine.home.arpa")).to.equal("NOERROR 10.0.0.70");
        leases = [second, first];
        expect(await answers.later("mine.home.arpa")).to.equal("NOERROR 10.0.0.70");
        expect(await answers.to("71.0.0.10.in-addr.arpa", "PTR")).to.equal("NXDOMAIN");
        leases = [second];
        expect(await answers.later("mine.home.arpa")).to.equal("NOERROR 10.0.0.71");
    });

    it("give a name to nobody that two clients have when it is first asked for", async () => {
        leases = [lease("10.0.0.72", 1, "both"), lease("10.0.0.73", 2, "both")];
        expect(await answers.to("both.home.arpa")).to.equal("NXDOMAIN");
        expect((await answers.metrics()).get("kea_names_disputed_total")).to.be.above(0);
    });

    it("follow a client to its newest lease", async () => {
        const id = { "client-id": "01:02:03" };
        leases = [
            lease("10.0.0.75", 1, "moved", id),
            lease("10.0.0.74", 1, "moved", { ...id, "hw-address": "02:ff:00:00:00:01", cltt: now() - 60 }),
        ];
        expect(await answers.to("moved.home.arpa")).to.equal("NOERROR 10.0.0.75");
    });

    it("ask Kea once for questions at the same time, and not at all for names that no client can have", async () => {
        asked = 0;
        await Promise.all(Array.from({ length: 20 }, () => answers.to("many.home.arpa")));
        const together = asked;
        expect(together).to.be.below(20 * 5);
        await Promise.all(["_x.home.arpa", "a.b.c.home.arpa", "-a.home.arpa"].map((name) => answers.to(name)));
        expect(asked).to.equal(together);
    });

    it("say SERVFAIL while a server has not got all leases yet, and while Kea is away", async () => {
        state = "syncing";
        expect(await answers.to("syncing.home.arpa")).to.equal("SERVFAIL");
        expect((await answers.metrics()).get("kea_names_up")).to.equal(0);
        state = "partner-down";
        expect(await answers.later("syncing.home.arpa")).to.equal("NXDOMAIN");
        expect((await answers.metrics()).get("kea_names_up")).to.equal(1);

        kea.close();
        await once(kea, "close");
        expect(await answers.to("away.home.arpa")).to.equal("SERVFAIL");
        kea.listen(join(folder, "kea.sock"));
        await once(kea, "listening");
        expect(await answers.later("away.home.arpa")).to.equal("NXDOMAIN");
    });

    it("ask Kea 200 questions a second at most", () => {
        const script = [
            "from leases import Leases",
            'leases = Leases("", "home.arpa", [], {"subnet4": []})',
            "now = leases.filled",
            "print([sum(leases.allowed(now + second) for _ in range(1000)) for second in (0, 1, 1.5, 10)])",
        ].join("\n");
        const { stdout } = spawnSync("python3", ["-B", "-c", script], { cwd: program, encoding: "utf8" });
        expect(stdout.trim()).to.equal("[200, 200, 100, 200]");
    });

    const header = (counts: number[], flags = RECURSION_DESIRED) =>
        Buffer.from([0, 1, flags >> 8, flags & 255, ...counts.flatMap((count) => [0, count])]);
    const one = [1, 0, 0, 0];
    const type = Buffer.from([0, 1, 0, 1]);
    for (const [title, message, code] of [
        ["nothing", Buffer.alloc(0), undefined],
        ["half a header", header(one).subarray(0, 7), undefined],
        ["an answer", header(one, 0x8000), undefined],
        ["a header alone", header(one), 1],
        ["no question", header([0, 0, 0, 0]), 1],
        ["two questions", header([2, 0, 0, 0]), 1],
        ["a truncated name", Buffer.concat([header(one), Buffer.from([9, 97])]), 1],
        ["a name that points to itself", Buffer.concat([header(one), Buffer.from([0xc0, 12]), type]), 1],
        ["a label of a reserved kind", Buffer.concat([header(one), Buffer.from([0x80, 1, 0]), type]), 1],
        ["a name of 300 bytes", Buffer.concat([header(one), Buffer.alloc(300, 1), Buffer.from([0]), type]), 1],
        ["a name without a type", Buffer.concat([header(one), Buffer.from([1, 97, 0])]), 1],
        ["the root", Buffer.concat([header(one), Buffer.from([0]), type]), 5],
        ["an update", Buffer.concat([header(one, 0x2800), Buffer.from([0]), type]), 4],
        ["a zone transfer", encode({ type: "query", id: 1, questions: [{ type: "AXFR", name: "home.arpa" }] }), 5],
        [
            "another class",
            encode({ type: "query", id: 1, questions: [{ type: "A", name: "home.arpa", class: "CH" }] }),
            5,
        ],
    ] as [string, Buffer, number | undefined][]) {
        it(`${code === undefined ? "ignore" : `answer with code ${code} to`} ${title}`, async () => {
            expect(await answers.code(message)).to.equal(code);
        });
    }

    it("go on after any bytes, over UDP and TCP", async () => {
        const question = encode({ type: "query", id: 1, questions: [{ type: "A", name: "fuzz.home.arpa" }] });
        for (let i = 0; i < 300; i++) {
            const bytes = Buffer.from(question);
            bytes[(i * 7) % bytes.length] = (i * 31) % 256;
            await answers.code(bytes.subarray(0, i % 3 ? bytes.length : i % bytes.length));
        }
        expect(await answers.overTcp(Buffer.from([0]))).to.have.length(0);
        expect(await answers.overTcp(Buffer.from([255, 255, 1, 2, 3]))).to.have.length(0);
        const twice = Buffer.concat([Buffer.from([0, question.length]), question]);
        expect(decode((await answers.overTcp(Buffer.concat([twice, twice]))).subarray(2)).id).to.equal(1);
        expect(await answers.to("home.arpa", "SOA")).to.match(/^NOERROR /);
    });
});
