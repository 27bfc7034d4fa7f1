import { environment } from "../../config/environment";
import { unchecked } from "../../tests/deployed";
import { alertDrills } from "../../tests/drill";
import { statefulSets } from "./alerts";
import { modeOf } from "./lease-database";
import { freshHwAddress, Relay } from "./relay";
import { furtherServers, servers } from "./values";

describe("the alerts of DHCP", function () {
    const { stack, run, scale } = alertDrills(this);

    before(function () {
        if (!stack().settings.dhcp.enabled) {
            unchecked(this, "DHCP is switched off");
        }
    });

    it("fire when Kea's exporter is not scraped", async () => {
        const { core } = stack().cluster;
        const { namespace } = stack().settings.site;
        const name = "kea-dhcp-metrics";
        const { spec } = await core.readNamespacedService({ name, namespace });
        const select = async (selector: Record<string, string> | undefined) => {
            const service = await core.readNamespacedService({ name, namespace });
            Object.assign(service.spec ?? {}, { selector });
            await core.replaceNamespacedService({ name, namespace, body: service });
        };
        await run({
            title: "Kea's exporter not scraped",
            alerts: ["ExporterDown"],
            breaks: () => select({ app: "nobody" }),
            restores: () => select(spec?.selector),
        });
    });

    it("fire when every address of a subnet is leased", async function () {
        const [subnet] = stack().settings.dhcp.subnets;
        const server = stack().outputs.dhcpAddress;
        if (!subnet || !server) {
            return unchecked(this, "there is no subnet");
        }
        const { dhcpStandbyAddress: standby } = stack().outputs;
        const relay = await Relay.open(
            standby ? [server, standby] : [server],
            subnet.router,
            environment.relayAddress,
        ).catch((error: unknown) => unchecked(this, `cannot listen on port 67 as a relay does: ${String(error)}`));
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
        await run({
            title: "every address of a subnet leased",
            alerts: ["KeaPoolFull", "KeaAllocationFailures"],
            breaks: async () => {
                while (await leaseOne()) {
                    if (leases.length > 1000) {
                        unchecked(this, "the subnet has more than 1000 addresses");
                    }
                }
                // The number of failures from which the alert fires.
                for (let i = 0; i < stack().settings.dhcp.thresholds.failedAllocations; i++) {
                    await relay.exchange({ type: "discover", hwAddress: freshHwAddress() }, 1);
                }
            },
            restores: async () => {
                for (const lease of leases.splice(0)) {
                    await relay.send({ type: "release", ...lease, serverIdentifier: server });
                }
            },
        }).finally(() => relay.close());
    });

    const scaleAll = async (replicas: number) => {
        const { dhcp } = stack().settings;
        for (const server of statefulSets[modeOf(dhcp)]) {
            const all = server === furtherServers ? (dhcp.leaseDatabase?.servers ?? 1) - 1 : 1;
            if (all > 0) {
                await scale("StatefulSet", server, Math.min(replicas, 1) * all);
            }
        }
    };

    it("fire when Kea is down", () =>
        run({
            title: "Kea stopped",
            alerts: ["KeaDown"],
            breaks: () => scaleAll(0),
            restores: () => scaleAll(1),
        }));

    it("fire when the second server is down", async function () {
        if (!stack().settings.dhcp.highAvailability.enabled) {
            unchecked(this, "noc:dhcp.highAvailability is switched off");
        }
        await run({
            title: "the second DHCP server stopped",
            alerts: ["KeaNotRedundant"],
            breaks: () => scale("StatefulSet", servers.standby, 0),
            restores: () => scale("StatefulSet", servers.standby, 1),
        });
    });
});
