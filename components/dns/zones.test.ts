import { expect } from "chai";
import fc from "fast-check";

import { canonical, domainNameProblem, insecureZoneProblem, reverseName, serverProblem, tlsNameProblem } from "./zones";

const label63 = "a".repeat(63);
const name253 = [label63, label63, label63, "b".repeat(61)].join(".");

describe("A domain name", () => {
    it("has labels of letters, digits, underscores and inner hyphens, with or without the final dot", () => {
        for (const name of [
            ".",
            "a",
            "www.example.com",
            "WWW.Example.COM.",
            "_sip._udp.example.com",
            "1.0.168.192.in-addr.arpa",
            "0/25.1.168.192.in-addr.arpa",
            "My\\032Printer._ipp._tcp.example.com",
            "xn--bcher-kva.example",
            name253,
            `${name253}.`,
        ]) {
            expect(domainNameProblem(name), name).to.equal(undefined);
        }
    });

    for (const [name, problem] of [
        ["", "is empty; write a domain name, like www.example.com"],
        ["192.168.1.5", "is an address and not a name; write a domain name, like www.example.com"],
        ["2001:db8::1", "is an address and not a name; write a domain name, like www.example.com"],
        ["bücher.example", "has letters that the DNS does not; write it in Punycode, xn--bcher-kva.example"],
        ["*.example.com", "has a wildcard, which Unbound does not support; list each name"],
        ["a..b", "has an empty label; write single dots, and only between labels"],
        [".a", "has an empty label; write single dots, and only between labels"],
        ["..", "has an empty label; write single dots, and only between labels"],
        ["my host", "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots"],
        ["-a.b", "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots"],
        ['a".b', "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots"],
        ["a\\256", "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots"],
        [`${label63}a.b`, "has a label of 64 characters; use at most 63 between two dots"],
        [`${name253}b`, "has 254 characters; use at most 253"],
    ] as const) {
        it(`is not ${name.slice(0, 20) || "empty"}`, () => expect(domainNameProblem(name)).to.equal(problem));
    }

    it("is the same in every way to write it", () => {
        expect(canonical("WWW.Example.com.")).to.equal(canonical("www.example.com"));
        expect(canonical("\\065.b")).to.equal(canonical("a.b"));
        expect(canonical("a\\032b")).not.to.equal(canonical("a.b"));
    });
});

describe("The reverse name of an address", () => {
    it("ends in in-addr.arpa or ip6.arpa", () => {
        expect(reverseName("192.168.1.5")).to.equal("5.1.168.192.in-addr.arpa");
        expect(reverseName("2001:db8::1")).to.equal(
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        );
    });

    it("is a domain name with a label for each number or nibble", () => {
        fc.assert(
            fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
                const name = reverseName(address);
                expect(domainNameProblem(name), address).to.equal(undefined);
                expect(name.split(".")).to.have.length(address.includes(":") ? 34 : 6);
            }),
        );
    });
});

describe("A server that is asked for a zone", () => {
    it("is an address with or without a port", () => {
        for (const text of ["192.168.1.1", "192.168.1.1@5353", "2001:db8::1", "2001:db8::1@65535", "169.254.20.10"]) {
            expect(serverProblem(text), text).to.equal(undefined);
        }
    });

    for (const [text, problem] of [
        ["dns.example.com", /is not the address of a server; write it like/],
        ["", /is not the address/],
        ["[2001:db8::1]:53", /is not the address/],
        ["fe80::1%eth0", /is not the address/],
        ["1.1.1.1@853#dns.example.com", /^has no port/],
        ["1.1.1.1#dns.example.com", /has the server's name in it; write the address alone, and the name as tls/],
        ["1.1.1.1@", /has no port from 1 to 65535/],
        ["1.1.1.1@0", /has no port/],
        ["1.1.1.1@65536", /has no port/],
        ["1.1.1.1@53@53", /has no port/],
        ["127.0.0.53", /is a loopback address, .*; name a server that the pods can reach/],
        ["::1@53", /is a loopback address/],
        ["::ffff:127.0.0.1", /is a loopback address/],
        ["0.0.0.0", /is the unspecified address/],
        ["::", /is the unspecified address/],
        ["224.0.0.251", /is a multicast address/],
        ["ff02::fb", /is a multicast address/],
        ["255.255.255.255", /is a reserved or broadcast address/],
        ["fe80::1", /is a link-local address/],
    ] as const) {
        it(`is not ${text || "empty"}`, () => expect(serverProblem(text)).to.match(problem));
    }

    it("is not the resolver itself, on any port and in any way to write it", () => {
        const own = ["192.168.1.53", "2001:db8:0::53"];
        for (const text of ["192.168.1.53", "192.168.1.53@5353", "2001:DB8::53"]) {
            expect(serverProblem(text, own), text).to.match(/is the resolver's own address/);
        }
        expect(serverProblem("192.168.1.54", own)).to.equal(undefined);
    });
});

describe("The name in a server's certificate", () => {
    it("is a host name or an address", () => {
        for (const name of ["dns.quad9.net", "one", "1.1.1.1", "2606:4700::1111", "under_score.example"]) {
            expect(tlsNameProblem(name), name).to.equal(undefined);
        }
    });

    it("has no final dot: Unbound would compare it with the dot and trust nobody", () => {
        expect(tlsNameProblem("dns.quad9.net.")).to.equal(
            "ends in a dot, which no certificate has; write dns.quad9.net",
        );
        expect(tlsNameProblem(".")).to.match(/^ends in a dot, .*; write the name in the server's certificate$/);
    });

    it("is nothing else", () => {
        expect(tlsNameProblem("")).to.match(/is empty/);
        expect(tlsNameProblem("*.quad9.net")).to.match(/is not a server's name/);
        expect(tlsNameProblem("a b")).to.match(/is not a server's name/);
        expect(tlsNameProblem("a..b")).to.match(/has an empty label/);
    });
});

describe("A zone that is not to be validated", () => {
    const signed = { dnssec: true, trustAnchors: ["corp.example. DS 1 13 2 00"] };

    it("can have no trust anchor, since that takes precedence", () => {
        expect(insecureZoneProblem({ name: "Corp.example", insecure: true }, signed)).to.match(/remove it, or/);
        expect(insecureZoneProblem({ name: ".", insecure: true }, signed)).to.match(/set noc:dns.dnssec to false/);
        expect(insecureZoneProblem({ name: ".", insecure: true }, { ...signed, dnssec: false })).to.equal(undefined);
        expect(insecureZoneProblem({ name: ".", insecure: false }, signed)).to.equal(undefined);
        expect(insecureZoneProblem({ name: "lab.example", insecure: true }, signed)).to.equal(undefined);
    });
});
