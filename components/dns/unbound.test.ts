/** What the real Unbound makes of the rendered files. */
import { expect } from "chai";
import type { Answer as Data, Question, RecordType } from "dns-packet";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

import { stackSettings } from "../../tools/stack-config";
import { installed } from "../../tests/support";
import { ask } from "./dns-client";
import { type RunningUnbound, startUnbound, unboundOptions, upstreamServer, writeFiles } from "./unbound-client";
import type { UnboundConfigOptions } from "./unbound-config";

const zone = (name: string, addresses: string[]) => ({ name, addresses, insecure: false });
const record = (name: string, type: "A" | "AAAA" | "TXT" | "CNAME" | "PTR" | "SRV" | "MX", value: string) => ({
    name,
    type,
    value,
    ttl: 60,
});

/** Every kind of setting that reaches Unbound's files. */
const everything: Partial<UnboundConfigOptions> = {
    cpu: "2",
    memory: "1Gi",
    allowFrom: ["10.0.0.0/8", "10.1.0.0/16"],
    trustAnchors: ["corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000"],
    privateDomains: ["lan.example", "."],
    forwardZones: [
        { ...zone(".", ["9.9.9.9", "2620:fe::fe"]), tls: "dns.quad9.net" },
        zone("lan.example", ["10.0.0.2"]),
    ],
    stubZones: [{ name: "1.168.192.in-addr.arpa", addresses: ["10.0.0.1@5353"], insecure: true }],
    localRecords: [
        record("a.example", "A", "10.0.0.1"),
        record("a.example", "AAAA", "2001:db8::1"),
        record("b.example", "CNAME", "a.example"),
        record("c.example", "CNAME", "elsewhere.net"),
        record("1.0.0.10.in-addr.arpa", "PTR", "a.example"),
        record("example", "TXT", "v=spf1 -all; two words"),
        record("_sip._udp.example", "SRV", "0 5 5060 a.example."),
        record("example", "MX", "10 a.example."),
    ],
    upstreamIpv6: true,
    log: "queries",
};

describe("unbound-checkconf", () => {
    for (const [title, options] of [
        ["the defaults", {}],
        ["every kind of setting", everything],
        [
            "no validation, no protection from rebinding and no limit",
            { dnssec: false, rebindingProtection: false, clientQueryLimit: 0 },
        ],
        ["the smallest sizes", { cpu: "100m", memory: "64Mi" }],
        ["the largest sizes", { cpu: "64", memory: "64Gi" }],
        ["the poc stack", stackSettings("poc").dns],
        ["the homelab stack", stackSettings("homelab").dns],
    ] as [string, Partial<UnboundConfigOptions>][]) {
        it(`accepts the files of ${title}`, function () {
            if (!installed("unbound-checkconf")) {
                this.skip();
            }
            const { folder, file } = writeFiles(unboundOptions(options));
            try {
                const { status, stderr } = spawnSync("unbound-checkconf", [file], { encoding: "utf8" });
                expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
            } finally {
                rmSync(folder, { recursive: true });
            }
        });
    }
});

const text = `it's "quoted"; \\ (ü) ${"€".repeat(100)}`;
const options = unboundOptions({
    dnssec: false,
    privateDomains: ["blocklist.example"],
    forwardZones: [zone(".", ["192.0.2.53"]), zone("lan.example", ["192.0.2.53"])],
    localRecords: [
        record("web.example", "A", "10.0.0.1"),
        record("web.example", "AAAA", "2001:db8::1"),
        record("web.example", "TXT", text),
        record("www.example", "CNAME", "Web.example"),
        record("old.example", "CNAME", "www.example."),
        record("shop.example", "CNAME", "www.elsewhere.net"),
        record("store.example", "CNAME", "shop.example"),
        record("below.shop.example", "A", "10.0.0.2"),
        record("5.1.168.192.in-addr.arpa", "CNAME", "www.elsewhere.net"),
    ],
});

/** What the servers elsewhere answer: an address that the name of the host says. */
function elsewhere({ name, type }: Question): Data[] {
    const address = { www: "192.0.2.1", private: "192.168.1.1", loopback: "127.0.0.2", cgnat: "100.64.1.1" }[
        name.split(".")[0] ?? ""
    ];
    return type === "A" && address ? [{ type, name, ttl: 60, data: address }] : [];
}

describe("Unbound with the rendered files", () => {
    let unbound: RunningUnbound;
    const cleanups: (() => void)[] = [];

    before(async function () {
        if (!installed("unbound") || !installed("unbound-control")) {
            this.skip();
        }
        const upstream = await upstreamServer(elsewhere);
        cleanups.push(upstream.close);
        unbound = await startUnbound(options, upstream.port);
        cleanups.push(unbound.stop);
    });
    after(() => cleanups.forEach((cleanup) => cleanup()));

    const answersTo = async (name: string, type: RecordType, tcp = false) => {
        const { rcode, answers = [] } = await ask("127.0.0.1", name, type, { port: unbound.port, tcp });
        return { rcode, answers: answers.map(summary) };
    };

    for (const [name, type, ...answers] of [
        ["web.example", "A", "A 10.0.0.1"],
        ["www.example", "A", "A 10.0.0.1"],
        ["OLD.example", "AAAA", "AAAA 2001:db8::1"],
        ["www.example", "TXT", `TXT ${text}`],
        ["www.example", "MX"],
        ["shop.example", "A", "CNAME www.elsewhere.net", "A 192.0.2.1"],
        ["store.example", "A", "CNAME www.elsewhere.net", "A 192.0.2.1"],
        ["below.shop.example", "A", "A 10.0.0.2"],
        ["beside.shop.example", "A"],
        ["5.1.168.192.in-addr.arpa", "A", "CNAME www.elsewhere.net", "A 192.0.2.1"],
    ] as const) {
        it(`answers a query for the ${type} records of ${name} with ${answers.length} records`, async () => {
            expect(await answersTo(name, type)).to.deep.equal({ rcode: "NOERROR", answers });
        });
    }

    for (const [name, why, ...answers] of [
        ["www.public.example", "is public", "A 192.0.2.1"],
        ["private.public.example", "is private, and its zone public"],
        ["loopback.public.example", "is a loopback address, and its zone public"],
        ["cgnat.public.example", "is of shared address space, and its zone public"],
        ["private.lan.example", "is private, of a forward zone", "A 192.168.1.1"],
        ["loopback.blocklist.example", "is private, of a listed domain", "A 127.0.0.2"],
    ] as const) {
        it(`${answers.length > 0 ? "passes on" : "removes"} an address that ${why}`, async () => {
            expect((await answersTo(name, "A")).answers).to.deep.equal(answers);
        });
    }

    it("refuses to list all records of a name, which amplifies attacks", async () => {
        expect((await answersTo("web.example", "ANY" as RecordType)).answers).to.deep.equal([]);
    });

    it("answers its own name over TCP and its control socket, as the probes of the pod ask", async () => {
        expect((await answersTo("health.noc.internal", "A", true)).answers).to.deep.equal(["A 127.0.0.1"]);
        expect(unbound.control("status")).to.equal(0);
    });
});

function summary(answer: Data): string {
    const { data } = answer as { data: string | Buffer[] };
    return `${answer.type} ${typeof data === "string" ? data : Buffer.concat(data).toString()}`;
}
