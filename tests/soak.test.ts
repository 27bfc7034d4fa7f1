import { expect } from "chai";

import { configFiles } from "../components/dns/unbound-config";
import { capacityOf as dhcpCapacity } from "../commands/bench/dhcp-report";
import { capacityOf as dnsCapacity } from "../commands/bench/dns-report";
import { positive } from "../commands/soak";
import { withoutLimit } from "../commands/soak/client-limit";
import { fittedLine, grows, type MemorySample, memoryTrends, samplesIn } from "../commands/soak/memory";
import { halves, minutesOf, type Roll } from "../commands/soak/minutes";
import { rollTimes, settlingOf, type SoakResult } from "../commands/soak/run";
import { judge, soakReport } from "../commands/soak/soak-report";
import { stackSettings } from "../tools/stack-config";

const minute = 60_000;
const mebibyte = 2 ** 20;

describe("soak", () => {
    const measured = (p99: number, lost = 0) => ({ rate: 100, sent: 6000, lost, average: 1, p50: 1, p99, rcodes: {} });
    const roll = (workload: string, from: number, to: number, failed?: string): Roll => ({
        workload,
        began: from * minute,
        ended: to * minute,
        failed,
    });

    /** Memory of one container by minute. */
    const memory = (container: string, pod: string, from: number, to: number, bytes: (at: number) => number) =>
        Array.from({ length: to - from + 1 }, (_, i): MemorySample => {
            const at = (from + i) * minute;
            return { at, container, pod, bytes: bytes(from + i) };
        });

    /** Sixty good minutes with one roll. */
    const good: SoakResult = {
        began: 0,
        ended: 60 * minute,
        settling: 5 * minute,
        steps: Array.from({ length: 60 }, (_, i) => ({ at: i * minute, measured: measured(i === 20 ? 90 : 2) })),
        exchanges: [],
        dns: Array.from({ length: 60 }, (_, i) => ({ sent: i * minute, answered: i * minute + 3, tries: 1 })),
        dhcp: [{ sent: minute, answered: minute + 9, tries: 1 }],
        addressesChanged: 0,
        rolls: [roll("noc/redis", 20.2, 20.8)],
        notRolled: [],
        memory: memory("noc/unbound", "a", 0, 60, () => 50 * mebibyte),
        stolen: [],
        restarts: 0,
        problems: [],
    };
    const missed = (more: Partial<SoakResult>) =>
        judge({ ...good, ...more }, true)
            .filter(({ met }) => !met)
            .map(({ result }) => result);

    describe("memory", () => {
        it("is read from what a kubelet answers, of the stack's namespaces", () => {
            const text = [
                "# TYPE container_memory_working_set_bytes gauge",
                'container_memory_working_set_bytes{container="unbound",namespace="noc",pod="unbound-1"} 1.5e+07 1795317326308',
                'container_memory_working_set_bytes{container="x",namespace="other",pod="x-1"} 3 1795317326308',
                'container_cpu_usage_seconds_total{container="unbound",namespace="noc",pod="unbound-1"} 7 1795317326308',
            ].join("\n");
            expect(samplesIn(text, 4, new Set(["noc"]))).to.deep.equal([
                { at: 4, container: "noc/unbound", pod: "unbound-1", bytes: 1.5e7 },
            ]);
        });

        it("is fitted by the line with the least squares", () => {
            const line = fittedLine([
                [0, 1],
                [1, 2],
                [2, 6],
            ]);
            expect(line).to.deep.equal([0.5, 5.5]);
            expect(fittedLine([[3, 7]])).to.deep.equal([7, 7]);
        });

        it("counts after the first minutes of the run, and of a container that begins later", () => {
            const rising = (from: number) => (at: number) => Math.min(at - from, 5) * 10 * mebibyte + mebibyte;
            const samples = [
                ...memory("noc/unbound", "a", 0, 60, rising(0)),
                ...memory("noc/redis", "b", 10, 60, rising(10)),
            ];
            const trends = memoryTrends(samples, good);
            expect(trends.map(({ from, to }) => [from, to].map((bytes) => Math.round(bytes / mebibyte)))).to.deep.equal(
                [
                    [51, 51],
                    [51, 51],
                ],
            );
        });

        it("counts of the pod that grew most, of those that were there for a third of the run", () => {
            const samples = [
                ...memory("noc/redis", "brief", 0, 20, (at) => at * 9 * mebibyte),
                ...memory("noc/redis", "flat", 0, 60, () => mebibyte),
                ...memory("noc/redis", "growing", 0, 60, (at) => (100 + at) * mebibyte),
            ];
            const [trend, ...others] = memoryTrends(samples, good);
            expect(others).to.deep.equal([]);
            expect(trend).to.deep.include({ pod: "growing", from: 105 * mebibyte, seconds: 55 * 60 });
        });

        it("grows by a tenth or by 8 MiB, whichever is more", () => {
            const trend = (from: number, to: number) =>
                grows({ container: "", pod: "", from: from * mebibyte, to: to * mebibyte, seconds: 1 });
            expect([trend(10, 17), trend(10, 19), trend(200, 219), trend(200, 221)]).to.deep.equal([
                false,
                true,
                false,
                true,
            ]);
        });
    });

    it("sums up minutes, and knows those with a roll and the first ones", () => {
        const [first, second, third] = minutesOf({
            began: 0,
            ended: 2.5 * minute,
            settling: 1000,
            steps: [
                { at: 0, measured: measured(2, 3) },
                { at: 1000, measured: measured(8) },
                { at: minute, measured: measured(5) },
            ],
            requests: [
                { sent: 59_999, tries: 3 },
                { sent: minute, answered: minute + 1, tries: 1 },
            ],
            rolls: [roll("x", 2.1, 2.2)],
            stolen: [
                { at: 15_000, measured: 10 },
                { at: 30_000, measured: 50 },
            ],
        });
        expect(first).to.include({ disturbed: true, p99: 2, sent: 12_000, unanswered: 3, requests: 1, lost: 1 });
        expect([first?.stolen, second?.stolen]).to.deep.equal([30, NaN]);
        expect(second).to.include({ began: minute, disturbed: false, p99: 5, requests: 1, lost: 0 });
        expect(third).to.include({ disturbed: true, sent: 0 });
        expect(third?.p99).to.be.NaN;
    });

    it("compares the halves by their undisturbed minutes", () => {
        const minutes = minutesOf({ ...good, requests: [], steps: good.steps.slice(0, 40) });
        expect(halves(minutes, ({ p99 }) => p99)).to.deep.equal([2, 2]);
        expect(halves(minutes.slice(0, 4), ({ p99 }) => p99)).to.deep.equal([NaN, NaN]);
    });

    it("meets its bars, and names each one that is missed", () => {
        expect(missed({})).to.deep.equal([]);
        const lost = [...good.dns, { sent: minute, tries: 3 }];
        expect(missed({ dns: lost })).to.deep.equal(["1 of 61 lost, 0 repeated, longest 0.0 s"]);
        expect(missed({ addressesChanged: 2 })).to.deep.equal(["2 changed"]);
        expect(missed({ restarts: 1 })).to.deep.equal(["1"]);
        expect(missed({ notRolled: ["noc/kea"] })).to.deep.equal(["noc/kea not begun"]);
        expect(missed({ rolls: [roll("noc/kea", 6, 9, "not ready")] })).to.deep.equal(["noc/kea failed"]);
        expect(missed({ steps: [{ at: 10 * minute, measured: measured(2, 60) }] })).to.include("60 of 6000, 1.000 %");
        const slower = good.steps.map(({ at }) => ({ at, measured: measured(at > 30 * minute ? 4 : 2) }));
        expect(missed({ steps: slower })).to.deep.equal(["2.00 ms, then 4.00 ms"]);
        const growing = memory("noc/unbound", "a", 0, 60, (at) => at * mebibyte);
        expect(missed({ memory: growing })).to.deep.equal(["noc/unbound"]);
    });

    it("meets no bar on what was not measured", () => {
        expect(missed({ dns: [], dhcp: [], steps: [], memory: [], rolls: [] })).to.have.length(6);
    });

    it("asks a single DHCP server only to keep the leases", () => {
        const dhcp = [{ sent: minute, tries: 3 }];
        const unmet = (redundant: boolean) => judge({ ...good, dhcp }, redundant).filter(({ met }) => !met).length;
        expect([unmet(true), unmet(false)]).to.deep.equal([1, 0]);
    });

    it("is a page with the bars, the memory, the rolls and pictures of them", () => {
        const options = { command: "npm run soak", conditions: {}, rate: 100, names: 9, redundant: true };
        const { tables, pictures, data } = soakReport({ ...good, problems: ["sampling: no answer"] }, options);
        expect(tables.map(({ title }) => title)).to.deep.equal(["Bars", "Memory", "Rolls", "What else failed"]);
        expect(tables[1]?.rows).to.deep.equal([["noc/unbound", "50.0", "50.0", "0.0", "55"]]);
        expect(tables[2]?.rows).to.deep.equal([["noc/redis", "20.2", "36", "90.00", "0", "0"]]);
        expect(pictures.map(({ name }) => name)).to.deep.equal(["soak-latency", "soak-lost", "soak-memory"]);
        expect(pictures[0]?.svg).to.contain("noc/redis");
        expect(JSON.stringify(data).length).to.be.below(20_000);
    });

    it("tells the minutes in which other virtual machines took the CPU from the others", () => {
        const options = { command: "npm run soak", conditions: {}, rate: 100, names: 9, redundant: true };
        const stolen = good.steps.map(({ at }) => ({ at, measured: at < 30 * minute ? 5 : 60 }));
        const steps = good.steps.map(({ at }) => ({
            at,
            measured: at < 30 * minute ? measured(2) : measured(90, 7),
        }));
        const { tables, pictures } = soakReport({ ...good, steps, stolen }, options);
        const [head, ...rows] = tables.find(({ title }) => title.startsWith("CPU time"))?.rows ?? [];
        expect(head).to.deep.equal(["0 to 10", "24", "2.00", "144000", "0", "0"]);
        expect(rows).to.deep.equal([["50 to 100", "30", "90.00", "180000", "210", "0"]]);
        expect(pictures.map(({ name }) => name)).to.include("soak-stolen");
    });

    it("spreads the rolls over the run, and begins none while caches still fill", () => {
        expect(rollTimes(5, 60).map((time) => time / minute)).to.deep.equal([5, 15, 25, 35, 45]);
        expect(rollTimes(2, 4).map((time) => time / minute)).to.deep.equal([0.5, 2]);
        expect(settlingOf(600)).to.equal(5 * minute);
    });

    it("loads with half of what the benchmarks have measured", () => {
        const limited = [{ ...measured(1), offered: 900, rate: 900, lost: 0 }];
        const result = {
            replicas: 2,
            round: 0,
            side: "stack" as const,
            peak: measured(1),
            limited,
            unknown: measured(1),
        };
        expect([dnsCapacity([result], 2), dnsCapacity([result], 3)]).to.deep.equal([900, NaN]);
        expect(dhcpCapacity([])).to.be.NaN;
    });

    it("refuses a number that is none, and says what to write", () => {
        expect(() => positive("--minutes", "x")).to.throw("--minutes x is not a positive integer; write --minutes 10");
        expect(() => positive("--rate", undefined))
            .to.throw("--rate is missing")
            .with.property("message")
            .that.contains("write --rate 1000");
    });

    it("switches off the limit for one client in Unbound's file, and nothing else", () => {
        const { dns } = stackSettings("homelab");
        const config = configFiles(dns)["unbound.conf"] ?? "";
        const changed = withoutLimit(config).split("\n");
        const lines = config.split("\n").filter((line, i) => line !== changed[i]);
        expect(lines).to.deep.equal([`  ip-ratelimit: ${dns.clientQueryLimit}`]);
        expect(changed).to.include("  ip-ratelimit: 0");
    });
});
