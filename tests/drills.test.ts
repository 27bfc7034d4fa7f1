import { expect } from "chai";
import { decode } from "dns-packet";

import { encodeQuery, isGood } from "../commands/drill/dns-load";
import { drillReport, problemsOf } from "../commands/drill/drill-report";
import { failures, mutated } from "../commands/drill/failures";
import { barText, exceeded, outcomeOf, type Sample } from "../commands/drill/outcome";

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
        expect(outcomeOf(samples, 1000)).to.deep.equal({ requests: 4, repeated: 1, lost: 1, p99: 1001, outage: 1.5 });
        expect(outcomeOf(samples.slice(4), 1000)).to.include({ lost: 0, repeated: 0, outage: 0 });
        expect(outcomeOf([], 1000).p99).to.be.NaN;
    });

    it("compare with the bar, where nothing measured is not enough", () => {
        const outcome = outcomeOf(samples, 1000);
        expect(exceeded(outcome, { lost: 0, outage: 1, p99: 50 })).to.deep.equal([
            "1 lost",
            "outage 1.5 s",
            "p99 1001 ms",
        ]);
        expect(exceeded(outcome, { lost: 1, outage: 1.5 })).to.deep.equal([]);
        expect(exceeded(outcomeOf([], 0), { p99: 50 })).to.have.length(1);
        expect(barText({ lost: 0, p99: 50 })).to.equal("0 lost, p99 50 ms");
    });

    it("name a changed lease, and a restart by malformed packets", () => {
        const of = (more: object) => problemsOf({ failure: { name: "malformed-dns", title: "" }, ...more });
        expect(of({ addressesChanged: 1 })).to.deep.equal(["1 leases changed"]);
        expect(of({ restarts: 2 })).to.deep.equal(["2 containers restarted"]);
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
        expect(tables[1]?.rows).to.deep.equal([["X", "1 of 4", "1", "1.5", "1001"]]);
        expect(pictures[0]?.svg).to.contain(">X<").and.not.contain(">Y<");
    });

    it("have names of their own and a bar each, except the one that breaks nothing", () => {
        expect(new Set(failures.map(({ name }) => name)).size).to.equal(failures.length);
        const withoutBar = failures.filter(({ dns, dhcp }) => !dns && !dhcp);
        expect(withoutBar.map(({ name }) => name)).to.deep.equal(["nothing"]);
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
});
