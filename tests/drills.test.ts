import { expect } from "chai";
import { decode } from "dns-packet";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { floodArguments } from "../commands/bench/dnsperf";
import { changeField, valueAtPointer } from "../commands/drill/change";
import { encodeQuery, isGood, resolverFor } from "../commands/drill/dns-load";
import { barsText, drillReport, problemsOf, verdict } from "../commands/drill/drill-report";
import { failures } from "../commands/drill/failures";
import { harmlessChanges } from "../commands/drill/killed-up";
import { barText, exceeded, outcomeOf, type Sample } from "../commands/drill/outcome";
import { mutated } from "../commands/drill/packets";
import { blackHole, recordsWithoutExpiry } from "../commands/drill/redis-failures";
import { isHotStandby } from "../commands/drill/stack";
import { notInstalled } from "../commands/drill/upgrade";
import { hasAllPods, isOnAllNodes } from "../commands/drill/workloads";
import type { Cluster } from "../tools/cluster";
import { projectFolder, stackSettings } from "../tools/stack-config";
import { problemsWith, resource, stackRun } from "./support";

describe("drills", () => {
    const sample = (sent: number, answered: number | undefined, tries = 1): Sample => ({ sent, answered, tries });
    const samples = [
        sample(500, undefined, 3),
        sample(1000, 1002),
        sample(2000, 3001, 2),
        sample(2500, undefined, 3),
        sample(3000, 3004),
    ];

    it("count what was lost or repeated since the failure, and how long that lasted", () => {
        expect(outcomeOf(samples, 1000)).to.deep.equal({
            requests: 4,
            repeated: 1,
            lost: 1,
            p99: 1001,
            longest: 1.001,
            outage: 1.5,
        });
        expect(outcomeOf(samples.slice(4), 1000)).to.include({ lost: 0, repeated: 0, outage: 0, longest: 0.004 });
        expect(outcomeOf([], 1000).p99).to.be.NaN;
        const hour = Array.from({ length: 400_000 }, (_, i) => sample(i, i + 5));
        expect(outcomeOf(hour, 0)).to.include({ requests: 400_000, longest: 0.005 });
    });

    it("compare with the bar, where nothing measured is not enough", () => {
        const outcome = outcomeOf(samples, 1000);
        expect(exceeded(outcome, { lost: 0, outage: 1, p99: 50 })).to.deep.equal([
            "1 lost",
            "outage 1.5 s",
            "p99 1001 ms",
        ]);
        expect(exceeded(outcome, { longest: 1 })).to.deep.equal(["an answer after 1.0 s"]);
        expect(exceeded(outcome, { lost: 1, outage: 1.5, longest: 1.1 })).to.deep.equal([]);
        expect(exceeded(outcomeOf([], 0), { p99: 50 })).to.have.length(1);
        expect(barText({ lost: 0, p99: 50 })).to.equal("0 lost, p99 50 ms");
    });

    it("name a changed lease, and a restart by malformed packets", () => {
        const of = (more: object) => problemsOf({ failure: { name: "malformed-dns", title: "" }, ...more });
        expect(of({ addressesChanged: 1 })).to.deep.equal(["1 leases changed"]);
        expect(of({ restarts: 2 })).to.deep.equal(["2 containers restarted"]);
        expect(of({ found: ["x"] })).to.deep.equal(["x"]);
        expect(verdict({ failure: { name: "x", title: "" }, addressesChanged: 1 })).to.equal("1 leases changed");
    });

    it("are a table with the bar and the result, also of those that were not run", () => {
        const failure = { name: "x", title: "X", dns: { lost: 0 } };
        const outcome = outcomeOf(samples, 1000);
        const { tables, pictures } = drillReport(
            [
                { failure, dns: outcome, dhcp: outcomeOf([], 0) },
                { failure: { name: "y", title: "Y" }, skipped: "needs a node" },
            ],
            { command: "npm run drill", conditions: {}, rate: 100 },
        );
        expect(tables[0]?.rows).to.deep.equal([
            ["X", "DNS: 0 lost", "DNS: 1 lost"],
            ["Y", "-", "not run: needs a node"],
        ]);
        expect(tables[1]?.rows).to.deep.equal([["X", "1 of 4", "1", "1.5", "1001", "1.0"]]);
        expect(pictures[0]?.svg).to.contain(">X<").and.not.contain(">Y<");
    });

    for (const redundant of [false, true]) {
        it(`have names of their own and a bar each, with ${redundant ? "two DHCP servers" : "one DHCP server"}`, () => {
            const all = failures(redundant);
            expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
            const withoutBar = all.filter(({ dns, dhcp }) => !dns && !dhcp);
            expect(withoutBar.map(({ name }) => name)).to.deep.equal(["nothing"]);
        });
    }

    it("are listed in docs/drills.md with their bars", () => {
        const text = readFileSync(join(projectFolder, "docs", "drills.md"), "utf8");
        const rows = [...text.matchAll(/^\| `([a-z-]+)` .*\| (.+?) +\|$/gm)].map(([, name, bars]) => [name, bars]);
        const redundant = new Map(failures(true).map((failure) => [failure.name, barsText(failure)]));
        expect(rows).to.deep.equal(
            failures(false).map((failure) => {
                const [one, two = ""] = [barsText(failure), redundant.get(failure.name)];
                return [failure.name, one === two ? one || "-" : `${one}. Two servers: ${two}`];
            }),
        );
    });

    it("ask for kept leases beside the bar of DHCP", () => {
        expect(barsText({ dns: { lost: 0 }, dhcp: { outage: 3 } })).to.equal(
            "DNS: 0 lost; DHCP: outage 3 s, leases kept",
        );
        expect(barsText({ dhcp: {} })).to.equal("DHCP: leases kept");
        expect(barsText({})).to.equal("");
    });

    it("repeat a query at the next resolver that the clients know", () => {
        expect([1, 2, 3].map((tries) => resolverFor(["192.0.2.1", "192.0.2.2"], tries))).to.deep.equal([
            "192.0.2.1",
            "192.0.2.2",
            "192.0.2.1",
        ]);
        expect([1, 2, 3].map((tries) => resolverFor(["192.0.2.1"], tries))).to.deep.equal(
            Array<string>(3).fill("192.0.2.1"),
        );
    });

    it("ask with well-formed queries", () => {
        const query = decode(encodeQuery(0x1234, "health.noc.internal"));
        expect(query.id).to.equal(0x1234);
        expect(query.questions).to.deep.equal([{ name: "health.noc.internal", type: "A", class: "IN" }]);
    });

    it("take NXDOMAIN for an answer, and SERVFAIL for none", () => {
        const answer = (rcode: number) => Buffer.from([0, 0, 0x81, 0x80 | rcode]);
        expect([0, 3, 2, 5].map((rcode) => isGood(answer(rcode)))).to.deep.equal([true, true, false, false]);
    });

    it("change packets without touching the original", () => {
        const query = encodeQuery(1, "health.noc.internal");
        const copy = Buffer.from(query);
        const all = Array.from({ length: 200 }, () => mutated(query));
        expect(query.equals(copy)).to.equal(true);
        expect(all.some((packet) => packet.length < query.length)).to.equal(true);
        expect(all.some((packet) => packet.length > query.length)).to.equal(true);
    });

    describe("change an object", () => {
        const owners = [{ manager: "pulumi", operation: "Apply" }];

        /** A Deployment that keeps what it is patched with. */
        function stand(object: object): { cluster: Cluster; patches: unknown[] } {
            const patches: unknown[] = [];
            const apps = {
                readNamespacedDeployment: () => Promise.resolve(object),
                patchNamespacedDeployment: ({ body }: { body: unknown }) => Promise.resolve(patches.push(body)),
            };
            return { cluster: { apps } as unknown as Cluster, patches };
        }
        const deployment = { kind: "Deployment", name: "x", namespace: "noc" } as const;

        it("and give it its old value and then its old owners again", async () => {
            const { cluster, patches } = stand({ metadata: { managedFields: owners }, spec: { replicas: 2 } });
            const undo = await changeField(cluster, deployment, "/spec/replicas", (old) => Number(old) - 2);
            await undo();
            expect(patches).to.deep.equal([
                [{ op: "add", path: "/spec/replicas", value: 0 }],
                [{ op: "add", path: "/spec/replicas", value: 2 }],
                [{ op: "replace", path: "/metadata/managedFields", value: owners }],
            ]);
        });

        it("and remove what was not there before", async () => {
            const { cluster, patches } = stand({ metadata: { managedFields: owners } });
            const undo = await changeField(cluster, deployment, "/spec/x", () => true);
            await undo();
            expect(patches[1]).to.deep.equal([{ op: "remove", path: "/spec/x" }]);
        });

        it("by a pointer, in which slashes and tildes are escaped", () => {
            const object = { a: [{ "b/c": { "d~e": 1 } }] };
            expect(valueAtPointer(object, "/a/0/b~1c/d~0e")).to.equal(1);
            expect(valueAtPointer(object, "/a/1/b")).to.equal(undefined);
        });
    });

    it("wait for all pods, and for those of the newest version", () => {
        const metadata = { generation: 2 };
        const whole = { observedGeneration: 2, replicas: 1, readyReplicas: 1, updatedReplicas: 1 };
        const deployment = (change: object) =>
            hasAllPods({ metadata, spec: { replicas: 1 } as never, status: { ...whole, ...change } });
        expect(
            [{}, { readyReplicas: 0 }, { updatedReplicas: 0 }, { observedGeneration: 1 }, { replicas: 2 }].map(
                deployment,
            ),
        ).to.deep.equal([true, false, false, false, false]);
        const everywhere = {
            observedGeneration: 2,
            desiredNumberScheduled: 3,
            numberReady: 3,
            updatedNumberScheduled: 3,
        };
        const daemonSet = (change: object) => isOnAllNodes({ metadata, status: { ...everywhere, ...change } as never });
        expect(
            [{}, { numberReady: 2 }, { updatedNumberScheduled: 2 }, { observedGeneration: 1 }].map(daemonSet),
        ).to.deep.equal([true, false, false, false]);
    });

    it("have a black hole in place of Redis that is as unprivileged, and that the same policies apply to", async () => {
        const { inputs } = resource(await stackRun("homelab"), "redis", "Deployment");
        const { template } = inputs.spec as { template: Parameters<typeof blackHole>[0] };
        const { metadata, spec } = blackHole(template);
        expect(metadata?.labels).to.include({ app: "redis", drill: "black-hole" });
        expect(spec?.securityContext)
            .to.deep.equal(template.spec?.securityContext)
            .and.to.include({ runAsNonRoot: true });
        const [own] = spec?.containers ?? [];
        const [redis] = template.spec?.containers ?? [];
        expect(own).to.deep.include({ image: redis?.image, securityContext: redis?.securityContext });
        expect(own).not.to.have.any.keys("readinessProbe", "env", "volumeMounts");
    });

    it("count the records that Redis never expires", () => {
        expect(recordsWithoutExpiry("# Keyspace\r\ndb0:keys=12,expires=9,avg_ttl=1\r\n")).to.equal(3);
        expect(recordsWithoutExpiry("# Keyspace\r\n")).to.equal(0);
    });

    it("wait until both DHCP servers are in hot standby", () => {
        const answer = (local: string, remote: string) =>
            JSON.stringify({
                result: 0,
                arguments: {
                    "high-availability": [
                        { "ha-servers": { local: { state: local }, remote: { "last-state": remote } } },
                    ],
                },
            });
        expect(isHotStandby(answer("hot-standby", "hot-standby"))).to.equal(true);
        expect(isHotStandby(answer("partner-down", "hot-standby"))).to.equal(false);
        expect(isHotStandby(answer("hot-standby", "syncing"))).to.equal(false);
        expect(isHotStandby('{"result":1,"text":"no"}')).to.equal(false);
    });

    it("flood from an address of their own, without waiting for the answers that the limit withholds", () => {
        const args = floodArguments({ server: "192.0.2.1", from: "192.0.2.9", rate: 80_000.4, seconds: 20 }).join(" ");
        expect(args).to.contain("-s 192.0.2.1 -a 192.0.2.9 ").and.contain("-t 0.1 -q 8001 -Q 80000 -l 20");
    });

    it("upgrade only to an installed version of this project", () => {
        expect(notInstalled(projectFolder)).to.equal(undefined);
        expect(notInstalled("/no/such/folder")).to.contain(
            "--upgrade /no/such/folder is no installed version of this project; git worktree add",
        );
    });

    it("let up work on changes that are valid, and on nothing that is switched off", () => {
        expect(problemsWith(harmlessChanges(stackSettings("poc")))).to.deep.equal([]);
        const off = { enabled: false } as never;
        expect(harmlessChanges({ dns: off, dhcp: off, monitoring: off })).to.deep.equal({});
    });
});
