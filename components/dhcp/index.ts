import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { volumeRequirement } from "../lib/cluster-facts";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { keaAlerts, keaRecords } from "./alerts";
import { dhcpDashboard } from "./dashboard";
import { highAvailabilityAlerts } from "./high-availability-alerts";
import type { LeaseNames } from "./lease-names";
import { leaseNameAlerts } from "./lease-names-monitoring";
import { dhcpPolicy, type DhcpPolicyOptions, relayNetworks } from "./network";
import { dhcpOverview } from "./overview";
import { addresses, anyAddress, problems } from "./rules";
import { peerAddress, serverAddress, serverRelease } from "./server";
import { dhcpSettings } from "./settings";
import { app, namesApp, podLabels, ports, type Role, servers, stateApp } from "./values";

export interface DhcpOptions extends ComponentArgs<typeof dhcpSettings> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** Addresses of the resolvers that clients are told to use (option 6). */
    readonly resolvers: readonly pulumi.Input<string>[];
    /** Whether clients are told the resolvers in different orders, so that each gets its share. Defaults to false. */
    readonly spreadClients?: boolean;
    /** Name in the resolvers' certificates, if they also answer over TLS and HTTPS (option 162). */
    readonly encryptedName?: string;
    /** What the servers answer about the host names of leases. Left out, nothing. */
    readonly leaseNames?: LeaseNames;
    /** The resolvers, which ask for these names. */
    readonly resolverPeers?: DhcpPolicyOptions["resolvers"];
}

/** The DHCP server: Kea, its leases on a volume, and the address that relays send to; with high availability, two. */
export class Dhcp extends Component {
    /** The address that the load balancer gave the server: an IP address, or a host name if it gives only that. */
    public readonly monitoring: MonitoringSpec;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    constructor(name: string, args: DhcpOptions, opts?: pulumi.ComponentResourceOptions) {
        super("dhcp:Dhcp", name, dhcpSettings, args, opts);
        const settings = dhcpSettings.parse(args.settings);
        const { namespace, site, spreadClients, encryptedName, leaseNames, resolverPeers } = args;
        const { thresholds, highAvailability } = settings;
        const redundant = highAvailability.enabled;
        const selector = podLabels(redundant ? undefined : servers.primary);
        const relays = relayNetworks(settings);
        const parent = { parent: this };
        const resolvers = pulumi.all([...args.resolvers]);

        const addressOf = (role: Role, address?: string) =>
            serverAddress({ server: servers[role], namespace, address, relays, site }, parent);
        const release = (
            role: Role,
            own: pulumi.Output<string>,
            peer?: pulumi.Output<string>,
            dependsOn?: pulumi.Resource,
        ) => {
            const config = pulumi.all([own, resolvers]).apply(([serverIdentifier, resolvers]) => ({
                serverIdentifier,
                resolvers,
                spreadClients,
                encryptedName,
                role: peer && role,
            }));
            return serverRelease(
                { server: servers[role], settings, config, peer, leaseNames, site },
                { ...parent, dependsOn },
            );
        };

        const address = addressOf("primary", settings.address);
        this.outputs = { dhcpAddress: address };
        const names = leaseNames !== undefined;
        dhcpPolicy({ namespace, selector, relays, redundant, resolvers: leaseNames && resolverPeers }, parent);
        if (redundant) {
            const standbyAddress = addressOf("standby", highAvailability.address);
            this.outputs = { dhcpAddress: address, dhcpStandbyAddress: standbyAddress };
            const toPrimary = peerAddress({ server: servers.primary, namespace, site }, parent);
            const toStandby = peerAddress({ server: servers.standby, namespace, site }, parent);
            const primary = release("primary", address, toStandby);
            // One after the other: while one is replaced, the other one serves. And the second pod must not be scheduled
            // while the first one's is gone, to the node that has the first one's volume.
            release("standby", standbyAddress, toPrimary, primary);
            new k8s.policy.v1.PodDisruptionBudget(
                app,
                {
                    metadata: { name: app, namespace, labels: labels(app) },
                    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
                },
                parent,
            );
            metricsService({ app: stateApp, namespace, selector, port: ports.haMetrics }, parent);
        } else {
            release("primary", address);
        }
        metricsService({ app, namespace, selector, port: ports.metrics }, parent);
        if (names) {
            metricsService({ app: namesApp, namespace, selector, port: ports.namesMetrics }, parent);
        }

        this.monitoring = {
            component: name,
            namespace: site.namespace,
            monitors: [app, ...(redundant ? [stateApp] : []), ...(names ? [namesApp] : [])].map((job) =>
                metricsMonitor(job),
            ),
            // The blackbox exporter does not speak DHCP. The pod's probes ask Kea; `npm run verify:dhcp` takes a lease.
            probes: [],
            ruleGroups: [
                {
                    name: "dhcp",
                    records: keaRecords(site.namespace, redundant),
                    alerts: [
                        ...keaAlerts(site.namespace, thresholds, redundant),
                        ...(redundant ? highAvailabilityAlerts(site.namespace, thresholds) : []),
                        ...(names ? leaseNameAlerts(site.namespace) : []),
                    ],
                },
            ],
            dashboards: [dhcpDashboard(site.namespace, thresholds, { redundant, names })],
            overview: dhcpOverview(site.namespace, thresholds),
        };
        this.registerOutputs(this.outputs);
    }
}

export const dhcp = defineComponent({
    name: "dhcp",
    title: "DHCP",
    settings: dhcpSettings,
    problems,
    requirements: (_, cluster, site) => volumeRequirement("Kea's leases", cluster, site),
    addresses,
    anyAddress,
    namespaces: (_, site) => [site.namespace],
});
