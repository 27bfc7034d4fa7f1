import type * as pulumi from "@pulumi/pulumi";
import { all } from "@pulumi/pulumi";

import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { volumeRequirement } from "../lib/cluster-facts";
import { chartRelease } from "../lib/helm";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { keaAlerts, keaRecords } from "./alerts";
import { explainRefusal } from "./config-check";
import { dhcpDashboard } from "./dashboard";
import { keaConfig, keaConfigText } from "./kea-config";
import { refuseVolumeChange } from "./lease-volume";
import { dhcpPolicy, relayNetworks } from "./network";
import { dhcpOverview } from "./overview";
import { addresses, problems } from "./rules";
import { dhcpSettings } from "./settings";
import { refuseSubnetIdChange } from "./subnet-ids";
import { app, checkJob, keaValues, ports } from "./values";

export interface DhcpOptions extends ComponentArgs<typeof dhcpSettings> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** Addresses of the resolvers that clients are told to use (option 6). */
    readonly resolvers: readonly pulumi.Input<string>[];
    /** Whether clients are told the resolvers in different orders, so that each gets its share. Defaults to false. */
    readonly spreadClients?: boolean;
    /** Name in the resolvers' certificates, if they also answer over TLS and HTTPS (option 162). */
    readonly encryptedName?: string;
}

const chart = { name: app, folder: "./components/dhcp/chart" };

/** The DHCP server: Kea, its leases on a volume, and the address that relays send to. */
export class Dhcp extends Component {
    /** The address that the load balancer gave the server: an IP address, or a host name if it gives only that. */
    public readonly address: pulumi.Output<string>;
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: DhcpOptions, opts?: pulumi.ComponentResourceOptions) {
        super("dhcp:Dhcp", name, dhcpSettings, args, opts);
        const settings = dhcpSettings.parse(args.settings);
        const { namespace, site, spreadClients, encryptedName } = args;
        const selector = { "app.kubernetes.io/name": app, "app.kubernetes.io/instance": app };
        const volume = { size: settings.leaseStorage, storageClass: site.storageClass };
        const relays = relayNetworks(settings);

        // Not part of the chart: Kea is configured with this address (option 54), so it has to exist before Kea.
        const service = loadBalancerService(
            {
                name: app,
                namespace,
                selector,
                address: settings.address,
                ports: [{ name: "dhcp", port: 67, protocol: "UDP", targetPort: ports.dhcp }],
                sourceRanges: relays,
                // The pod is not ready while its exporter is down, and there is no other pod that could serve.
                publishNotReadyAddresses: true,
                site,
            },
            { parent: this },
        );
        this.address = loadBalancerAddress(service);
        dhcpPolicy({ namespace, selector, relays }, { parent: this });

        const deployed = { name: app, namespace: site.namespace, kubeContext: site.kubeContext };
        chartRelease(
            {
                chart,
                namespace: site.namespace,
                values: all([this.address, all([...args.resolvers])]).apply(([serverIdentifier, resolvers]) =>
                    keaValues(
                        keaConfigText(
                            keaConfig({ ...settings, resolvers, spreadClients, encryptedName, serverIdentifier }),
                        ),
                        volume,
                        site,
                    ),
                ),
                site,
            },
            {
                parent: this,
                hooks: {
                    beforeUpdate: [
                        refuseVolumeChange(volume, deployed),
                        refuseSubnetIdChange(settings.subnets, deployed),
                    ],
                    onError: [explainRefusal({ ...deployed, job: checkJob })],
                },
            },
        );

        metricsService({ app, namespace, selector, port: ports.metrics }, { parent: this });

        this.monitoring = {
            component: name,
            namespace: site.namespace,
            monitors: [metricsMonitor(app)],
            // The blackbox exporter does not speak DHCP. The pod's probes ask Kea; `npm run verify:dhcp` takes a lease.
            probes: [],
            ruleGroups: [
                {
                    name: "dhcp",
                    records: keaRecords(site.namespace),
                    alerts: keaAlerts(site.namespace, app, settings.thresholds),
                },
            ],
            dashboards: [dhcpDashboard(site.namespace, settings.thresholds)],
            overview: dhcpOverview(site.namespace, settings.thresholds),
        };
        this.registerOutputs({ address: this.address });
    }
}

export const dhcp = defineComponent({
    name: "dhcp",
    title: "DHCP",
    settings: dhcpSettings,
    problems,
    requirements: (_, cluster, site) => volumeRequirement("Kea's leases", cluster, site),
    addresses,
    anyAddress: ({ address }) => (address === undefined ? ["noc:dhcp.address"] : []),
    namespaces: (_, site) => [site.namespace],
});
