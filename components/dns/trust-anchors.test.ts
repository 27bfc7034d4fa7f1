import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { trustAnchorProblem } from "./trust-anchors";

const sha1 = "0123456789abcdef0123456789ABCDEF01234567";
const sha256 = "E2DD6D217705D106022A53BC2FDD438B88E8C60F6EFA6E5CBDADA24BD82BDC01";
const sha384 = sha256 + sha256.slice(32);
const key = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64");

const good = [
    `corp.example. DS 12345 13 2 ${sha256}`,
    `corp.example DS 0 8 1 ${sha1}`,
    `corp.example. 3600 IN DS 65535 14 4 ${sha384}`,
    `corp.example. 1h DS 1 15 2 ${sha256}`,
    `corp.example. in ds 1 ECDSAP256SHA256 2 ${sha256.slice(0, 30)} ${sha256.slice(30)}`,
    `. IN DS 20326 8 2 ${sha256}`,
    `_x.corp.example.\tIN\tDS\t1\t16\t2\t${sha256}`.replaceAll("\t", "  "),
    `corp.example. DNSKEY 257 3 13 ${key(64)}`,
    `corp.example. 60 IN DNSKEY 256 3 14 ${key(96).slice(0, 20)} ${key(96).slice(20)}`,
    `corp.example. DNSKEY 257 3 15 ${key(32)}`,
    `corp.example. DNSKEY 257 3 16 ${key(57)}`,
    `corp.example. DNSKEY 257 3 8 ${key(260)}`,
    `corp.example. DNSKEY 257 3 RSASHA512 ${key(132)}`,
];

describe("A trust anchor", () => {
    for (const text of good) {
        it(`may be ${text.slice(0, 45)}`, () => expect(trustAnchorProblem(text)).to.equal(undefined));
    }

    for (const [text, problem] of [
        ["", /is not a DS or DNSKEY record; write it on one line, like/],
        [` corp.example. DS 1 13 2 ${sha256}`, /is not a DS or DNSKEY record/],
        ["corp.example", /is not a DS or DNSKEY record/],
        ["corp.example. A 10.0.0.1", /is not a DS or DNSKEY record/],
        ["corp.example. DS 1 13 2", /is not a DS or DNSKEY record/],
        [`corp.example. IN 3600 DS 1 13 2 ${sha256}`, /is not a DS or DNSKEY record/],
        [`corp.example. CH DS 1 13 2 ${sha256}`, /is not a DS or DNSKEY record/],
        [`corp.example. DS 1 13 2\n${sha256}`, /is not a DS or DNSKEY record/],
        [`a..b DS 1 13 2 ${sha256}`, /^is for a\.\.b, which has an empty label; write single dots/],
        [`@ DS 1 13 2 ${sha256}`, /^is for @, which is not a domain name/],
        [`corp.example. DS 65536 13 2 ${sha256}`, /has the key tag 65536; write a number from 0 to 65535/],
        [`corp.example. DS x 13 2 ${sha256}`, /has the key tag x/],
        [`corp.example. DS 1 12 2 ${sha256}`, /has the algorithm 12, which Unbound does not validate; use one of 5, 7/],
        [`corp.example. DS 1 SHA256 2 ${sha256}`, /has the algorithm SHA256/],
        [`corp.example. DS 1 13 3 ${sha256}`, /has the digest type 3; use 1, 2 or 4/],
        [`corp.example. DS 1 13 2 ${sha256.slice(1)}`, /has a digest of 63 digits where type 2 has 64; copy it again/],
        [`corp.example. DS 1 13 4 ${sha256}`, /has a digest of 64 digits where type 4 has 96/],
        [`corp.example. DS 1 13 2 ${sha256} ; ksk`, /has a digest that is not hexadecimal; .* without comments/],
        [`corp.example. DS 1 13 2 ${sha256.slice(1)}"`, /has a digest that is not hexadecimal/],
        [`corp.example. DNSKEY 385 3 13 ${key(64)}`, /has the flags 385; use a key with 257/],
        [`corp.example. DNSKEY 257 2 13 ${key(64)}`, /has the protocol 2; write 3/],
        [`corp.example. DNSKEY 257 3 99 ${key(64)}`, /has the algorithm 99/],
        [`corp.example. DNSKEY 257 3 13 ${key(64).slice(1)}`, /has a key that is not base64/],
        [`corp.example. DNSKEY 257 3 13 ${key(48)}`, /has a key of 48 bytes where algorithm 13 has 64/],
        [`corp.example. DNSKEY 257 3 8 ${key(60)}`, /has a key of 60 bytes where algorithm 8 has more than 64/],
    ] as const) {
        it(`is not ${JSON.stringify(text.slice(0, 40))}`, () => expect(trustAnchorProblem(text)).to.match(problem));
    }

    it("is read by Unbound, without a warning that its algorithm is of no use", function () {
        if (spawnSync("unbound-checkconf", ["-h"]).error) {
            console.log("    not run: unbound-checkconf is not installed");
            this.skip();
        }
        const folder = mkdtempSync(join(tmpdir(), "noc-"));
        try {
            const file = join(folder, "unbound.conf");
            const anchors = good.map((text) => `  trust-anchor: "${text}"\n`).join("");
            writeFileSync(file, `server:\n  chroot: ""\n  directory: ""\n  pidfile: ""\n  username: ""\n${anchors}`);
            const { status, stderr } = spawnSync("unbound-checkconf", [file], { encoding: "utf8" });
            expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
