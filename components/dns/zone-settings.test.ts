/** Zones, local records and names that are refused in the settings of DNS. */
import { expect } from "chai";

import type { SettingChanges } from "../../tools/mock-engine";
import { problemsWith } from "../../tests/support";

/** The problems of the poc stack after a change of its DNS settings. */
const problemsOf = (dns: SettingChanges) =>
    problemsWith(Object.fromEntries(Object.entries(dns).map(([key, value]) => [`dns.${key}`, value])));

const zone = (name: string, ...addresses: string[]) => ({ name, addresses });
const a = (name: string, value: string) => ({ name, type: "A", value });

/** What is changed in the poc stack, and all that the error says about it, each line without `noc:dns.` before it. */
const refused: [title: string, change: SettingChanges, ...lines: string[]][] = [
    // zones
    [
        "a server that is no address",
        { forwardZones: [zone("corp.example", "ns1")] },
        'forwardZones[0].addresses[0] = "ns1" is not the address of a server; write it like 192.168.1.1, 192.168.1.1@5353 or 2001:db8::1@5353',
    ],
    [
        "a server's port out of range",
        { forwardZones: [zone("corp.example", "10.0.0.1@99999")] },
        'forwardZones[0].addresses[0] = "10.0.0.1@99999" has no port from 1 to 65535 behind its @; write it like 10.0.0.1@5353',
    ],
    [
        "a zone without servers",
        { stubZones: [zone("corp.example")] },
        "stubZones[0].addresses = [] is empty; list at least one server",
    ],
    [
        "a zone that is both a forward and a stub zone",
        { forwardZones: [zone("corp.example", "10.0.0.1")], stubZones: [zone("Corp.example.", "10.0.0.2")] },
        'stubZones[0].name = "corp.example." is also noc:dns.forwardZones[0].name; send each zone to one set of servers',
    ],
    [
        "a zone's name with a space",
        { stubZones: [zone("my zone", "10.0.0.1")] },
        'stubZones[0].name = "my zone" is not a domain name; use labels of letters, digits and inner hyphens, joined by dots',
    ],
    [
        "a forwarder on loopback",
        { forwardZones: [zone(".", "127.0.0.53")] },
        'forwardZones[0].addresses[0] = "127.0.0.53" is a loopback address, at which each pod reaches only itself; name a server that the pods can reach',
    ],
    [
        "an unspecified forwarder",
        { forwardZones: [zone(".", "0.0.0.0")] },
        'forwardZones[0].addresses[0] = "0.0.0.0" is the unspecified address; name a server that the pods can reach',
    ],
    [
        "the resolver itself as a forwarder",
        { forwardZones: [zone(".", "192.168.139.50@53")] },
        'forwardZones[0].addresses[0] = "192.168.139.50@53" is the resolver\'s own address, so its queries would loop; name another server',
    ],
    [
        "a forwarder over IPv6 while IPv6 is off",
        { forwardZones: [zone(".", "2620:fe::fe")] },
        'forwardZones[0].addresses[0] = "2620:fe::fe" is an IPv6 address, but noc:dns.upstreamIpv6 is false; set that to true, or list an IPv4 address',
    ],
    [
        "an unsigned root with validation on",
        { forwardZones: [{ ...zone(".", "10.0.0.1"), insecure: true }] },
        "forwardZones[0].insecure = true has no effect on the root's trust anchor, so unsigned answers still fail validation; set noc:dns.dnssec to false",
    ],
    [
        "a certificate's name with a final dot",
        { forwardZones: [{ ...zone(".", "9.9.9.9"), tls: "dns.quad9.net." }] },
        'forwardZones[0].tls = "dns.quad9.net." ends in a dot, which no certificate has; write dns.quad9.net',
    ],
    [
        "a trust anchor that is none",
        { trustAnchors: ["corp.example"] },
        'trustAnchors[0] = "corp.example" is not a DS or DNSKEY record; write it on one line, like "corp.example. DS 12345 13 2 49FD46…"',
    ],

    // records
    [
        "an unknown type of record",
        { localRecords: [{ ...a("a.example", "10.0.0.1"), type: "AA" }] },
        'localRecords[0].type = "AA" is not a record type; use one of A, AAAA, CNAME, PTR, TXT, SRV, MX, CAA, HTTPS, NAPTR, SSHFP, SVCB, TLSA',
    ],
    [
        "a record whose value does not suit its type",
        { localRecords: [a("a.example", "ten")] },
        'localRecords[0].value = "ten" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1',
    ],
    [
        "a record that would add lines to Unbound's file",
        { localRecords: [{ ...a("a.example", "x'\n  access-control: 0.0.0.0/0 allow"), type: "TXT" }] },
        'localRecords[0].value = "x\'\\n  access-control: 0.0.0.0/0 allow" has a line break or another control character; write one line of text',
    ],
    [
        "an MX record without its preference",
        { localRecords: [{ ...a("a.example", "mail.example"), type: "MX" }] },
        'localRecords[0].value = "mail.example" is not a mail server; write its preference and its name, like "10 mail.example.com"',
    ],
    [
        "a time to live below zero",
        { localRecords: [{ ...a("a.example", "10.0.0.1"), ttl: -1 }] },
        "localRecords[0].ttl = -1 is not a time to live; write whole seconds from 0 to 2147483647",
    ],
    [
        "a CNAME beside another record",
        { localRecords: [a("a.example", "10.0.0.1"), { ...a("A.example.", "b.example"), type: "CNAME" }] },
        'localRecords[1].name = "A.example." has a CNAME and other records (noc:dns.localRecords[0]); leave the one or the others out',
    ],
    [
        "the name of the health checks",
        { localRecords: [a("health.noc.internal", "10.0.0.1")] },
        'localRecords[0].name = "health.noc.internal" is the name of the health checks; use another name',
    ],
    [
        "more records than a ConfigMap holds",
        {
            localRecords: ["a", "b"]
                .map((name) => ({ ...a(name, "x".repeat(500_000 / 8)), type: "TXT" }))
                .concat(Array.from({ length: 9 }, (_, i) => ({ ...a(`c${i}`, "\\".repeat(30_000)), type: "TXT" }))),
        },
        "localRecords has 11 records, which do not fit into a ConfigMap (1 MiB); move records to a zone of their own and list it in noc:dns.stubZones",
    ],

    // names
    [
        "an address as the name of a probe",
        { probeNames: ["10.0.0.1"] },
        'probeNames[0] = "10.0.0.1" is an address and not a name; write a domain name, like www.example.com',
    ],
    [
        "a name that is probed twice",
        { probeNames: ["example.com", "Example.com."] },
        'probeNames[1] = "example.com." is also noc:dns.probeNames[0]; list it once',
    ],
    [
        "the resolver's own name as the name of a probe",
        { probeNames: ["health.noc.internal"] },
        'probeNames[0] = "health.noc.internal." is always probed; leave it out',
    ],
];

describe("the zones and records of DNS", () => {
    for (const [title, change, ...lines] of refused) {
        it(`cannot be ${title}`, () => {
            expect(problemsOf(change)).to.deep.equal(lines.map((line) => `error: noc:dns.${line}.`));
        });
    }
});
