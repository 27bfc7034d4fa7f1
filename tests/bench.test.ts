import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bareUnbound } from "../commands/bench/bare-unbound";
import { barChart, lineChart, ticks } from "../commands/bench/chart";
import { waveChain } from "../commands/bench/deploy-report";
import { bareKea, clientsOf } from "../commands/bench/dhcp";
import { dhcpReport, type DhcpResult } from "../commands/bench/dhcp-report";
import { dnsperfArguments, parseDnsperf } from "../commands/bench/dnsperf";
import { cachedTable, type DnsResult, ratioToBare } from "../commands/bench/dns-report";
import { dropped, parsePerfdhcp, perfdhcpArguments } from "../commands/bench/perfdhcp";
import { geometric, highest, rising } from "../commands/bench/rates";
import { commandLine, indexPage, markdownTable, page, stolenShare } from "../commands/bench/report";
import { withRestore } from "../commands/bench/restore";
import { bareScript, runTool, startBare } from "../commands/bench/run-tool";
import { median, quantile, shown } from "../commands/bench/statistics";
import type { Step } from "../commands/progress/events";
import { titleOf } from "../commands/progress/events";
import { stackSettings } from "../tools/stack-config";
import { messageFrom } from "./support";

const dnsperf = `> NOERROR n1.example.com A 0.002000
> NOERROR n2.example.com A 0.004000
> NXDOMAIN n3.example.com A 0.010000
> T n4.example.com A
Statistics:

  Queries sent:         4
  Queries completed:    3 (75.00%)
  Queries lost:         1 (25.00%)

  Run time (s):         1.000225
  Queries per second:   2.999325

  Average Latency (s):  0.005333 (min 0.002000, max 0.010000)
`;

const exchange = (title: string, sent: number, drops: number, delay: string) => `***Statistics for: ${title}***
sent packets: ${sent}
received packets: ${sent - drops}
drops: ${drops}
drops ratio: ${(100 * drops) / sent} %
min delay: 0.1 ms
avg delay: ${delay}
`;
const perfdhcp =
    "Rate: 111.221 4-way exchanges/second, expected rate: 200\n\n" +
    exchange("DISCOVER-OFFER", 600, 10, "283.842 ms") +
    exchange("REQUEST-ACK", 300, 0, "8.5 ms") +
    exchange("REQUEST-ACK (renewal)", 100, 40, "min delay: n/a");

describe("benchmarks", () => {
    describe("dnsperf", () => {
        it("is read: rate, losses, quantiles in milliseconds, response codes", () => {
            expect(parseDnsperf({ code: 0, output: dnsperf })).to.deep.equal({
                rate: 2.999325,
                sent: 4,
                lost: 1,
                average: 5.333,
                p50: 4,
                p99: 10,
                rcodes: { NOERROR: 2, NXDOMAIN: 1 },
            });
        });

        it("is an error without statistics", () => {
            expect(() => parseDnsperf({ code: 1, output: "x\nError: no such server\n" })).to.throw(
                "dnsperf has failed: x Error: no such server",
            );
        });

        it("repeats the names at a limited rate, or asks for each once", () => {
            expect(dnsperfArguments({ server: "192.0.2.1", rate: 100.4, seconds: 3 }).join(" ")).to.contain(
                "-l 3 -Q 100",
            );
            expect(dnsperfArguments({ server: "192.0.2.1" }).join(" "))
                .to.contain("-n 1")
                .and.not.contain("-Q");
        });

        it("uses enough sockets for every thread of the server", () => {
            const args = dnsperfArguments({ server: "192.0.2.1" });
            expect(Number(args[args.indexOf("-c") + 1])).to.be.at.least(20);
        });
    });

    describe("perfdhcp", () => {
        const measured = parsePerfdhcp({ code: 3, output: perfdhcp });

        it("is read: each exchange, and renewals apart from requests", () => {
            expect(measured).to.deep.equal({
                rate: 111.221,
                discover: { sent: 600, drops: 10, delay: 283.842 },
                request: { sent: 300, drops: 0, delay: 8.5 },
                renewal: { sent: 100, drops: 40, delay: NaN },
            });
        });

        it("counts all drops, and everything as dropped if nothing was sent", () => {
            expect(dropped(measured)).to.equal(0.05);
            const none = { sent: 0, drops: 0, delay: NaN };
            expect(dropped({ rate: 0, discover: none, request: none })).to.equal(1);
        });

        it("is an error without statistics", () => {
            expect(() => parsePerfdhcp({ code: 1, output: "ERROR: Failed to bind socket" })).to.throw("Failed to bind");
        });

        it("sends renewals in addition", () => {
            const run = { server: "192.0.2.1", relay: "192.0.2.9", rate: 50, renewals: 50, clients: 20, seconds: 4 };
            expect(perfdhcpArguments(run).join(" ")).to.equal(
                "-4 -l 192.0.2.9 -r 50 -R 20 -p 4 -f 50 -W 1000000 192.0.2.1",
            );
        });
    });

    describe("rates", () => {
        it("rise until one loses too much, and the highest of the others counts", async () => {
            const tried = await rising([10, 20, 30, 40], 0.01, (rate) =>
                Promise.resolve({ rate, lost: rate >= 30 ? 0.01 : 0 }),
            );
            expect(tried.map(({ rate }) => rate)).to.deep.equal([10, 20, 30]);
            expect(highest(tried, 0.01)?.rate).to.equal(20);
            expect(highest<{ rate: number; lost: number }>([], 0.01)).to.equal(undefined);
        });

        it("are tried again before they count as too high", async () => {
            let losses = 1;
            const tried = await rising(
                [10, 20],
                0.01,
                (rate) => Promise.resolve({ rate, lost: losses-- > 0 ? 1 : 0 }),
                1,
            );
            expect(tried).to.deep.equal([
                { rate: 10, lost: 0 },
                { rate: 20, lost: 0 },
            ]);
        });

        it("grow by a factor", () => {
            expect([...geometric(100, 400, 2)]).to.deep.equal([100, 200, 400]);
        });
    });

    describe("reports", () => {
        it("say how much CPU time other virtual machines took", () => {
            const before = "cpu  100 0 50 800 10 0 5 35 0 0\ncpu0 1 2 3\n";
            expect(stolenShare(before, "cpu  140 0 60 830 10 0 5 55 0 0\ncpu0 1 2 3\n")).to.equal(20);
            expect(stolenShare(before, before)).to.equal(0);
        });

        const measurement = { rate: 0, sent: 100, lost: 0, average: 1, p50: 1, p99: 2, rcodes: {} };
        const result = (replicas: number, round: number, side: "stack" | "bare", rate: number): DnsResult => ({
            replicas,
            round,
            side,
            peak: { ...measurement, rate: rate * 2 },
            limited: [
                { ...measurement, rate, offered: rate, lost: 0 },
                { ...measurement, rate: rate * 1.5, offered: rate * 2, lost: 0.001 },
            ],
            unknown: measurement,
        });
        const results = [
            result(1, 0, "stack", 50),
            result(1, 0, "bare", 100),
            result(1, 1, "stack", 80),
            result(1, 1, "bare", 100),
            result(1, 2, "stack", 70),
            result(1, 2, "bare", 100),
            result(3, 0, "stack", 140),
        ];

        it("compare only runs of one round", () => {
            expect(ratioToBare(results, 1, ({ peak }) => peak.rate)).to.equal(0.7);
            expect(ratioToBare(results, 3, ({ peak }) => peak.rate)).to.be.NaN;
        });

        it("count the highest rate below the allowed loss, beside the peak", () => {
            const [one, three, bare] = cachedTable(results).rows;
            expect(one).to.deep.equal(["1", "70", "1.00", "1.00", "2.00", "0.000", "0.70", "140", "0.70", "1.00"]);
            expect([three?.[0], three?.[1], three?.[8], three?.[9]]).to.deep.equal(["3", "140", "-", "2.00"]);
            expect(bare?.slice(0, 2)).to.deep.equal(["bare Unbound", "100"]);
        });

        it("say for DHCP what each side reaches", () => {
            const parts = { discover: measured(0), request: measured(0) };
            const tries = (rate: number): DhcpResult["tried"] => [
                { ...parts, rate, offered: rate, lost: 0.02 },
                { ...parts, rate: rate * 2, offered: rate * 2, lost: 0.03 },
            ];
            const [table] = dhcpReport(
                [
                    { round: 0, kind: "leases", side: "stack", tried: tries(90) },
                    { round: 0, kind: "leases", side: "bare", tried: tries(100) },
                ],
                { command: "x", conditions: {}, clients: 20, seconds: 4 },
            ).tables;
            expect(table?.rows[0]).to.deep.equal(["leases, stack", "90", "3.0", "2.00", "0.90"]);
        });
        const measured = (drops: number) => ({ sent: 100, drops, delay: 3 });

        it("are pages that begin with the command", () => {
            const text = page({
                name: "dns",
                title: "DNS",
                command: "npm run bench:dns",
                description: ["How."],
                conditions: { cores: "2" },
                tables: [{ title: "T", head: ["a", "b"], rows: [["x|y", "1"]] }],
                pictures: [{ name: "p", title: "P", svg: "" }],
                data: {},
            });
            expect(text).to.contain(
                "# DNS\n\n```sh\nnpm run bench:dns\n```\n\nHow.\n\n| measured on |  |\n| --- | ---: |\n| cores | 2 |",
            );
            expect(text).to.contain("## T\n\n| a | b |\n| --- | ---: |\n| x\\|y | 1 |").and.contain("![P](p.svg)");
        });

        it("are summed up by the first table and picture of each", () => {
            const reports = ["dhcp", "dns"].map((name) => ({
                name,
                title: name.toUpperCase(),
                command: `npm run bench:${name}`,
                conditions: { cores: "2", date: "today" },
                tables: [
                    { title: "T", head: ["a"], rows: [[name]] },
                    { title: "U", head: ["unseen"], rows: [] },
                ],
                pictures: [{ name: `${name}-picture`, title: "P" }],
                data: {},
            }));
            const text = indexPage(reports);
            expect(text).to.contain(
                "## [DNS](dns.md)\n\n```sh\nnpm run bench:dns\n```\n\ncores: 2; date: today\n\n| a |\n| --- |\n| dns |",
            );
            expect(text).to.contain("![P](dhcp-picture.svg)").and.not.contain("unseen");
        });

        it("quote the arguments of the command", () => {
            expect(commandLine("bench:dns", ["--bare", "ip netns exec bare"])).to.equal(
                "npm run bench:dns -- --bare 'ip netns exec bare'",
            );
            expect(commandLine("bench:deploy", [])).to.equal("npm run bench:deploy");
            expect(markdownTable({ head: ["a"], rows: [] })).to.equal("| a |\n| --- |");
        });
    });

    it("quantiles are values that were measured", () => {
        expect([quantile([3, 1, 2, 4], 0.5), quantile([3, 1, 2, 4], 0.99), median([5])]).to.deep.equal([2, 4, 5]);
        expect(shown(median([]))).to.equal("-");
    });

    it("pictures keep within their frame and escape what they are given", () => {
        expect(ticks(83)).to.deep.equal([0, 20, 40, 60, 80, 100]);
        const line = lineChart({
            title: "a < b & c",
            x: "x",
            y: "y",
            series: [
                {
                    name: "s",
                    points: [
                        [0, 0],
                        [10, 5],
                    ],
                },
            ],
        });
        expect(line).to.contain("a &lt; b &amp; c").and.contain('points="70,350 560,40"');
        const bar = barChart({ title: "t", x: "x", bars: [{ label: "l", from: 2, to: 5, mark: 4 }] });
        expect(bar).to.contain('x="518"').and.contain("#c2410c");
    });

    describe("the chain of a destroy", () => {
        const step = (name: string, started: number, finished: number): Step => ({
            urn: `urn:pulumi:poc::noc::kubernetes:core/v1:Namespace::${name}`,
            op: "delete",
            inputs: {},
            started,
            finished,
        });

        it("goes back from the last step to the one that each waited for", () => {
            const steps = [step("a", 0, 10), step("b", 0, 4), step("c", 10, 12), step("d", 10, 30), step("e", 31, 32)];
            expect(waveChain(steps).map(({ urn }) => titleOf(urn).slice(-1))).to.deep.equal(["a", "d", "e"]);
        });

        it("ends where a step took no time", () => {
            expect(waveChain([step("a", 5, 5)])).to.have.length(1);
            expect(waveChain([])).to.deep.equal([]);
        });
    });

    describe("what is compared with", () => {
        const { dns, dhcp } = stackSettings("homelab");

        it("is an Unbound with the stack's settings, without Redis, limit and control socket", () => {
            const { files } = bareUnbound(dns, "192.0.2.1");
            const conf = files["unbound.conf"] ?? "";
            expect(conf).to.contain("interface: 192.0.2.1").and.contain("port: 53\n").and.contain("num-threads: 1");
            expect(conf).to.contain('module-config: "validator iterator"').and.contain('trust-anchor: ". IN DS 20326');
            expect(conf).not.to.match(/ip-ratelimit|cachedb|\/config|control-interface|trust-anchor-file/);
        });

        it("is a Kea with the stack's subnets, with leases in its own folder", () => {
            const text = bareKea(dhcp, "192.0.2.1").files["kea-dhcp4.conf"] ?? "";
            const { Dhcp4 } = JSON.parse(text) as { Dhcp4: Record<string, unknown> };
            expect(Dhcp4).not.to.have.property("control-sockets");
            expect(Dhcp4["lease-database"]).to.include({ type: "memfile", name: "leases.csv" });
            expect(Dhcp4.subnet4).to.have.length(dhcp.subnets.length);
        });

        it("has as many clients as half of the pool, and needs a relay in a subnet", () => {
            const subnets = [
                { ...stackSettings("homelab").dhcp.subnets[0], pools: ["192.168.122.160-192.168.122.199"] },
            ];
            expect(clientsOf({ subnets } as never, "192.168.122.200")).to.equal(20);
            expect(() => clientsOf({ subnets } as never, "192.0.2.1")).to.throw("--relay 192.0.2.1 is in none of");
        });

        it("is started with its files in a folder, and leaves nothing behind", async () => {
            const folder = mkdtempSync(join(tmpdir(), "noc-bare-test-"));
            const seen = join(folder, "seen");
            try {
                const files = { "a.conf": "first\n", "b.conf": "ä second" };
                const command = `sh -c 'cat a.conf b.conf >${seen}; pwd >>${seen}; exec sleep 60'`;
                const stop = await startBare({ prefix: ["env", `TMPDIR=${folder}`], files, command, start: 300 });
                await stop();
                const [first, second = ""] = readFileSync(seen, "utf8").split("\n");
                expect(first).to.equal("first");
                expect(second.startsWith("ä second")).to.equal(true);
                expect(readdirSync(folder)).to.deep.equal(["seen"]);
            } finally {
                rmSync(folder, { recursive: true });
            }
        });

        it("is refused if it ends at once", async () => {
            const message = await messageFrom(startBare({ prefix: [], files: {}, command: "false", start: 5000 }));
            expect(message).to.contain("ended at once");
        });

        it("writes no file outside its folder", () => {
            expect(bareScript({ files: { x: "abc" }, command: "server" })).to.contain(
                "head -c 3 >x\nexec 3<&0\nserver >&2 &",
            );
        });
    });

    describe("what was changed", () => {
        it("is undone in reverse, also if the work fails, and the work's error stands", async () => {
            const done: string[] = [];
            const undo = (name: string) => async () => {
                done.push(name);
                await Promise.resolve();
            };
            const message = await messageFrom(
                withRestore((undoLater) => {
                    undoLater("a", undo("a"));
                    undoLater("b", () => Promise.reject(new Error("cannot")));
                    undoLater("c", undo("c"));
                    return Promise.reject(new Error("the work failed"));
                }),
            );
            expect([done, message]).to.deep.equal([["c", "a"], "the work failed"]);
        });

        it("is undone after a signal", async () => {
            const done: string[] = [];
            const message = await messageFrom(
                withRestore(async (undoLater) => {
                    undoLater("a", async () => {
                        done.push("a");
                        await Promise.resolve();
                    });
                    process.emit("SIGTERM", "SIGTERM");
                    await new Promise((resolve) => setTimeout(resolve, 10_000).unref());
                }),
            );
            expect([done, message]).to.deep.equal([["a"], "interrupted by SIGTERM; what was changed is restored"]);
        });

        it("is undone after an error that nothing catches", async () => {
            const done: string[] = [];
            const message = await messageFrom(
                withRestore(async (undoLater) => {
                    undoLater("a", async () => {
                        done.push("a");
                        await Promise.resolve();
                    });
                    // Emitted, it would reach the test runner as well.
                    process.listeners("uncaughtException").at(-1)?.(new Error("socket"), "uncaughtException");
                    await new Promise((resolve) => setTimeout(resolve, 10_000).unref());
                }),
            );
            expect([done, message]).to.deep.equal([["a"], "socket"]);
        });

        it("is said if it could not be undone", async () => {
            const message = await messageFrom(
                withRestore((undoLater) => {
                    undoLater("scaling back", () => Promise.reject(new Error("no API server")));
                    return Promise.resolve();
                }),
            );
            expect(message).to.contain("1 of 1 changes could not be undone");
        });
    });

    it("a program that is missing is named", async () => {
        expect(await messageFrom(runTool("no-such-program", []))).to.equal(
            "no-such-program is not installed; install it to measure",
        );
    });
});
