import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { chartRelease } from "../lib/helm";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { keaAlerts, keaRecords } from "./alerts";
import { dhcpDashboard } from "./dashboard";
import { keaConfig } from "./kea-config";
import { dhcpOverview } from "./overview";
import { addresses, problems } from "./rules";
import { dhcpSettings } from "./settings";
import { app, dhcpPort, exporterPort, keaValues } from "./values";
import { charts } from "./versions";

export interface DhcpOptions extends ComponentArgs<typeof dhcpSettings> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** Addresses of the resolvers that clients are told to use (option 6). */
    readonly resolvers: readonly pulumi.Input<string>[];
}

const postRenderer = "components/dhcp/kea-post-render.mjs";

/** The DHCP server: Kea, its leases on a volume, and the address that relays send to. */
export class Dhcp extends Component {
    /** The address that the load balancer gave the server: an IP address, or a host name if it gives only that. */
    public readonly address: pulumi.Output<string>;
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: DhcpOptions, opts?: pulumi.ComponentResourceOptions) {
        super("dhcp:Dhcp", name, dhcpSettings, args, opts);
        const settings = dhcpSettings.parse(args.settings);
        const { namespace, site } = args;
        const selector = { "app.kubernetes.io/name": app, "app.kubernetes.io/instance": app };

        // Not the chart's Service: Kea is configured with this address (option 54), so it has to exist before Kea.
        const service = loadBalancerService(
            {
                name: app,
                namespace,
                selector,
                address: settings.address,
                ports: [{ name: "dhcp", port: 67, protocol: "UDP", targetPort: dhcpPort }],
                site,
            },
            { parent: this },
        );
        this.address = loadBalancerAddress(service);

        chartRelease(
            {
                chart: charts.kea,
                namespace: site.namespace,
                values: pulumi
                    .all([this.address, pulumi.all([...args.resolvers])])
                    .apply(([serverIdentifier, resolvers]) => ({
                        ...keaValues(
                            keaConfig({ ...settings, resolvers, serverIdentifier }),
                            settings.leaseStorage,
                            site,
                        ),
                        // The chart ignores this value. It makes the engine see that the post-renderer has changed.
                        postRenderer: hashOf(postRenderer),
                    })),
                postrender: `./${postRenderer}`,
                site,
            },
            { parent: this },
        );

        metricsService({ app, namespace, selector, port: exporterPort }, { parent: this });

        this.monitoring = {
            component: name,
            namespace: site.namespace,
            monitors: [metricsMonitor(app)],
            // The blackbox exporter does not speak DHCP. Kea's readiness probe asks Kea, `npm run verify:dhcp` leases.
            probes: [],
            ruleGroups: [
                {
                    name: "dhcp",
                    records: keaRecords(site.namespace),
                    alerts: keaAlerts(site.namespace, app, settings.thresholds),
                },
            ],
            dashboards: [dhcpDashboard(site.namespace)],
            overview: dhcpOverview(site.namespace),
        };
        this.registerOutputs({ address: this.address });
    }
}

export const dhcp = defineComponent({
    name: "dhcp",
    title: "DHCP",
    settings: dhcpSettings,
    problems,
    addresses,
    namespaces: (_, site) => [site.namespace],
});

function hashOf(file: string): string {
    return createHash("sha256")
        .update(readFileSync(join(__dirname, "..", "..", file)))
        .digest("hex");
}
