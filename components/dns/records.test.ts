import { expect } from "chai";
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { localDataLine, recordProblems, recordSetProblems, type LocalRecord } from "./records";

const record = (name: string, type: string, value: string, ttl = 60): LocalRecord => ({ name, type, value, ttl });
const ofType = (type: string, value: string) => record("a.example", type, value);
const remedies = (...given: Parameters<typeof record>) =>
    recordProblems(record(...given)).map(({ field, remedy }) => `${field} ${remedy}`);

const [sha1, sha256, sha512] = [40, 64, 128].map((digits) => "aB".repeat(digits / 2));
const dkim = `v=DKIM1; k=rsa; p=${"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A".repeat(13)}`;

const good: LocalRecord[] = [
    ofType("A", "10.0.0.1"),
    ofType("AAAA", "2001:DB8:0::1"),
    ofType("AAAA", "::ffff:10.0.0.1"),
    record("www.example", "CNAME", "_a.example."),
    record("5.1.168.192.in-addr.arpa", "PTR", "a.example"),
    record("5.0-63.1.168.192.in-addr.arpa", "PTR", "a.example"),
    record("_ipp._tcp.example", "PTR", "My\\032Printer._ipp._tcp.example"),
    ofType("TXT", "v=spf1 -all"),
    ofType("TXT", dkim),
    ofType("TXT", `both "quotes", 'the others', \\, ; ( ) and ü€😀`),
    ofType("TXT", "\\# 4 0A000001"),
    ofType("MX", "10 mail.example"),
    record("quiet.example", "MX", "0 ."),
    ofType("SRV", "0 65535 5060  sip.example."),
    ofType("SRV", "0 0 0 ."),
    ofType("CAA", '0 issue "letsencrypt.org; validationmethods=dns-01"'),
    ofType("CAA", "128 iodef mailto:noc@example.com"),
    ofType("NAPTR", '100 10 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@example.com!" .'),
    ofType("NAPTR", '100 10 s SIP+D2U "" _sip._udp.example'),
    ofType("SSHFP", `4 2 ${sha256}`),
    ofType("SSHFP", `1 1 ${sha1?.slice(9)} ${sha1?.slice(0, 9)}`),
    ofType("TLSA", `3 1 1 ${sha256}`),
    ofType("TLSA", `0 0 2 ${sha512}`),
    ofType("TLSA", "2 0 0 3082"),
    ofType("HTTPS", '1 . alpn="h2,h3" port=8443 ipv4hint=10.0.0.1,10.0.0.2 ipv6hint=2001:db8::1'),
    record("b.example", "HTTPS", "0 a.example"),
    ofType("SVCB", "16 doh.example mandatory=alpn,dohpath alpn=h2 no-default-alpn dohpath=/q{?dns} key667=x ech=AAAA"),
    record("zero.example", "A", "0.0.0.0", 0),
    record("long.example", "A", "10.0.0.1", 2 ** 31 - 1),
];

describe("A local record", () => {
    for (const { name, type, value, ttl } of good) {
        it(`may be ${type} ${value.slice(0, 50)}`, () => expect(remedies(name, type, value, ttl)).to.deep.equal([]));
    }

    for (const [type, value, problem] of [
        ["A", "10.0.0", /^value is not an IPv4 address; write four numbers/],
        ["A", "2001:db8::1", /is not an IPv4 address/],
        ["AAAA", "10.0.0.1", /is not an IPv6 address; write it like/],
        ["AAAA", "fe80::1%eth0", /is not an IPv6 address/],
        ["CNAME", "10.0.0.1", /is an address and not a name; write a domain name/],
        ["CNAME", "A.example.", /is its own alias; name another host/],
        ["CNAME", ".", /is the root/],
        ["CNAME", "rpz-drop.", /reads as an action of a response policy zone; use another/],
        ["PTR", "2001:db8::1", /is an address and not a name/],
        ["PTR", "", /is empty; write the record's value/],
        ["TXT", "two\nlines", /has a line break or another control character; write one line/],
        ["TXT", "half \ud83d", /control character/],
        ["TXT", "x".repeat(65000), /has 65000 bytes, which fit no DNS message; use at most 64700/],
        ["MX", "mail.example", /is not a mail server; write its preference and its name/],
        ["MX", "10", /is not a mail server/],
        ["MX", "65536 mail.example", /has the preference "65536"; write a number from 0 to 65535/],
        ["MX", "10 10.0.0.1", /names "10\.0\.0\.1", which is an address and not a name/],
        ["SRV", "0 5 sip.example", /is not the place of a service/],
        ["SRV", "0 5 99999 sip.example", /has the port "99999"/],
        ["SRV", "0 5 5060 a..b", /names "a\.\.b", which has an empty label/],
        ["CAA", "letsencrypt.org", /is not a CAA record; write flags, tag and value/],
        ["CAA", "256 issue x", /has the flags "256"; write a number from 0 to 255/],
        ["CAA", "0 issue ;", /outside of quotes; put the field between double quotes/],
        ["CAA", '0 issue "x', /has an open quote/],
        ["CAA", '0 issue "\\300"', /has \\300, which is no byte/],
        ["NAPTR", '100 10 u sip "!a!b!" a.example', /has both an expression and a replacement/],
        ["NAPTR", '100 10 ? sip "" a.example', /has the flags \?; use letters/],
        ["NAPTR", `100 10 u "${"x".repeat(256)}" "" .`, /more than 255 bytes/],
        ["SSHFP", `5 2 ${sha256}`, /has the algorithm "5"; use 1 \(RSA\)/],
        ["SSHFP", `4 2 ${sha1}`, /has a digest of 40 digits; write 64/],
        ["TLSA", `4 1 1 ${sha256}`, /has the usage "4"; use 0 \(PKIX-TA\)/],
        ["TLSA", "3 1 0 abc", /write an even number of hexadecimal digits/],
        ["HTTPS", "1", /is not a service binding/],
        ["HTTPS", "1 . alpn", /has the parameter "alpn"; write it as in RFC 9460/],
        ["HTTPS", "1 . port=1,2", /has the parameter "port=1,2"/],
        ["HTTPS", "1 . alpn=h2 key1=h3", /has a parameter twice/],
        ["HTTPS", "1 . mandatory=port alpn=h2", /lacks a parameter/],
        ["HTTPS", "1 . no-default-alpn", /lacks a parameter/],
        ["SVCB", "0 a.example port=53", /takes no parameters/],
        ["SVCB", "1 . colour=red", /has the parameter "colour=red"/],
        ["NS", "ns.example", /^type is not a local record's type; use one of A, AAAA, CNAME,/],
    ] as const) {
        it(`is not ${type} ${JSON.stringify(value.slice(0, 40))}`, () => {
            const found = remedies("a.example", type, value);
            expect(found).to.have.length(1);
            expect(found[0]).to.match(problem);
        });
    }

    it("has a name that can be asked for", () => {
        expect(remedies("192.168.1.5", "PTR", "a.example")).to.deep.equal([
            "name is an address and not a name; write its reverse name, 5.1.168.192.in-addr.arpa",
        ]);
        for (const name of ["256.1.168.192.in-addr.arpa", "05.1.168.192.in-addr.arpa."]) {
            expect(remedies(name, "PTR", "a.example")[0]).to.match(/is no address' reverse name; write each number/);
        }
        expect(remedies("5.0-63.1.168.192.in-addr.arpa", "PTR", "a.example")).to.deep.equal([]);
        expect(remedies("192.168.1.5", "A", "10.0.0.1")[0]).to.match(/^name is an address and not a name/);
        expect(remedies("*.example", "A", "10.0.0.1")[0]).to.match(/^name has a wildcard/);
        expect(remedies(".", "A", "10.0.0.1")[0]).to.match(/^name is the root/);
        expect(remedies("rpz-ip", "CNAME", "a.example")[0]).to.match(/reads as an action/);
        const name = ["a", "b", "c"].map((letter) => letter.repeat(63)).join(".");
        expect(remedies(`${name}.${"d".repeat(58)}`, "A", "10.0.0.1")).to.deep.equal([]);
        expect(remedies(`${name}.${"d".repeat(58)}`, "CNAME", "a.example")[0]).to.match(/at most 249 for an alias/);
    });

    it("may be kept for 0 to 2147483647 seconds", () => {
        for (const ttl of [-1, 1.5, 2 ** 31, Number.NaN]) {
            expect(remedies("a.example", "A", "10.0.0.1", ttl)[0]).to.match(/^ttl is not a time to live; write whole/);
        }
    });
});

describe("Local records beside each other", () => {
    const problems = (...list: LocalRecord[]) =>
        recordSetProblems(list).map(({ index, field, remedy }) => `${index} ${field} ${remedy}`);

    it("may be all the good ones", () => expect(recordSetProblems(good)).to.deep.equal([]));

    it("are each listed once, in whatever way they are written", () => {
        expect(problems(record("a.b", "AAAA", "2001:db8::1"), record("A.B.", "AAAA", "2001:DB8:0::1"))).to.deep.equal([
            "1 value repeats record 1; leave one of them out",
        ]);
        expect(problems(record("a.b", "MX", "10 C.d"), record("a.b", "MX", "10  c.D."))).to.have.length(1);
        expect(problems(record("a.b", "TXT", "x"), record("a.b", "TXT", "X"))).to.deep.equal([]);
    });

    it("have an alias only where there is nothing else", () => {
        expect(problems(record("a.b", "CNAME", "c.d"), record("A.b.", "A", "10.0.0.1"))).to.deep.equal([
            "1 name has a CNAME and other records (record 1); leave the one or the others out",
        ]);
        expect(problems(record("a.b", "A", "10.0.0.1"), record("a.b", "CNAME", "c.d"))).to.have.length(1);
        expect(problems(record("a.b", "CNAME", "c.d"), record("a.b", "CNAME", "e.f"))).to.deep.equal([
            "1 name is already an alias, by record 1; leave one of them out",
        ]);
    });

    it("have aliases that end somewhere", () => {
        const loop = [record("a", "CNAME", "B"), record("b", "CNAME", "c"), record("c.", "CNAME", "a")];
        expect(problems(record("x", "CNAME", "a"), ...loop)).to.deep.equal([
            "1 value leads back to itself (a → b → c.); name a host at its end",
        ]);
    });

    it("have no mail server beside the one that says that there is none", () => {
        expect(problems(record("a.b", "MX", "0 ."), record("a.b", "A", "10.0.0.1"))).to.deep.equal([]);
        expect(problems(record("a.b", "MX", "0 ."), record("a.b", "MX", "10 c.d"))[0]).to.match(/contradicts record 1/);
    });

    it("are called as the caller calls them", () => {
        const twice = [record("a", "A", "10.0.0.1"), record("a", "A", "10.0.0.1")];
        expect(recordSetProblems(twice, (i) => `list[${i}]`)[0]?.remedy).to.contain("repeats list[0];");
    });
});

/** The strings of a rendered TXT record, read as RFC 1035 has it. */
const strings = (line: string): Buffer[] =>
    [...(/ TXT (.*)'$/.exec(line)?.[1] ?? "").matchAll(/"((?:[^"\\]|\\\d{3})*)"/g)].map(([, text = ""]) =>
        Buffer.from(
            text.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number(code))),
            "latin1",
        ),
    );

/** Text that a TXT record may have. */
const texts = fc
    .array(
        fc.oneof(
            fc.constantFrom('"', "'", "\\", ";", "(", ")", " ", "#", "$", "@", "ü", "€", "😀"),
            fc.string({ unit: "grapheme" }),
        ),
        {
            minLength: 1,
            maxLength: 400,
        },
    )
    .map((parts) => parts.join("").replace(/\p{Cc}/gu, ""))
    .filter((text) => text !== "");

describe("The line of a local record", () => {
    it("has absolute names and the value in one form", () => {
        expect(good.slice(0, 5).map(localDataLine)).to.deep.equal([
            "local-data: 'a.example. 60 IN A 10.0.0.1'",
            "local-data: 'a.example. 60 IN AAAA 2001:db8::1'",
            "local-data: 'a.example. 60 IN AAAA ::ffff:a00:1'",
            "local-data: 'www.example. 60 IN CNAME _a.example.'",
            "local-data: '5.1.168.192.in-addr.arpa. 60 IN PTR a.example.'",
        ]);
        expect(localDataLine(ofType("TXT", `it's "x"`))).to.equal(
            `local-data: 'a.example. 60 IN TXT "it\\039s \\034x\\034"'`,
        );
    });

    it("holds every text as it is, in whole characters, 255 bytes a string", () => {
        fc.assert(
            fc.property(texts, (text) => {
                expect(recordProblems(ofType("TXT", text))).to.deep.equal([]);
                const parts = strings(localDataLine(ofType("TXT", text)));
                expect(Buffer.concat(parts).toString()).to.equal(text);
                expect(parts.every(({ length }) => length > 0 && length <= 255)).to.equal(true);
                expect(parts.map(String).join("")).to.equal(text);
            }),
        );
    });

    it("is read by Unbound", function () {
        if (spawnSync("unbound-checkconf", ["-h"]).error) {
            console.log("    not run: unbound-checkconf is not installed");
            this.skip();
        }
        const random = fc.sample(texts, 200).map((text, i) => record(`t${i}.example`, "TXT", text));
        const lines = [...good, ...random, ofType("TXT", "ü".repeat(32350))].map((one) => `  ${localDataLine(one)}\n`);
        const folder = mkdtempSync(join(tmpdir(), "noc-"));
        try {
            const file = join(folder, "unbound.conf");
            writeFileSync(
                file,
                `server:\n  chroot: ""\n  directory: ""\n  pidfile: ""\n  username: ""\n${lines.join("")}`,
            );
            const { status, stderr } = spawnSync("unbound-checkconf", [file], { encoding: "utf8" });
            expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
