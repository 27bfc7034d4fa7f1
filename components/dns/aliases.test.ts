/** Aliases: what Unbound is told of them, and what it answers. */
import { expect } from "chai";

import { localRecordsConf, recordProblems, recordSetProblems, type LocalRecord } from "./records";

const record = (name: string, type: string, value: string, ttl = 60): LocalRecord => ({ name, type, value, ttl });

const text = `it's "quoted"; \\ (ü) ${"€".repeat(100)}`;
const records = [
    record("web.example", "A", "10.0.0.1", 300),
    record("web.example", "AAAA", "2001:db8::1"),
    record("web.example", "TXT", text),
    record("www.example", "CNAME", "Web.example", 30),
    record("old.example", "CNAME", "www.example.", 90),
    record("shop.example", "CNAME", "www.elsewhere.net"),
    record("store.example", "CNAME", "shop.example", 20),
    record("below.shop.example", "A", "10.0.0.2"),
    record("5.1.168.192.in-addr.arpa", "CNAME", "www.elsewhere.net"),
];

describe("Aliases among the local records", () => {
    it("are in order", () => {
        expect([...records.flatMap(recordProblems), ...recordSetProblems(records)]).to.deep.equal([]);
    });

    it("have the records of a local name themselves, for the shortest of the times to live", () => {
        const { server } = localRecordsConf(records);
        expect(server).to.include.members([
            "local-data: 'web.example. 300 IN A 10.0.0.1'",
            "local-data: 'www.example. 30 IN A 10.0.0.1'",
            "local-data: 'old.example. 30 IN A 10.0.0.1'",
            "local-data: 'old.example. 30 IN AAAA 2001:db8::1'",
        ]);
        expect(server.join("\n")).not.to.contain("CNAME");
    });

    it("are in a response policy zone where they end outside, at once at their end", () => {
        const { server, clauses, aliases } = localRecordsConf(records, "/somewhere/aliases");
        expect(clauses).to.equal('rpz:\n  name: "rpz."\n  zonefile: "/somewhere/aliases"\n');
        expect(aliases.split("\n").filter((line) => line.includes("CNAME"))).to.deep.equal([
            "shop.example.rpz. 60 IN CNAME www.elsewhere.net.",
            "store.example.rpz. 20 IN CNAME www.elsewhere.net.",
            "5.1.168.192.in-addr.arpa.rpz. 60 IN CNAME www.elsewhere.net.",
        ]);
        expect(server).to.include('local-zone: "5.1.168.192.in-addr.arpa." transparent');
    });

    it("need no zone where there are none, or none that ends outside", () => {
        const { server, ...rest } = localRecordsConf(records.slice(0, 5));
        expect(rest).to.deep.equal({ clauses: "", aliases: "" });
        expect(server.every((line) => line.startsWith("local-data: "))).to.equal(true);
        expect(localRecordsConf([])).to.deep.equal({ server: [], clauses: "", aliases: "" });
    });

    it("are rendered even in a circle, which the rules forbid", () => {
        const circle = [record("a", "CNAME", "b"), record("b", "CNAME", "a")];
        expect(localRecordsConf(circle).aliases).to.contain("a.rpz. 60 IN CNAME");
    });
});
