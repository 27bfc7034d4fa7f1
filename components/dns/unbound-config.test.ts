import { expect } from "chai";

import { redisConf } from "./redis";
import { redisMaxMemory, unboundSizing } from "./sizing";
import {
    cachedbConf,
    controlSocket,
    dnsPort,
    forwardZonesConf,
    unboundConf,
    type UnboundConfigOptions,
} from "./unbound-config";

const options: UnboundConfigOptions = {
    cpu: "2",
    memory: "1Gi",
    allowFrom: ["10.0.0.0/8"],
    dnssec: true,
    trustAnchors: [],
    forwardZones: [],
    stubZones: [],
    localRecords: [],
    ipv6: false,
    log: "errors",
};

describe("Unbound's sizes", () => {
    it("give it a thread for each whole core of its limit, and one at least", () => {
        expect(["500m", "1", "1500m", "2", "4"].map((cpu) => unboundSizing(cpu, "1Gi").threads)).to.deep.equal([
            1, 1, 1, 2, 4,
        ]);
    });

    it("leave more than half of its memory unpromised, with rrsets at twice the messages", () => {
        for (const memory of ["64Mi", "256Mi", "512Mi", "4Gi"]) {
            const { msgCache, rrsetCache, keyCache } = unboundSizing("1", memory);
            const limit = { "64Mi": 64, "256Mi": 256, "512Mi": 512, "4Gi": 4096 }[memory] ?? 0;
            expect(2.5 * (msgCache + rrsetCache + keyCache)).to.be.at.most(limit * 2 ** 20);
            expect(rrsetCache / msgCache).to.be.closeTo(2, 0.3);
        }
    });

    it("leave Redis a quarter of its limit for other things than data", () => {
        expect(redisMaxMemory("256Mi")).to.equal(192 * 2 ** 20);
    });
});

describe("unbound.conf", () => {
    const lines = (text: string) => text.split("\n").map((line) => line.trim());

    it("answers the allowed networks and nobody else", () => {
        const access = lines(unboundConf({ ...options, allowFrom: ["10.0.0.0/8", "192.168.1.0/24"] })).filter((line) =>
            line.startsWith("access-control"),
        );
        expect(access).to.deep.equal([
            "access-control: 127.0.0.0/8 allow",
            "access-control: 10.0.0.0/8 allow",
            "access-control: 192.168.1.0/24 allow",
        ]);
    });

    it("validates what comes out of Redis too", () => {
        expect(lines(unboundConf(options)))
            .to.include('module-config: "validator cachedb iterator"')
            .and.include('trust-anchor-file: "/var/unbound/root.key"');
    });

    it("never uses a trust anchor file that has to be written", () => {
        expect(unboundConf(options)).not.to.match(/^\s*auto-trust-anchor-file/m);
    });

    it("validates nothing where it is told not to", () => {
        const text = unboundConf({ ...options, dnssec: false });
        expect(lines(text)).to.include('module-config: "cachedb iterator"');
        expect(text).not.to.contain("trust-anchor-file:");
    });

    it("trusts the anchors of private zones", () => {
        expect(lines(unboundConf({ ...options, trustAnchors: ["corp.example. DS 1 13 2 ABCD"] }))).to.include(
            'trust-anchor: "corp.example. DS 1 13 2 ABCD"',
        );
    });

    it("counts what the alerts need, and takes commands on the shared socket", () => {
        expect(lines(unboundConf(options))).to.include.members([
            "extended-statistics: yes",
            "control-enable: yes",
            `control-interface: "${controlSocket}"`,
        ]);
    });

    it("stays off the privileged port and out of the chroot that its image is built for", () => {
        expect(lines(unboundConf(options))).to.include.members([
            `port: ${dnsPort}`,
            'chroot: ""',
            'username: ""',
            'pidfile: ""',
        ]);
    });

    it("speaks IPv6 only where it is told to", () => {
        expect(lines(unboundConf(options))).to.include("do-ip6: no");
        expect(lines(unboundConf({ ...options, ipv6: true }))).to.include.members(["do-ip6: yes", "interface: ::0"]);
    });
});

describe("Unbound's log", () => {
    const settings = (log: UnboundConfigOptions["log"]) =>
        unboundConf({ ...options, log })
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => /^(log-|verbosity|use-syslog|logfile)/.test(line));

    it("says nothing about clients at the level errors", () => {
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
    it("asks forwarders, over TLS by the name in their certificate", () => {
        const text = forwardZonesConf({
            ...options,
            forwardZones: [{ name: ".", addresses: ["9.9.9.9"], tls: "dns.quad9.net", insecure: false }],
        });
        expect(text).to.contain(
            'forward-zone:\n  name: "."\n  forward-tls-upstream: yes\n  forward-addr: 9.9.9.9@853#dns.quad9.net\n',
        );
        expect(text).to.contain("tls-cert-bundle");
    });

    it("asks the servers of stub zones, on the port they have", () => {
        const text = forwardZonesConf({
            ...options,
            stubZones: [{ name: "corp.example", addresses: ["10.0.0.1@5353"], insecure: true }],
        });
        expect(text)
            .to.contain('stub-zone:\n  name: "corp.example."\n  stub-addr: 10.0.0.1@5353\n')
            .and.contain('domain-insecure: "corp.example."');
    });

    it("lets a private reverse zone through that Unbound would answer itself", () => {
        const text = forwardZonesConf({
            ...options,
            stubZones: [{ name: "1.168.192.in-addr.arpa", addresses: ["10.0.0.1"], insecure: true }],
        });
        expect(text).to.contain('local-zone: "1.168.192.in-addr.arpa." transparent');
    });

    it("answers local records with absolute names", () => {
        const text = forwardZonesConf({
            ...options,
            localRecords: [
                { name: "ns.noc.local", type: "A", value: "10.0.0.53", ttl: 60 },
                { name: "www.noc.local", type: "CNAME", value: "ns.noc.local", ttl: 3600 },
                { name: "noc.local", type: "TXT", value: "hello there", ttl: 3600 },
            ],
        });
        expect(text).to.contain("local-data: 'ns.noc.local. 60 IN A 10.0.0.53'");
        expect(text).to.contain("local-data: 'www.noc.local. 3600 IN CNAME ns.noc.local.'");
        expect(text).to.contain("local-data: 'noc.local. 3600 IN TXT \"hello there\"'");
    });
});

describe("cachedb.conf and redis.conf", () => {
    it("agree on the password and bound the wait for Redis", () => {
        const text = cachedbConf({ host: "10.96.0.9", password: "pw", seed: "s" });
        expect(text)
            .to.contain('redis-server-password: "pw"')
            .and.contain("redis-server-host: 10.96.0.9")
            .and.contain("redis-expire-records: yes");
        expect(Number(/redis-timeout: (\d+)/.exec(text)?.[1])).to.be.at.most(100);
        expect(redisConf("256Mi", "pw")).to.contain('requirepass "pw"');
    });

    it("bound Redis' memory, evict what was used least and keep nothing on disk", () => {
        expect(redisConf("256Mi", "pw").split("\n")).to.include.members([
            "maxmemory 201326592",
            "maxmemory-policy allkeys-lru",
            'save ""',
            "appendonly no",
        ]);
    });
});
