/**
 * A drill: breaks what the alerts watch and mends it again. Each alert has to reach Alertmanager and to leave it; a
 * table says how long that took. Clients notice: cache, resolver and DHCP server go away for minutes, and the first
 * subnet is leased to the last address.
 */
import { expect } from "chai";
import Table from "cli-table3";

import { environment } from "../../commands/environment";
import { type Deployed, deployed, eventually, unchecked } from "./deployed";
import { freshHwAddress, Relay } from "./dhcp-client";

/** What is broken, the alerts that tell of it, and how it is mended. */
interface Drill {
    readonly title: string;
    readonly alerts: readonly string[];
    readonly breaks: () => Promise<void>;
    readonly mends: () => Promise<void>;
}

describe("alerts", function () {
    // Some alerts look at the past quarter of an hour.
    this.timeout(45 * 60_000);

    let stack: Deployed;
    let namespace: string;
    let alertmanager: { port: number; close: () => void } | undefined;
    const table = new Table({ head: ["drill", "alert", "fired after", "resolved after"], style: { head: [] } });

    before(async function () {
        stack = await deployed();
        namespace = stack.settings.site.namespace;
        if (!stack.settings.monitoring.enabled) {
            unchecked(this, "monitoring is switched off");
        }
        alertmanager = await stack.cluster.forwardMonitoring("app.kubernetes.io/name=alertmanager", 9093);
    });

    after(() => {
        alertmanager?.close();
        console.log(table.toString());
    });

    /** The names of the alerts that Alertmanager knows to fire. */
    async function firing(): Promise<string[]> {
        const response = await fetch(`http://127.0.0.1:${alertmanager?.port}/api/v2/alerts`);
        const alerts = (await response.json()) as { labels: { alertname: string } }[];
        return alerts.map(({ labels }) => labels.alertname);
    }

    async function drill({ title, alerts, breaks, mends }: Drill): Promise<void> {
        const before = await firing();
        expect(
            alerts.filter((alert) => before.includes(alert)),
            "fire before anything is broken",
        ).to.deep.equal([]);
        const broken = Date.now();
        const since = (start: number) => `${Math.round((Date.now() - start) / 1000)} s`;
        try {
            await breaks();
            const fired = await Promise.all(alerts.map((alert) => seen(alert, true, 900).then(() => since(broken))));
            const mended = Date.now();
            await mends();
            await Promise.all(
                alerts.map(async (alert, i) => {
                    await seen(alert, false, 1800);
                    table.push([title, alert, fired[i], since(mended)]);
                }),
            );
        } catch (error) {
            await mends();
            throw error;
        }
    }

    const seen = (alert: string, present: boolean, within: number) =>
        eventually(async () => {
            expect((await firing()).includes(alert), `${alert} fires`).to.equal(present);
        }, within);

    const scale = (kind: "Deployment" | "StatefulSet", name: string, replicas: number) =>
        stack.cluster.scale(kind, { name, namespace }, replicas);

    it("tell of a cache that is gone", async function () {
        if (!stack.settings.dns.enabled) {
            unchecked(this, "DNS is switched off");
        }
        await drill({
            title: "Redis killed",
            alerts: ["RedisDown"],
            breaks: () => scale("Deployment", "redis", 0),
            mends: () => scale("Deployment", "redis", 1),
        });
    });

    it("tell of a resolver that is gone", async function () {
        if (!stack.settings.dns.enabled) {
            unchecked(this, "DNS is switched off");
        }
        await drill({
            title: "every resolver's pod killed, none comes back",
            alerts: ["DnsServiceWithoutBackends", "DnsAddressUnanswered", "UnboundDown"],
            breaks: () => scale("Deployment", "unbound", 0),
            mends: () => scale("Deployment", "unbound", stack.settings.dns.replicas),
        });
    });

    it("tell of an exporter that is gone", async function () {
        if (!stack.settings.dhcp.enabled) {
            unchecked(this, "DHCP is switched off");
        }
        const name = "kea-dhcp-metrics";
        const { spec } = await stack.cluster.core.readNamespacedService({ name, namespace });
        const select = async (selector: Record<string, string> | undefined) => {
            const service = await stack.cluster.core.readNamespacedService({ name, namespace });
            Object.assign(service.spec ?? {}, { selector });
            await stack.cluster.core.replaceNamespacedService({ name, namespace, body: service });
        };
        await drill({
            title: "Kea's exporter cannot be found",
            alerts: ["ExporterDown"],
            breaks: () => select({ app: "nobody" }),
            mends: () => select(spec?.selector),
        });
    });

    it("tell of a subnet whose addresses are all leased", async function () {
        const [subnet] = stack.settings.dhcp.subnets;
        const server = stack.outputs.dhcpAddress;
        if (!subnet || !server) {
            return unchecked(this, "DHCP is switched off, or has no subnet");
        }
        const relay = await Relay.open(server, subnet.router, environment.relayAddress).catch((error: unknown) =>
            unchecked(this, `cannot listen on port 67 as a relay does: ${String(error)}`),
        );
        const leases: { hwAddress: string; address: string }[] = [];
        const leaseOne = async (): Promise<boolean> => {
            const hwAddress = freshHwAddress();
            const offer = await relay.exchange({ type: "discover", hwAddress }, 2);
            if (offer?.type !== "offer") {
                return false;
            }
            const asked = { hwAddress, requestedAddress: offer.address, serverIdentifier: server };
            await relay.exchange({ type: "request", ...asked });
            leases.push({ hwAddress, address: offer.address });
            return true;
        };
        await drill({
            title: "every address of a subnet leased",
            alerts: ["KeaPoolFull", "KeaAllocationFailures"],
            breaks: async () => {
                while (await leaseOne()) {
                    if (leases.length > 1000) {
                        unchecked(this, "the subnet has more than a thousand addresses");
                    }
                }
                // More clients, until there are as many without an address as the alert takes.
                for (let i = 0; i < stack.settings.dhcp.thresholds.failedAllocations; i++) {
                    await relay.exchange({ type: "discover", hwAddress: freshHwAddress() }, 1);
                }
            },
            mends: async () => {
                for (const lease of leases.splice(0)) {
                    await relay.send({ type: "release", ...lease, serverIdentifier: server });
                }
            },
        }).finally(() => relay.close());
    });

    it("tell of a pool of which Services have taken every address", async function () {
        const { metallb, site } = stack.settings;
        if (!metallb.enabled) {
            unchecked(this, "MetalLB is switched off");
        }
        const names = Array.from({ length: 64 }, (_, i) => `drill-${i}`);
        const made: string[] = [];
        const spec = {
            type: "LoadBalancer",
            loadBalancerClass: site.loadBalancerClass,
            selector: { app: "nobody" },
            ports: [{ port: 9 }],
        };
        await drill({
            title: "every address of a pool taken",
            alerts: ["MetalLBPoolExhausted"],
            breaks: async () => {
                for (const name of names) {
                    await stack.cluster.core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
                    made.push(name);
                }
            },
            mends: async () => {
                for (const name of made.splice(0)) {
                    await stack.cluster.core.deleteNamespacedService({ name, namespace });
                }
            },
        });
    });

    it("tell of a DHCP server that is gone", async function () {
        if (!stack.settings.dhcp.enabled) {
            unchecked(this, "DHCP is switched off");
        }
        await drill({
            title: "Kea's pod killed, it does not come back",
            alerts: ["KeaDown"],
            breaks: () => scale("StatefulSet", "kea-dhcp", 0),
            mends: () => scale("StatefulSet", "kea-dhcp", 1),
        });
    });
});
