import { expect } from "chai";

import { leastMemory, memoryProblem, redisMaxMemory, unboundSizing } from "./sizing";
import { unboundOptions } from "./unbound-client";
import {
    cachedbConf,
    configFiles,
    controlSocket,
    dnsPort,
    type UnboundConfigOptions,
    upstreamPorts,
} from "./unbound-config";

const MiB = 2 ** 20;
const zone = (name: string, ...addresses: string[]) => ({ name, addresses, insecure: false });

describe("the sizes of Unbound", () => {
    it("are a thread for each whole core of the limit, and one at least", () => {
        expect(["500m", "1", "1500m", "2", "4"].map((cpu) => unboundSizing(cpu, "1Gi").threads)).to.deep.equal([
            1, 1, 1, 2, 4,
        ]);
    });

    it("fit into the memory limit, with caches at 2.5 times their size and all lookups under way", () => {
        for (const [cpu, memory] of [
            ["1", 64],
            ["1", 256],
            ["1", 512],
            ["4", 512],
            ["64", 4096],
        ] as const) {
            const sizes = unboundSizing(cpu, `${memory}Mi`);
            const caches = 2.5 * (sizes.msgCache + sizes.rrsetCache + sizes.keyCache);
            const lookups = sizes.threads * (sizes.queriesPerThread * 11.5 * 1024 + 10 * MiB);
            expect(14 * MiB + caches + lookups, `${cpu} cores, ${memory} MiB`).to.be.at.most(memory * MiB);
            expect(sizes.queriesPerThread, `${cpu} cores, ${memory} MiB`).to.be.at.least(512);
            expect(memoryProblem(cpu, `${memory}Mi`)).to.equal(undefined);
        }
    });

    it("need memory for each thread", () => {
        expect(leastMemory("4")).to.equal(160);
        expect(memoryProblem("4", "159Mi")).to.match(/is too little for 4 threads/);
    });

    it("share the ports of a host", () => {
        expect(unboundSizing("2", "1Gi").outgoingRange).to.equal(8192);
        expect(64 * unboundSizing("64", "64Gi").outgoingRange).to.be.below(64_000);
    });

    it("leave a quarter of Redis' limit to other things than data", () => {
        expect(redisMaxMemory("256Mi")).to.equal(192 * MiB);
    });
});

const text = (options: Partial<UnboundConfigOptions> = {}, file = "unbound.conf") =>
    configFiles(unboundOptions({ allowFrom: ["10.0.0.0/8"], ...options }))[file] ?? "";
const lines = (options?: Partial<UnboundConfigOptions>) =>
    text(options)
        .split("\n")
        .map((line) => line.trim());

describe("unbound.conf", () => {
    it("answers the allowed networks and nobody else", () => {
        const access = lines({ allowFrom: ["10.0.0.0/8", "192.168.1.0/24"] }).filter((line) =>
            line.startsWith("access-control"),
        );
        expect(access).to.deep.equal([
            "access-control: 127.0.0.0/8 allow",
            "access-control: 10.0.0.0/8 allow",
            "access-control: 192.168.1.0/24 allow",
        ]);
    });

    it("limits what one client and one network may take, but not the health checks' connections", () => {
        expect(lines({ cpu: "2" })).to.include.members([
            "ip-ratelimit: 5000",
            "incoming-num-tcp: 512",
            "tcp-connection-limit: 10.0.0.0/8 768",
        ]);
        expect(text()).not.to.match(/tcp-connection-limit: (127|0)\./);
        expect(text({ clientQueryLimit: 0 })).not.to.contain("ip-ratelimit");
    });

    it("is hardened against forged and amplified answers", () => {
        expect(lines()).to.include.members([
            "deny-any: yes",
            "harden-unverified-glue: yes",
            "harden-unknown-additional: yes",
            "unwanted-reply-threshold: 10000000",
        ]);
    });

    it("validates the answers from Redis too", () => {
        expect(lines())
            .to.include('module-config: "validator cachedb iterator"')
            .and.include('trust-anchor-file: "/var/unbound/root.key"');
    });

    it("never uses a trust anchor file that has to be written", () => {
        expect(text()).not.to.match(/^\s*auto-trust-anchor-file/m);
    });

    it("validates nothing if validation is off", () => {
        const off = { dnssec: false, trustAnchors: ["corp.example. DS 1 13 2 ABCD"] };
        expect(lines(off)).to.include('module-config: "cachedb iterator"');
        expect(text(off)).not.to.match(/^\s*trust-anchor/m);
    });

    it("trusts the anchors of private zones", () => {
        expect(lines({ trustAnchors: ["corp.example. DS 1 13 2 ABCD"] })).to.include(
            'trust-anchor: "corp.example. DS 1 13 2 ABCD"',
        );
    });

    it("removes private addresses, except in forward zones, stub zones and listed domains", () => {
        const options = {
            privateDomains: ["internal"],
            forwardZones: [zone(".", "9.9.9.9"), zone("corp.example", "10.0.0.1")],
            stubZones: [zone("1.168.192.in-addr.arpa", "10.0.0.1")],
        };
        expect(lines(options)).to.include.members(["private-address: 192.168.0.0/16", "private-address: fc00::/7"]);
        expect(lines(options).filter((line) => line.startsWith("private-domain"))).to.deep.equal([
            'private-domain: "corp.example."',
            'private-domain: "1.168.192.in-addr.arpa."',
            'private-domain: "internal."',
        ]);
        expect(text({ ...options, rebindingProtection: false })).not.to.match(/private-(address|domain)/);
    });

    it("counts what the alerts need, and takes commands on the shared socket", () => {
        expect(lines()).to.include.members([
            "extended-statistics: yes",
            "control-enable: yes",
            `control-interface: "${controlSocket}"`,
        ]);
    });

    it("keeps the queries that come while a thread waits for Redis", () => {
        expect(lines()).to.include("so-rcvbuf: 1m");
    });

    it("uses neither the privileged port nor the chroot that the image is built for", () => {
        expect(lines()).to.include.members([`port: ${dnsPort}`, 'chroot: ""', 'username: ""', 'pidfile: ""']);
    });

    it("queries servers over IPv6 only if told to", () => {
        expect(lines()).to.include("do-ip6: no");
        expect(lines({ upstreamIpv6: true })).to.include("do-ip6: yes");
    });
});

describe("Unbound's log", () => {
    const settings = (log: UnboundConfigOptions["log"]) =>
        lines({ log }).filter((line) => /^(log-|verbosity|use-syslog|logfile)/.test(line));

    it("names no client at the level errors", () => {
        expect(settings("errors")).to.deep.equal(["use-syslog: no", 'logfile: ""']);
    });

    it("has one line for an answer, with its time, at the level queries", () => {
        expect(settings("queries")).to.deep.equal([
            "use-syslog: no",
            'logfile: ""',
            "log-replies: yes",
            "log-tag-queryreply: yes",
            "log-time-ascii: yes",
            "log-time-iso: yes",
        ]);
    });
});

describe("forward-zones.conf", () => {
    const zones = (options: Partial<UnboundConfigOptions>) => text(options, "forward-zones.conf");

    it("queries forwarders, over TLS by the name in their certificate", () => {
        const forwardZones = [{ ...zone(".", "9.9.9.9"), tls: "dns.quad9.net" }];
        expect(zones({ forwardZones }))
            .to.contain(
                'forward-zone:\n  name: "."\n  forward-tls-upstream: yes\n  forward-addr: 9.9.9.9@853#dns.quad9.net\n',
            )
            .and.contain("tls-cert-bundle");
    });

    it("queries the servers of stub zones, on the port they have", () => {
        const stubZones = [{ ...zone("corp.example", "10.0.0.1@5353"), insecure: true }];
        expect(zones({ stubZones }))
            .to.contain('stub-zone:\n  name: "corp.example."\n  stub-addr: 10.0.0.1@5353\n')
            .and.contain('domain-insecure: "corp.example."');
    });

    it("lets a private reverse zone through that Unbound would answer itself", () => {
        const stubZones = [zone("1.168.192.in-addr.arpa", "10.0.0.1")];
        expect(zones({ stubZones })).to.contain('local-zone: "1.168.192.in-addr.arpa." transparent');
    });

    it("answers an alias of a local name with that name's records, and follows any other", () => {
        const record = { ttl: 60, value: "10.0.0.53" };
        const localRecords = [
            { ...record, name: "ns.home.arpa", type: "A" as const },
            { ...record, name: "www.home.arpa", type: "CNAME" as const, value: "ns.home.arpa" },
            { ...record, name: "shop.home.arpa", type: "CNAME" as const, value: "www.example.com" },
        ];
        expect(zones({ localRecords })).to.contain("local-data: 'www.home.arpa. 60 IN A 10.0.0.53'");
        expect(zones({ localRecords })).to.contain('rpz:\n  name: "rpz."\n  zonefile: "/config/aliases.zone"\n');
        expect(text({ localRecords }, "aliases.zone")).to.contain("shop.home.arpa.rpz. 60 IN CNAME www.example.com.");
        expect(lines({ localRecords })).to.include('module-config: "respip validator cachedb iterator"');
    });
});

describe("cachedb.conf", () => {
    it("has Redis' password and bounds the wait for Redis", () => {
        const conf = cachedbConf({ host: "10.96.0.9", password: "pw", seed: "s" });
        expect(conf)
            .to.contain('redis-server-password: "pw"')
            .and.contain("redis-server-host: 10.96.0.9")
            .and.contain("redis-expire-records: yes");
        expect(Number(/redis-timeout: (\d+)/.exec(conf)?.[1])).to.be.at.most(100);
    });
});

describe("the ports of the servers that Unbound queries", () => {
    it("are 53, 853 over TLS, and those that are set", () => {
        const forwardZones = [
            { ...zone(".", "9.9.9.9", "9.9.9.10@8853"), tls: "dns.quad9.net" },
            zone("a", "10.0.0.1"),
        ];
        expect(upstreamPorts({ forwardZones, stubZones: [zone("b", "10.0.0.2@5353")] })).to.deep.equal([
            853, 8853, 53, 5353,
        ]);
    });
});
