/** docs/logs.md against lines that the programs wrote. Its LogQL is done here as Loki does it. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { keaConfig } from "./dhcp/kea-config";
import { healthName } from "./dns/unbound-config";

const page = readFileSync(join(__dirname, "..", "docs", "logs.md"), "utf8");

const blocks = (language: string): string[] =>
    [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, of, text = ""]) => (of === language ? [text] : []));

const [queries = "", kea = "", leases = ""] = blocks("logql");
const [queryLines = [], keaLines = []] = blocks("text").map((text) => text.trim().split("\n"));

/** The fields that the LogQL takes out of a line. Undefined where it leaves the line out. */
function fields(logql: string, line: string): Record<string, string> | undefined {
    let found: Record<string, string> = {};
    for (const [, stage = "", text = ""] of logql.matchAll(/(\|=|!=|pattern|regexp|logger =) ["`](.*?)["`]/g)) {
        if (stage === "pattern" || stage === "regexp") {
            const match = (stage === "pattern" ? ofPattern(text) : new RegExp(text.replace("(?P<", "(?<"))).exec(line);
            found = { ...found, ...match?.groups };
        } else if (
            (stage === "|=" && !line.includes(text)) ||
            (stage === "!=" && line.includes(text)) ||
            (stage === "logger =" && found.logger !== text)
        ) {
            return undefined;
        }
    }
    return found;
}

/** A field ends where the text behind it begins; the last one takes the rest. */
const ofPattern = (text: string) =>
    new RegExp(`^${text.replace(/[[\](){}.*+?^$|\\]/g, "\\$&").replace(/<(\w+)>/g, "(?<$1>.*?)")}$`);

describe("the log of queries", () => {
    it("gives its fields to the page's LogQL", () => {
        expect(
            fields(
                queries,
                "2026-11-21T11:40:36.729+00:00 unbound[18427:1] reply: 192.168.1.1 www.example. AAAA IN NOERROR 0.000681 0 40",
            ),
        ).to.deep.equal({
            time: "2026-11-21T11:40:36.729+00:00",
            process: "unbound[18427:1]",
            client: "192.168.1.1",
            name: "www.example.",
            type: "AAAA",
            class: "IN",
            rcode: "NOERROR",
            seconds: "0.000681",
            cached: "0",
            size: "40",
        });
    });

    for (const [line, client, name, rcode, cached] of [
        ["192.168.1.1 nosuch.invalid. A IN NXDOMAIN 0.000000 1 95", "192.168.1.1", "nosuch.invalid.", "NXDOMAIN", "1"],
        [
            "192.168.1.1 www.example.com. A IN SERVFAIL 0.000779 0 44",
            "192.168.1.1",
            "www.example.com.",
            "SERVFAIL",
            "0",
        ],
        // Asked for: we"ird name.example
        [
            "192.168.1.1 we?ird?name.example. A IN NOERROR 0.000668 0 64",
            "192.168.1.1",
            "we?ird?name.example.",
            "NOERROR",
            "0",
        ],
        ["192.168.1.1 . NS IN SERVFAIL 0.000000 1 28", "192.168.1.1", ".", "SERVFAIL", "1"],
        ["10.7.7.7 null TYPE0 CLASS0 REFUSED 0.000000 1 12", "10.7.7.7", "null", "REFUSED", "1"],
        ["192.168.1.1 - - - FORMERR - - -", "192.168.1.1", "-", "FORMERR", "-"],
    ] as const) {
        it(`gives them for ${line}`, () => {
            expect(fields(queries, `2026-11-21T11:40:37.029+00:00 unbound[18427:1] reply: ${line}`)).to.include({
                client,
                name,
                rcode,
                cached,
            });
        });
    }

    it("is told from what else Unbound says", () => {
        const other = "2026-11-21T11:40:13.634+00:00 unbound[18427:0] info: start of service (unbound 1.26.2).";
        expect(fields(queries, other)).to.equal(undefined);
    });

    it("is free of health checks and probes after the page's filter, and after its stage for the collector", () => {
        const check = `2026-11-21T11:53:03.418+00:00 unbound[20208:0] reply: 127.0.0.1 ${healthName} A IN NOERROR 0.000000 1 53`;
        const drop = /expression = (".*")/.exec(blocks("alloy")[0] ?? "")?.[1] ?? expect.fail("no expression");
        expect(fields(queries, check)).to.equal(undefined);
        expect(check).to.match(new RegExp(JSON.parse(drop) as string));
        expect(queryLines.join("\n")).not.to.match(new RegExp(JSON.parse(drop) as string));
    });
});

describe("Kea's log", () => {
    const offer =
        "2026-11-21T11:39:23.798Z INFO kea-dhcp4.leases DHCP4_LEASE_OFFER [hwtype=1 02:00:00:00:00:02], cid=[61:62:22:63:0a:64], tid=0xcfb67fa1: lease 192.168.1.103 will be offered";
    const reboot =
        "2026-11-21T11:39:25.203Z INFO kea-dhcp4.leases DHCP4_INIT_REBOOT [hwtype=1 02:00:00:00:00:01], cid=[no info], tid=0x48e510f6: client is in INIT-REBOOT state and requests address 10.9.9.9";
    const packet =
        "2026-11-21T11:39:29.663Z INFO kea-dhcp4.packets DHCP4_PACKET_SEND [hwtype=1 00:0c:01:02:03:04], cid=[01:00:0c:01:02:03:04], tid=0x0: trying to send packet DHCPOFFER (type 2) from 192.168.1.2:6067 to 192.168.1.1:67 on interface lgs";
    const quoted =
        "2026-11-21T11:34:16.314Z ERROR kea-dhcp4.dhcp4 DHCP4_PARSER_FAIL failed to create or run parser for configuration element subnet4: definition for the option 'dhcp4.no\"such' does not exist (<wire>:0:688)";

    it("gives its fields to the page's LogQL, quotes and all", () => {
        expect(fields(kea, quoted)).to.deep.equal({
            time: "2026-11-21T11:34:16.314Z",
            level: "ERROR",
            logger: "kea-dhcp4.dhcp4",
            event: "DHCP4_PARSER_FAIL",
            message:
                "failed to create or run parser for configuration element subnet4: definition for the option 'dhcp4.no\"such' does not exist (<wire>:0:688)",
        });
        expect(fields(kea, packet)).to.include({ logger: "kea-dhcp4.packets", event: "DHCP4_PACKET_SEND" });
    });

    it("tells whose lease it is and which address", () => {
        const lease = (line: string) => {
            const { event, mac, address } = fields(kea + leases, line) ?? {};
            return [event, mac, address];
        };
        expect([offer, reboot, ...keaLines.slice(0, 4)].map(lease)).to.deep.equal([
            ["DHCP4_LEASE_OFFER", "02:00:00:00:00:02", "192.168.1.103"],
            ["DHCP4_INIT_REBOOT", "02:00:00:00:00:01", "10.9.9.9"],
            ["DHCP4_LEASE_OFFER", "02:00:00:00:00:03", "192.168.1.104"],
            ["DHCP4_LEASE_ALLOC", "02:00:00:00:00:03", "192.168.1.104"],
            ["DHCP4_RELEASE", "02:00:00:00:00:03", "192.168.1.104"],
            ["DHCP4_DECLINE_LEASE", "02:00:00:00:00:04", "192.168.1.105"],
        ]);
        expect(fields(kea + leases, packet)).to.equal(undefined);
    });

    it("is written as the page reads it", () => {
        const [root] = keaConfig({
            resolvers: [],
            domain: "noc.local",
            validLifetime: 4000,
            renewTimer: 1000,
            rebindTimer: 2000,
            subnets: [],
            options: [],
            log: "leases",
        }).Dhcp4.loggers;
        const format = root?.output_options?.[0]?.pattern ?? expect.fail("no format");
        const [, time = "", level = "", logger = "", message = ""] = /^(\S+) (\S+) (\S+) (.*)$/.exec(offer) ?? [];
        const parts = { "d{%Y-%m-%dT%H:%M:%S.%qZ}": time, p: level, c: logger, m: message, n: "\n" };
        const written = Object.entries(parts).reduce((text, [part, value]) => text.replace(`%${part}`, value), format);
        expect(written).to.equal(`${offer}\n`);
    });
});

it("every line on the page about logs gives its fields", () => {
    expect(queryLines.map((line) => Object.keys(fields(queries, line) ?? {}).length)).to.deep.equal([10, 10, 10, 10]);
    expect(keaLines.map((line) => Object.keys(fields(kea, line) ?? {}).length)).to.deep.equal([5, 5, 5, 5, 5]);
});
