import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { networkInterfaces } from "node:os";

import { contains, parseAddress, parseSubnet } from "../../config/addresses";
import { addressesIn, ask } from "./dns-client";
import { certificateSecret } from "./encryption";
import { agent, nodeNamespace } from "./node-path";
import { nodeApp } from "./node-path-config";
import { type Deployed, deployed, eventually, scrape, sumOf, unchecked } from "../../tests/deployed";

const fresh = (): string => `noc-${randomBytes(6).toString("hex")}`;

describe("DNS", () => {
    let stack: Deployed;
    let server: string;
    let namespace: string;
    let online: boolean;

    before(async function () {
        stack = await deployed();
        server = stack.outputs.dnsAddress ?? unchecked(this, "DNS is switched off");
        namespace = stack.settings.site.namespace;
        // Unbound answers this only if it reaches a root server or forwarder.
        online = (await ask(server, ".", "NS").catch(() => undefined))?.rcode === "NOERROR";
    });

    /** Queries that the exporters have counted, of the resolvers in the pod network and of those in the nodes' network. */
    const queriesAtPods = async () => counted(await scrape(namespace, "app=unbound", 9167));
    const queriesAtNodes = async () => {
        const pods = await stack.cluster.pods(nodeNamespace, `app=${nodeApp}`);
        // A forwarded port leads to 127.0.0.1, where the exporter does not listen.
        const command = ["sh", "-c", "wget -qO- http://$NODE_IP:9167/metrics"];
        return counted(await Promise.all(pods.map((pod) => stack.cluster.exec(pod, agent, command))));
    };
    const counted = (texts: string[]) => texts.reduce((sum, text) => sum + sumOf(text, "unbound_queries_total"), 0);

    it("answers at every address, each announced by another node", async function () {
        const addresses = stack.outputs.dnsAddresses ?? [];
        for (const address of addresses) {
            expect((await ask(address, "health.noc.internal")).rcode, address).to.equal("NOERROR");
        }
        if (!stack.settings.metallb.enabled || addresses.length < 2) {
            unchecked(this, "the resolver has one address, or MetalLB does not announce its addresses");
        }
        const announced = (await stack.cluster.announcements()).flatMap((one) =>
            one.namespace === namespace && /^unbound(-|$)/.test(one.service) ? [one.node] : [],
        );
        const pods = await stack.cluster.pods(namespace, "app=unbound");
        const nodes = new Set(pods.map(({ spec }) => spec?.nodeName));
        expect(announced).to.have.length(addresses.length);
        expect(new Set(announced).size, announced.join(", ")).to.equal(Math.min(addresses.length, nodes.size));
    });

    it("leads clients' queries to the resolver in the node's network, which reaches Redis", async function () {
        if (stack.settings.dns.path !== "node") {
            unchecked(this, "noc:dns.path is service");
        }
        const pods = await stack.cluster.pods(nodeNamespace, `app=${nodeApp}`);
        const [redis] =
            (await stack.cluster.core.readNamespacedService({ name: "redis", namespace })).spec?.clusterIPs ?? [];
        for (const pod of pods) {
            expect(
                pod.status?.containerStatuses?.every(({ ready }) => ready),
                pod.spec?.nodeName,
            ).to.equal(true);
            await stack.cluster.exec(pod, agent, ["sh", "-c", `echo QUIT | nc -w 2 ${redis} 6379`]);
        }
        const [atNodes, atPods] = [await queriesAtNodes(), await queriesAtPods()];
        for (let i = 0; i < 200; i++) {
            await ask(server, "health.noc.internal");
        }
        expect((await queriesAtNodes()) - atNodes).to.be.at.least(200);
        // The probes and health checks query as well.
        expect((await queriesAtPods()) - atPods).to.be.below(100);
    });

    for (const [transport, tcp] of [
        ["UDP", false],
        ["TCP", true],
    ] as const) {
        it(`answers a recursive query over ${transport}`, async function () {
            const answer = await ask(server, "example.com", "A", { tcp });
            if (answer.rcode === "SERVFAIL" && !online) {
                unchecked(this, "no internet, and nobody to forward example.com to");
            }
            expect(answer.rcode).to.equal("NOERROR");
            expect(addressesIn(answer)).not.to.have.length(0);
        });
    }

    for (const transport of ["tls", "https"] as const) {
        it(`answers over ${transport.toUpperCase()} at every address, with a certificate of its name`, async function () {
            const { encryption } = stack.settings.dns;
            if (!encryption) {
                unchecked(this, "noc:dns.encryption is not set");
            }
            const { data = {} } = await stack.cluster.core.readNamespacedSecret({
                name: certificateSecret(encryption),
                namespace,
            });
            const ca = Buffer.from(data["ca.crt"] ?? data["tls.crt"] ?? "", "base64").toString();
            const { name } = encryption;
            for (const address of stack.outputs.dnsAddresses ?? []) {
                const answer = await ask(address, "health.noc.internal", "A", { [transport]: { name, ca } });
                expect(addressesIn(answer), address).to.deep.equal(["127.0.0.1"]);
            }
        });
    }

    it("says NXDOMAIN for a name that does not exist", async () => {
        expect((await ask(server, `${fresh()}.invalid`)).rcode).to.equal("NXDOMAIN");
    });

    it("says NXDOMAIN for a name that the servers of its zone do not know", async function () {
        if (!online) {
            unchecked(this, "no internet");
        }
        expect((await ask(server, `${fresh()}.iana.org`)).rcode).to.equal("NXDOMAIN");
    });

    it("marks a validated answer with AD", async function () {
        const zones = [
            ...(online ? ["iana.org"] : []),
            ...stack.settings.dns.trustAnchors.map((anchor) => anchor.split(/\s/)[0] ?? ""),
        ];
        if (!stack.settings.dns.dnssec || zones.length === 0) {
            unchecked(
                this,
                stack.settings.dns.dnssec
                    ? "no internet, and no trust anchor of a private zone"
                    : "noc:dns.dnssec is false",
            );
        }
        for (const zone of zones) {
            const answer = await ask(server, zone, "SOA", { dnssec: true });
            expect([answer.rcode, answer.flag_ad], zone).to.deep.equal(["NOERROR", true]);
        }
    });

    it("says SERVFAIL for a bogus answer", async function () {
        if (!stack.settings.dns.dnssec || !online) {
            unchecked(this, online ? "noc:dns.dnssec is false" : "no internet");
        }
        expect((await ask(server, "dnssec-failed.org")).rcode).to.equal("SERVFAIL");
    });

    it("answers a local record", async function () {
        const record =
            stack.settings.dns.localRecords.find(({ type }) => type === "A") ??
            unchecked(this, "noc:dns.localRecords has no A record");
        expect(addressesIn(await ask(server, record.name))).to.include(record.value);
    });

    it("refuses a client outside the access list", async function () {
        const allowed = stack.settings.dns.allowFrom.map(parseSubnet);
        const outside = (address: string) => !allowed.some((network) => contains(network, parseAddress(address)));
        const own = Object.values(networkInterfaces())
            .flatMap((list) => list ?? [])
            .find(({ family, internal, address }) => family === "IPv4" && !internal && outside(address));
        if (own) {
            expect((await ask(server, "example.com", "A", { from: own.address })).rcode).to.equal("REFUSED");
            return;
        }
        // This machine has no such address; a pod may have one. Redis' image has a DNS client.
        const [redis] = await stack.cluster.pods(namespace, "app=redis");
        const [unbound] = await stack.cluster.pods(namespace, "app=unbound");
        if (!redis?.status?.podIP || !unbound?.status?.podIP || !outside(redis.status.podIP)) {
            unchecked(this, "neither this machine nor a pod has an address outside noc:dns.allowFrom");
        }
        const refusal = await stack.cluster
            .exec(redis, "redis", ["nslookup", "-port=1053", "example.com", unbound.status.podIP])
            .catch(String);
        if (/timed out|no servers could be reached/i.test(refusal)) {
            unchecked(
                this,
                "network policies keep Redis' pod, which has an address outside noc:dns.allowFrom, from asking",
            );
        }
        expect(refusal).to.match(/REFUSED/);
    });

    it("lets Redis open no connections", async function () {
        const [redis] = await stack.cluster.pods(namespace, "app=redis");
        const [unbound] = await stack.cluster.pods(namespace, "app=unbound");
        const connected = await stack.cluster
            .exec(redis ?? expect.fail("no Redis pod runs"), "redis", [
                "sh",
                "-c",
                `nc -z -w 3 ${unbound?.status?.podIP} 1053 && echo connected || echo denied`,
            ])
            .then((output) => output.trim());
        if (connected === "connected") {
            unchecked(this, "the cluster's network plugin does not enforce network policies");
        }
        expect(connected).to.equal("denied");
    });

    it("stores an answer in Redis, with an expiry", async function () {
        const label = fresh();
        const { rcode } = await ask(server, `${label}.example.com`);
        if (rcode === "SERVFAIL" && !online) {
            unchecked(this, "no internet, and nobody to forward example.com to");
        }
        const [redis] = await stack.cluster.pods(namespace, "app=redis");
        const find =
            "for _,k in ipairs(redis.call('keys','*')) do if string.find(redis.call('get',k),ARGV[1],1,true) then return redis.call('ttl',k) end end return -2";
        const ttl = await eventually(async () => {
            const found = Number(
                await stack.cluster.exec(redis ?? expect.fail("no Redis pod runs"), "redis", [
                    "redis-cli",
                    "--user",
                    "operator",
                    "eval_ro",
                    find,
                    "0",
                    label,
                ]),
            );
            expect(found, "the answer is not in Redis").not.to.equal(-2);
            return found;
        }, 5);
        expect(ttl, "the answer in Redis has no expiry").to.be.above(0);
    });

    it("counts queries on the exporter", async () => {
        const queries = async () => (await queriesAtPods()) + (await queriesAtNodes());
        const before = await queries();
        for (let i = 0; i < 20; i++) {
            await ask(server, `${fresh()}.invalid`);
        }
        // The probes and health checks query as well.
        expect((await queries()) - before).to.be.at.least(20);
    });
});
