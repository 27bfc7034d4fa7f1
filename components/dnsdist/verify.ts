import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import { encode } from "dns-packet";

import { addressesIn, ask } from "../dns/dns-client";
import { frontPort } from "../dns/front";
import { app as resolver } from "../dns/unbound";
import { configFolder, healthName } from "../dns/unbound-config";
import { type Deployed, deployed, eventually, scrape, sumOf, unchecked } from "../../tests/deployed";
import { certificateSecret } from ".";
import { app, ports, rules } from "./names";
import type { DnsdistSettings } from "./settings";

const own = ["127.0.0.1"];

describe("dnsdist", () => {
    let stack: Deployed;
    let settings: DnsdistSettings;
    let namespace: string;
    let addresses: readonly string[];

    before(async function () {
        stack = await deployed();
        addresses = stack.outputs.dnsdistAddresses ?? unchecked(this, "noc:dnsdist.enabled is false");
        settings = stack.settings.dnsdist;
        namespace = stack.settings.site.namespace;
    });

    for (const [transport, tcp] of [
        ["UDP", false],
        ["TCP", true],
    ] as const) {
        it(`answers over ${transport} at every address, through the resolver`, async () => {
            for (const address of addresses) {
                expect(addressesIn(await ask(address, healthName, "A", { tcp })), address).to.deep.equal(own);
            }
        });
    }

    for (const transport of ["tls", "https"] as const) {
        it(`answers over ${transport.toUpperCase()} at every address, with a certificate of its name`, async function () {
            const { encryption } = settings;
            if (!encryption) {
                unchecked(this, "noc:dnsdist.encryption is not set");
            }
            const { data = {} } = await stack.cluster.core.readNamespacedSecret({
                name: certificateSecret(encryption),
                namespace,
            });
            const ca = Buffer.from(data["ca.crt"] ?? data["tls.crt"] ?? "", "base64").toString();
            for (const address of addresses) {
                const how = { [transport]: { name: encryption.name, ca } };
                expect(addressesIn(await ask(address, healthName, "A", how)), address).to.deep.equal(own);
            }
        });
    }

    it("asks exactly the resolver's pods", async () => {
        const pods = await stack.cluster.pods(namespace, `app=${resolver}`);
        const expected = pods.map(({ status }) => `${status?.podIP}:${frontPort}`).sort();
        await eventually(async () => {
            for (const metrics of await scrape(namespace, `app=${app}`, ports.web)) {
                const up = [...metrics.matchAll(/^dnsdist_server_status\{.*address="([^"]+)".*\} 1$/gm)];
                expect(up.map(([, address]) => address).sort()).to.deep.equal(expected);
            }
        }, 45);
    });

    it("tells the resolver who asks", async function () {
        if (stack.settings.dns.clientQueryLimit === 0) {
            unchecked(this, "noc:dns.clientQueryLimit is 0, so the resolver keeps no list of its clients");
        }
        const mine = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
        const pods = await stack.cluster.pods(namespace, `app=${resolver}`);
        const list = ["/usr/sbin/unbound-control", "-c", `${configFolder}/unbound.conf`, "ip_ratelimit_list", "+a"];
        await eventually(async () => {
            for (let i = 0; i < 20; i++) {
                await ask(addresses[0] ?? "", healthName);
            }
            const lists = await Promise.all(pods.map((pod) => stack.cluster.exec(pod, resolver, list)));
            const clients = lists.flatMap((text) => text.split("\n").map((line) => line.split(" ")[0] ?? ""));
            expect(clients).to.include.oneOf(mine);
        }, 20);
    });

    it("blocks, rewrites and exempts as it is told", async function () {
        const { blocked, rewritten } = settings;
        if (blocked.length === 0 && rewritten.length === 0) {
            unchecked(this, "noc:dnsdist.blocked and noc:dnsdist.rewritten are empty");
        }
        const [address = ""] = addresses;
        const below = (domain: string) => `noc-${randomBytes(6).toString("hex")}.${domain}`;
        if (blocked[0] !== undefined) {
            expect((await ask(address, below(blocked[0]))).rcode).to.equal("NXDOMAIN");
        }
        if (rewritten[0]?.names[0] !== undefined) {
            const name = below(rewritten[0].names[0]);
            expect(addressesIn(await ask(address, name))).to.deep.equal([rewritten[0].address]);
            expect((await ask(address, name, "AAAA")).answers).to.deep.equal([]);
        }
    });

    it("limits a client that asks too much", async function () {
        const { queriesPerSecond, burst = queriesPerSecond } = settings.rateLimit;
        if (queriesPerSecond === 0 || burst > 5000) {
            unchecked(this, "noc:dnsdist.rateLimit is off, or more than this machine sends at once");
        }
        const limited = async () =>
            (await scrape(namespace, `app=${app}`, ports.web)).reduce(
                (sum, metrics) => sum + sumOf(metrics, "dnsdist_rule_hits", `"${rules.limit}"`),
                0,
            );
        const before = await limited();
        await flood(addresses[0] ?? "", 2 * burst);
        expect((await limited()) - before).to.be.above(burst / 10);
        // Until this machine may ask again.
        await sleep(2000);
    });
});

/** Sends that many queries over UDP as quickly as possible, and waits for no answer. */
async function flood(server: string, queries: number): Promise<void> {
    const socket = createSocket("udp4").on("message", () => undefined);
    const query = encode({ type: "query", id: 1, questions: [{ type: "A", name: healthName }] });
    await Promise.all(
        Array.from({ length: queries }, () => new Promise((sent) => socket.send(query, 53, server, sent))),
    );
    socket.close();
}
