/** Settings of DNS that are refused, unusual ones that are accepted, and those that have no effect. */
import { expect } from "chai";

import type { SettingChanges } from "../../tools/mock-engine";
import { problemsWith } from "../../tests/support";

/** The problems of the poc stack after a change of its DNS settings. */
const problemsOf = (dns: SettingChanges) =>
    problemsWith({
        // A rule of DHCP compares its subnets with allowFrom, unless its clients ask other resolvers.
        "dhcp.resolvers": ["192.0.2.53"],
        ...Object.fromEntries(Object.entries(dns).map(([key, value]) => [`dns.${key}`, value])),
    });

const zone = (name: string, ...addresses: string[]) => ({ name, addresses });
const a = (name: string, value: string) => ({ name, type: "A", value });
const anchor = "corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000";
const slashEights = (count: number) => Array.from({ length: count }, (_, i) => `${20 + i}.0.0.0/8`);

/** What is changed in the poc stack, and all that the error says about it, each line without `noc:dns.` before it. */
const refused: [title: string, change: SettingChanges, ...lines: string[]][] = [
    [
        "an address with five parts",
        { address: "192.168.139.50.1" },
        'address = "192.168.139.50.1" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1',
    ],
    [
        "the same address twice",
        { furtherAddresses: ["192.168.139.50"], replicas: 2 },
        'furtherAddresses[0] = "192.168.139.50" is also noc:dns.address; give each Service its own address',
    ],
    [
        "a further address outside of the pools",
        { furtherAddresses: ["192.168.1.53"], replicas: 2 },
        'furtherAddresses[0] = "192.168.1.53" is in none of the pools (192.168.139.50-192.168.139.70); choose one of their addresses or extend noc:metallb.pools',
    ],
    [
        "a forwarder that is a further address",
        { furtherAddresses: ["192.168.139.53"], replicas: 2, forwardZones: [zone(".", "192.168.139.53")] },
        `forwardZones[0].addresses[0] = "192.168.139.53" is the resolver's own address, so its queries would loop; name another server`,
    ],
    ["no replicas", { replicas: 0 }, "replicas = 0 is too few; set it to 1 or more"],
    ["half a replica", { replicas: 1.5 }, "replicas = 1.5 is not a whole number; write it in digits, like 3"],
    ["thousands of replicas", { replicas: 2000 }, "replicas = 2000 is too many; set it to 100 or less"],

    // sizes
    [
        "memory that is no quantity",
        { memory: "512 MB" },
        'memory = "512 MB" is not a size in bytes; write it like 512Mi or 100Gi',
    ],
    [
        "memory in thousandths of a byte",
        { memory: "100m" },
        'memory = "100m" is a fraction of a byte: m means a thousandth; write it like 512Mi',
    ],
    ["memory without a unit", { memory: 512 }, "memory = 512 is too little; set it to 64Mi or more"],
    [
        "memory that the threads alone would take",
        { cpu: "8", memory: "128Mi" },
        'memory = "128Mi" is too little for 8 threads (noc:dns.cpu = "8"); set it to 288Mi or more',
    ],
    ["CPU that is no quantity", { cpu: 0 }, "cpu = 0 is too little; set it to 100m or more"],
    ["less CPU than the pod requests", { cpu: "50m" }, 'cpu = "50m" is too little; set it to 100m or more'],
    ["CPU with a unit of memory", { cpu: "2Gi" }, 'cpu = "2Gi" has a unit of memory; write it like 500m or 2'],
    ["more CPU than threads are of use", { cpu: 500 }, "cpu = 500 is too much; set it to 64 or less"],
    [
        "a cache of thousandths of a byte",
        { redisMemory: "256m" },
        'redisMemory = "256m" is a fraction of a byte: m means a thousandth; write it like 256Mi',
    ],
    [
        "a cache that is smaller than Redis itself",
        { redisMemory: "1Mi" },
        'redisMemory = "1Mi" is too little; set it to 32Mi or more',
    ],

    // networks
    ["no clients", { allowFrom: [] }, "allowFrom = [] allows nobody to query; list the networks of the clients"],
    [
        "the whole Internet",
        { allowFrom: ["0.0.0.0/0"] },
        'allowFrom[0] = "0.0.0.0/0" is 100 % of all Internet addresses; attackers would use the resolver as an amplifier, so list only the networks of your clients',
    ],
    [
        "networks that together are much of the Internet",
        { allowFrom: ["10.0.0.0/8", ...slashEights(100)] },
        "allowFrom lists 39 % of all Internet addresses; attackers would use the resolver as an amplifier, so list only the networks of your clients",
    ],
    [
        "a network with host bits",
        { allowFrom: ["192.168.1.7/24"] },
        'allowFrom[0] = "192.168.1.7/24" has bits set behind its prefix; write 192.168.1.0/24',
    ],
    [
        "something that is no network",
        { allowFrom: ["192.168.1.0"] },
        'allowFrom[0] = "192.168.1.0" is not an IPv4 subnet; write its first address and prefix length, like 192.168.1.0/24',
    ],
    [
        "the loopback network",
        { allowFrom: ["10.0.0.0/8", "127.0.0.0/8"] },
        'allowFrom[1] = "127.0.0.0/8" is the loopback network, from which the pod itself may always query; leave it out',
    ],
    [
        "a multicast network",
        { allowFrom: ["10.0.0.0/8", "224.0.0.0/24"] },
        'allowFrom[1] = "224.0.0.0/24" is for multicast; leave it out',
    ],
    [
        "the same network twice",
        { allowFrom: ["10.0.0.0/8", "10.0.0.0/8"] },
        'allowFrom[1] = "10.0.0.0/8" is also noc:dns.allowFrom[0]; list it once',
    ],
    ["a negative limit", { clientQueryLimit: -1 }, "clientQueryLimit = -1 is too few; set it to 0 or more"],

    [
        "a limit beyond all queries",
        { clientQueryLimit: 2 ** 32 },
        "clientQueryLimit = 4294967296 is too many; set it to 10000000 or less",
    ],
    [
        "an unsigned zone with a trust anchor",
        { trustAnchors: [anchor], stubZones: [{ ...zone("CORP.example.", "10.0.0.1"), insecure: true }] },
        "stubZones[0].insecure = true has no effect on the zone's trust anchor, so unsigned answers still fail validation; remove it, or the zone's entry in noc:dns.trustAnchors",
    ],
    [
        "a network as a zone",
        { forwardZones: [zone("10.0.0.0/8", "10.0.0.1")] },
        'forwardZones[0].name = "10.0.0.0/8" is a network and not a name; write a domain name, or the reverse zone, like 168.192.in-addr.arpa',
    ],
    [
        "private addresses for every name",
        { privateDomains: ["."] },
        'privateDomains[0] = "." is every name; set noc:dns.rebindingProtection to false',
    ],

    // monitoring
    [
        "an unknown threshold",
        { thresholds: { servfail: 0.1 } },
        "thresholds.servfail is not a setting; there are: servfailRatio, unansweredRatio, bogusRatio, recursionSeconds, answerSeconds, cacheHitRatio, replicaShare, clientQueries, redisMemoryRatio, redisEvictions, redisUnexpiringRatio",
    ],
    [
        "a fraction in percent",
        { thresholds: { servfailRatio: 5 } },
        "thresholds.servfailRatio = 5 is not a share; set it above 0 and below 1",
    ],
    [
        "a latency that is no bucket",
        { objectives: { latencySeconds: 0.2 } },
        "objectives.latencySeconds = 0.2 is not a bucket of Unbound's histogram; use one of 0.016384, 0.032768, 0.065536, 0.131072, 0.262144, 0.524288",
    ],
    ["an unknown log level", { log: "debug" }, 'log = "debug" is not a log level; use errors or queries'],
];

const accepted: [title: string, change: SettingChanges][] = [
    ["a whole /8 of public addresses", { allowFrom: ["20.0.0.0/8"] }],
    ["every private network", { allowFrom: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] }],
    ["one network within another", { allowFrom: ["10.0.0.0/8", "10.1.0.0/16"] }],
    ["a single client", { allowFrom: ["203.0.113.7/32"] }],
    ["the smallest sizes", { cpu: "100m", memory: "64Mi", redisMemory: "32Mi" }],
    ["sizes in other units", { cpu: 1.5, memory: "1G", redisMemory: 268435456 }],
    ["64 threads", { cpu: 64, memory: "64Gi" }],
    ["as many replicas as a large cluster has nodes", { replicas: 100 }],
    ["two addresses for two pods", { furtherAddresses: ["192.168.139.53"], replicas: 2 }],
    ["no limit for each client", { clientQueryLimit: 0 }],
    ["IPv6 servers", { upstreamIpv6: true, stubZones: [zone("corp.example", "2001:db8::53@5353")] }],
    ["a link-local server, as some clouds have", { forwardZones: [zone(".", "169.254.169.253")] }],
    ["another port of the resolver's network", { forwardZones: [zone("corp.example", "192.168.139.51@53")] }],
    ["a forwarder over TLS by its address", { forwardZones: [{ ...zone(".", "9.9.9.9"), tls: "9.9.9.9" }] }],
    [
        "a forwarder over TLS at another port",
        { forwardZones: [{ ...zone(".", "9.9.9.9@8853"), tls: "dns.quad9.net" }] },
    ],
    [
        "an unsigned root without validation",
        { dnssec: false, forwardZones: [{ ...zone(".", "10.0.0.1"), insecure: true }] },
    ],
    ["an unsigned zone below the root", { stubZones: [{ ...zone("corp.example", "10.0.0.1"), insecure: true }] }],
    ["a classless reverse zone", { stubZones: [zone("0/25.1.168.192.in-addr.arpa", "10.0.0.1")] }],
    [
        "records within a forward zone",
        { forwardZones: [zone("corp.example", "10.0.0.1")], localRecords: [a("a.corp.example", "10.0.0.2")] },
    ],
    ["several addresses of a name", { localRecords: [a("a.example", "10.0.0.1"), a("a.example", "10.0.0.2")] }],
    [
        "text that is longer than 255 bytes",
        { localRecords: [{ ...a("k._domainkey.example", "x".repeat(400)), type: "TXT" }] },
    ],
    ["a record that is never cached", { localRecords: [{ ...a("a.example", "10.0.0.1"), ttl: 0 }] }],
    ["a host on loopback, which is a way to block it", { localRecords: [a("ads.example", "0.0.0.0")] }],
    [
        "a trust anchor as DNSKEY",
        { trustAnchors: [`corp.example. DNSKEY 257 3 13 ${Buffer.alloc(64, 7).toString("base64")}`] },
    ],
    ["no domain that may have private addresses", { rebindingProtection: true, privateDomains: [] }],
    ["a top-level domain with private addresses", { privateDomains: ["internal"] }],
    ["the root as the name of a probe", { probeNames: ["example.com."] }],
];

/** Settings that have no effect because of others, and the warning, without `noc:dns.` before it. */
const useless: [title: string, change: SettingChanges, ...lines: string[]][] = [
    [
        "trust anchors without validation",
        { dnssec: false, trustAnchors: [anchor] },
        "trustAnchors has no effect while noc:dns.dnssec is false; remove it",
    ],
    [
        "exceptions to a protection that is off",
        { rebindingProtection: false, privateDomains: ["corp.example"] },
        "privateDomains has no effect while noc:dns.rebindingProtection is false; remove it",
    ],
    [
        "more addresses than pods",
        { furtherAddresses: ["192.168.139.53", "192.168.139.54"], replicas: 2 },
        "furtherAddresses makes 3 addresses for 2 pods, so one node serves several of them; set noc:dns.replicas to 3 or more",
    ],
];

describe("the settings of DNS", () => {
    for (const [title, change, ...lines] of refused) {
        it(`refuse ${title}`, () => {
            expect(problemsOf(change)).to.deep.equal(lines.map((line) => `error: noc:dns.${line}.`));
        });
    }

    for (const [title, change] of accepted) {
        it(`accept ${title}`, () => {
            expect(problemsOf(change)).to.deep.equal([]);
        });
    }

    for (const [title, change, ...lines] of useless) {
        it(`warn of ${title}`, () => {
            expect(problemsOf(change)).to.deep.equal(lines.map((line) => `warning: noc:dns.${line}.`));
        });
    }
});
