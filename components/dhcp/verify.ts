import { expect } from "chai";

import { environment } from "../../config/environment";
import { addressesIn, ask, dataOf } from "../dns/dns-client";
import { reverseName } from "../dns/zones";
import { databaseOf } from "./lease-database";
import type { Subnet } from "./settings";
import { contains, parseAddress, parseRange } from "../../config/addresses";
import { addressesOf, codes, freshHwAddress, Relay, type Reply, secondsOf } from "./relay";
import { type Deployed, deployed, eventually, scrape, sumOf, unchecked } from "../../tests/deployed";

/** Selectors of the pod that answers, and of all. */
const podsOf = { primary: "app.kubernetes.io/instance=kea-dhcp", all: "app.kubernetes.io/name=kea-dhcp" };

describe("DHCP", () => {
    let stack: Deployed;
    let server: string;
    let subnet: Subnet;
    let relay: Relay | undefined;
    /** The lease that the first test takes and that the others use. */
    let client: { hwAddress: string; address: string };

    before(async function () {
        stack = await deployed();
        server = stack.outputs.dhcpAddress ?? unchecked(this, "DHCP is switched off");
        subnet = stack.settings.dhcp.subnets[0] ?? unchecked(this, "noc:dhcp.subnets is empty");
        const { dhcpStandbyAddress: standby } = stack.outputs;
        try {
            relay = await Relay.open(standby ? [server, standby] : [server], subnet.router, environment.relayAddress);
        } catch (error) {
            unchecked(
                this,
                `cannot listen on port 67 as a relay does: ${(error as Error).message}; run it with the privilege to do so, and make sure that no other program uses that port`,
            );
        }
        if (!(await relay.exchange({ type: "discover", hwAddress: freshHwAddress() }, 5))) {
            throw new Error(
                `no answer from ${server}: DHCP is down, or noc:dhcp.relayFrom does not contain this machine, or answers to its port 67 are lost on the way`,
            );
        }
    });

    after(async () => {
        if (relay && client) {
            await relay.send({
                type: "release",
                hwAddress: client.hwAddress,
                address: client.address,
                serverIdentifier: server,
            });
        }
        relay?.close();
    });

    const through = () => relay ?? expect.fail("no relay");
    const received = (reply: Reply | undefined): Reply => reply ?? expect.fail("no answer");

    /** The resolvers that clients are told. */
    const resolvers = (): readonly string[] =>
        stack.settings.dhcp.resolvers.length > 0
            ? stack.settings.dhcp.resolvers
            : (stack.outputs.dnsAddresses ?? expect.fail("there is no resolver"));

    /** Discover, offer, request, acknowledgement. */
    async function lease(hwAddress: string): Promise<{ offer: Reply; ack: Reply }> {
        const taken = await through().lease(hwAddress);
        const offer = received(taken.offer);
        expect(offer.type).to.equal("offer");
        const ack = received(taken.ack);
        expect(ack.type).to.equal("ack");
        return { offer, ack };
    }

    it("leases an address, with the resolver (option 6), the server (54), the router (3) and the times", async () => {
        const hwAddress = freshHwAddress();
        const { offer, ack } = await lease(hwAddress);
        client = { hwAddress, address: ack.address };
        for (const reply of [offer, ack]) {
            expect(addressesOf(reply, codes.dns), "option 6").to.have.members(resolvers());
            expect(addressesOf(reply, codes.serverIdentifier), "option 54").to.deep.equal([server]);
            expect(addressesOf(reply, codes.router), "option 3").to.deep.equal([subnet.router]);
        }
        expect(
            subnet.pools.some((pool) => contains(parseRange(pool), parseAddress(ack.address))),
            `${ack.address} is in the pool`,
        ).to.equal(true);
        const { validLifetime, renewTimer, rebindTimer } = stack.settings.dhcp;
        expect([codes.leaseTime, codes.renewal, codes.rebinding].map((code) => secondsOf(ack, code))).to.deep.equal([
            validLifetime,
            renewTimer,
            rebindTimer,
        ]);
    });

    it("tells each of the stack's resolvers to some clients as the first one", async function () {
        if (stack.settings.dhcp.resolvers.length > 0 || resolvers().length < 2) {
            unchecked(this, "the stack's DNS has one address, or noc:dhcp.resolvers names others");
        }
        const first = new Set<string | undefined>();
        for (const digit of "0123456789abcdef") {
            const hwAddress = freshHwAddress().replace(/.$/, digit);
            first.add(addressesOf(received(await through().exchange({ type: "discover", hwAddress })), codes.dns)[0]);
        }
        expect([...first]).to.have.members(resolvers());
    });

    it("tells clients the name of the encrypted resolver (option 162)", async function () {
        const { encryption } = stack.settings.dns;
        if (!encryption || stack.settings.dhcp.resolvers.length > 0) {
            unchecked(this, "noc:dns.encryption is not set, or noc:dhcp.resolvers names others");
        }
        const offer = received(await through().exchange({ type: "discover", hwAddress: freshHwAddress() }));
        const labels = encryption.name.split(".").map((label) => String.fromCharCode(label.length) + label);
        expect(offer.options.get(codes.encryptedResolvers)?.toString("latin1")).to.contain(labels.join(""));
    });

    it("gives a client the address that is reserved for it", async function () {
        const reservation = subnet.reservations[0] ?? unchecked(this, "the subnet has no reservation");
        const { ack } = await lease(reservation.hwAddress);
        expect(ack.address).to.equal(reservation.address);
        await through().send({
            type: "release",
            hwAddress: reservation.hwAddress,
            address: ack.address,
            serverIdentifier: server,
        });
    });

    it("renews the lease", async () => {
        const renewed = received(
            await through().exchange({ type: "request", hwAddress: client.hwAddress, address: client.address }),
        );
        expect([renewed.type, renewed.address]).to.deep.equal(["ack", client.address]);
        expect(secondsOf(renewed, codes.leaseTime)).to.equal(stack.settings.dhcp.validLifetime);
    });

    it("has the host name of a lease in the DNS within a second, and no longer than a second after its release", async function () {
        const { leaseNames, domain } = stack.settings.dhcp;
        if (!leaseNames.enabled) {
            unchecked(this, "noc:dhcp.leaseNames is switched off");
        }
        const resolver = stack.outputs.dnsAddress ?? expect.fail("there is no resolver");
        const hwAddress = freshHwAddress();
        const hostname = `noc-${hwAddress.replaceAll(":", "")}`;
        const name = `${hostname}.${domain}`;
        const known = async () => {
            const [forward] = addressesIn(await ask(resolver, name));
            const [reverse] = forward ? dataOf(await ask(resolver, reverseName(forward), "PTR")) : [];
            return [forward, reverse];
        };
        expect(await known(), "before the lease").to.deep.equal([undefined, undefined]);
        const { ack } = await through().lease(hwAddress, hostname);
        const { address } = received(ack);
        await eventually(async () => expect(await known()).to.deep.equal([address, name]), 1);
        await through().send({ type: "release", hwAddress, address, serverIdentifier: server });
        await eventually(async () => expect(await known()).to.deep.equal([undefined, undefined]), 1);
    });

    it("is counted by the exporter", async () => {
        const { namespace } = stack.settings.site;
        const counters = async () => {
            // With a lease database, any of the pods answers.
            const selector = databaseOf(stack.settings.dhcp) ? podsOf.all : podsOf.primary;
            const text = (await scrape(namespace, selector, 9547)).join("\n");
            return ["discover", "request"].map((operation) =>
                sumOf(text, "kea_dhcp4_packets_received_total", `"${operation}"`),
            );
        };
        const before = await counters();
        await lease(client.hwAddress);
        expect(await counters()).to.deep.equal(before.map((count) => count + 1));
    });

    it("has every lease on both servers, where there are two", async function () {
        if (!stack.settings.dhcp.highAvailability.enabled) {
            unchecked(this, "noc:dhcp.highAvailability is switched off");
        }
        await eventually(async () => {
            const texts = await scrape(stack.settings.site.namespace, podsOf.all, 9548);
            expect(
                texts.map((text) => sumOf(text, "kea_ha_state", '"hot-standby"')),
                "servers in hot-standby",
            ).to.deep.equal([1, 1]);
            const [first = 0, second = 0] = texts.map((text) => sumOf(text, "kea_ha_leases", '"assigned"'));
            expect(first, "leases").to.be.greaterThan(0).and.to.equal(second);
        }, 60);
    });

    it("has its leases in the database, where all servers count them", async function () {
        const { dhcp, site } = stack.settings;
        const { servers } = databaseOf(dhcp) ?? unchecked(this, "noc:dhcp.leaseDatabase is not set, or switched off");
        const counts = async () => {
            const texts = await scrape(site.namespace, podsOf.all, 9548);
            expect(
                texts.map((text) => sumOf(text, "kea_lease_database_connected", "")),
                "servers that are connected",
            ).to.deep.equal(Array(servers).fill(1));
            const [first = 0, ...others] = texts.map((text) => sumOf(text, "kea_ha_leases", '"assigned"'));
            expect(others, "leases that the others count").to.deep.equal(others.fill(first));
            return first;
        };
        const before = await counts();
        const hwAddress = freshHwAddress();
        const { ack } = await lease(hwAddress);
        expect(await counts(), "leases").to.equal(before + 1);
        await through().send({ type: "release", hwAddress, address: ack.address, serverIdentifier: server });
    });

    it("still knows the lease after its pod has been replaced", async () => {
        const { namespace } = stack.settings.site;
        const old = (await stack.cluster.pods(namespace, podsOf.primary))[0] ?? expect.fail("no Kea pod runs");
        await stack.cluster.core.deleteNamespacedPod({ namespace, name: old.metadata?.name ?? "" });
        await eventually(async () => {
            const [pod] = await stack.cluster.pods(namespace, podsOf.primary);
            expect(pod?.metadata?.uid, "a new pod").to.not.be.oneOf([undefined, old.metadata?.uid]);
            expect(
                pod?.status?.conditions?.find(({ type }) => type === "Ready")?.status,
                "the new pod is ready",
            ).to.equal("True");
        }, 90);
        // A client that has restarted asks for the address that it had (INIT-REBOOT). Kea answers only if it knows the lease.
        const again = await eventually(
            async () =>
                received(
                    await through().exchange(
                        { type: "request", hwAddress: client.hwAddress, requestedAddress: client.address },
                        1,
                    ),
                ),
            60,
        );
        expect([again.type, again.address]).to.deep.equal(["ack", client.address]);
    });
});
