import * as pulumi from "@pulumi/pulumi";

import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { volumeRequirement } from "../lib/cluster-facts";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { disruptionBudget, oneAtATime } from "../lib/pods";
import { keaAlerts, keaRecords } from "./alerts";
import { dhcpDashboard } from "./dashboard";
import { highAvailabilityAlerts } from "./high-availability-alerts";
import { isShared, modeOf } from "./lease-database";
import { leaseDatabaseAlerts } from "./lease-database-monitoring";
import { leaseNameAlerts } from "./lease-names-monitoring";
import { dhcpPolicy, type DhcpPolicyOptions, relayNetworks, schemaPolicy } from "./network";
import { dhcpOverview } from "./overview";
import { addresses, anyAddress, problems } from "./rules";
import { databaseSecret, peerAddress, serverAddress, serverRelease, type ServerReleaseOptions } from "./server";
import { dhcpSettings } from "./settings";
import {
    app,
    furtherServers,
    type LeaseNames,
    namesApp,
    podLabels,
    ports,
    type Role,
    servers,
    stateApp,
} from "./values";

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

/**
 * The DHCP server: Kea, its leases, and the address that relays send to. With high availability, there are two of them; with
 * a lease database, several servers behind one address.
 */
export class Dhcp extends Component {
    /** The address that the load balancer gave the server: an IP address, or a host name if it gives only that. */
    public readonly monitoring: MonitoringSpec;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    constructor(name: string, args: DhcpOptions, opts?: pulumi.ComponentResourceOptions) {
        super("dhcp:Dhcp", name, dhcpSettings, args, opts);
        const settings = dhcpSettings.parse(args.settings);
        const { namespace, site, spreadClients, encryptedName, leaseNames, resolverPeers } = args;
        const { thresholds, highAvailability, leaseDatabase } = settings;
        const mode = modeOf(settings);
        const redundant = mode === "highAvailability";
        const shared = isShared(settings);
        const selector = podLabels(mode === "single" ? servers.primary : undefined);
        const relays = relayNetworks(settings);
        const parent = { parent: this };
        const resolvers = pulumi.all([...args.resolvers]);

        const addressOf = (role: Role, address?: string) =>
            serverAddress({ server: servers[role], namespace, address, relays, shared, site }, parent);
        const names = leaseNames !== undefined;
        const policy = dhcpPolicy(
            {
                namespace,
                selector,
                relays,
                redundant,
                resolvers: leaseNames && resolverPeers,
                database: leaseDatabase,
            },
            parent,
        );
        const policies = leaseDatabase ? [policy, schemaPolicy(namespace, leaseDatabase, parent)] : [];
        const database = leaseDatabase && databaseSecret(namespace, leaseDatabase, parent);
        const release = (
            server: string,
            own: pulumi.Output<string>,
            { role, after = [], ...more }: ReleaseOfServer = {},
        ): pulumi.Resource => {
            const config = pulumi.all([own, resolvers]).apply(([serverIdentifier, resolvers]) => ({
                serverIdentifier,
                resolvers,
                spreadClients,
                encryptedName,
                role,
            }));
            return serverRelease(
                { server, settings, config, leaseNames, database, site, ...more },
                { ...parent, dependsOn: [...policies, ...after] },
            );
        };

        const address = addressOf("primary", settings.address);
        if (redundant) {
            const standbyAddress = addressOf("standby", highAvailability.address);
            this.outputs = { dhcpAddress: address, dhcpStandbyAddress: standbyAddress };
            const toPrimary = peerAddress({ server: servers.primary, namespace, site }, parent);
            const toStandby = peerAddress({ server: servers.standby, namespace, site }, parent);
            const primary = release(servers.primary, address, { role: "primary", peer: toStandby });
            // One after the other: while one is replaced, the other one serves. And the second pod must not be scheduled
            // while the first one's is gone, to the node that has the first one's volume.
            release(servers.standby, standbyAddress, { role: "standby", peer: toPrimary, after: [primary] });
        } else {
            this.outputs = { dhcpAddress: address };
            const first = release(servers.primary, address);
            if (shared) {
                // When the first one has moved the leases from its volume to the database.
                const further = (leaseDatabase?.servers ?? 1) - 1;
                release(furtherServers, address, { further, after: [first] });
            }
        }
        if (redundant || shared) {
            disruptionBudget({ name: app, namespace, selector, budget: oneAtATime }, parent);
        }
        const state = mode !== "single";
        if (state) {
            metricsService({ app: stateApp, namespace, selector, port: ports.haMetrics }, parent);
        }
        metricsService({ app, namespace, selector, port: ports.metrics }, parent);
        if (names) {
            metricsService({ app: namesApp, namespace, selector, port: ports.namesMetrics }, parent);
        }

        this.monitoring = {
            component: name,
            namespace: site.namespace,
            monitors: [app, ...(state ? [stateApp] : []), ...(names ? [namesApp] : [])].map((job) =>
                metricsMonitor(job),
            ),
            // The blackbox exporter does not speak DHCP. The pod's probes ask Kea; `npm run verify:dhcp` takes a lease.
            probes: [],
            ruleGroups: [
                {
                    name: "dhcp",
                    records: keaRecords(site.namespace, mode),
                    alerts: [
                        ...keaAlerts(site.namespace, thresholds, mode),
                        ...(redundant ? highAvailabilityAlerts(site.namespace, thresholds) : []),
                        ...(mode === "database" ? leaseDatabaseAlerts(site.namespace) : []),
                        ...(names ? leaseNameAlerts(site.namespace) : []),
                    ],
                },
            ],
            dashboards: [dhcpDashboard(site.namespace, thresholds, { mode, names })],
            overview: dhcpOverview(site.namespace, thresholds),
        };
        this.registerOutputs(this.outputs);
    }
}

/** What distinguishes the release of one server from that of another. */
type ReleaseOfServer = Pick<ServerReleaseOptions, "peer" | "further"> & {
    readonly role?: Role;
    /** What is to be deployed before. */
    readonly after?: readonly pulumi.Resource[];
};

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
