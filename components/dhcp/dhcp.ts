import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { charts } from "../../config/versions";
import { chartRelease } from "../helm";
import { loadBalancerAddress, loadBalancerService } from "../load-balancer";
import { metricsMonitor, metricsService } from "../metrics";
import type { Site } from "../site";
import type { Watch, Watched } from "../watch";
import { keaAlerts, keaRecords } from "./alerts";
import { dhcpDashboard } from "./dashboard";
import { keaConfig, type KeaConfigOptions } from "./kea-config";
import type { DhcpThresholds } from "./settings";
import { app, dhcpPort, exporterPort, keaValues } from "./values";

/** The DHCP server's settings. */
export interface DhcpOptions extends Omit<KeaConfigOptions, "resolvers" | "serverIdentifier"> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** IPv4 address to ask the load balancer for, which relays send to. Defaults to any. */
    readonly address?: string;
    /** Addresses of the resolvers that clients are told of (option 6). */
    readonly resolvers: readonly pulumi.Input<string>[];
    /** Size of the volume that keeps the leases, a Kubernetes quantity. Defaults to 100Mi. */
    readonly leaseStorage: string;
    /** From where on the alerts fire. */
    readonly thresholds: DhcpThresholds;
    readonly site: Site;
}

const postRenderer = "components/dhcp/kea-post-render.mjs";

/** The DHCP server: Kea, its leases on a volume, and the address that relays send to. */
export class Dhcp extends pulumi.ComponentResource implements Watched {
    /** The address that the load balancer handed out: an IP address, or a host name where it gives only that. */
    public readonly address: pulumi.Output<string>;
    public readonly watch: Watch;

    constructor(name: string, args: DhcpOptions, opts?: pulumi.ComponentResourceOptions) {
        super("noc:dhcp:Dhcp", name, args, opts);
        const { namespace, site } = args;
        const selector = { "app.kubernetes.io/name": app, "app.kubernetes.io/instance": app };

        // Not the chart's Service: clients renew at this address (option 54), so it has to be known before Kea starts.
        const service = loadBalancerService(
            {
                name: app,
                namespace,
                selector,
                address: args.address,
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
                        ...keaValues(keaConfig({ ...args, resolvers, serverIdentifier }), args.leaseStorage, site),
                        // The chart ignores it; the engine sees by it that the post-renderer has changed.
                        postRenderer: hashOf(postRenderer),
                    })),
                postrender: `./${postRenderer}`,
                site,
            },
            { parent: this },
        );

        metricsService({ app, namespace, selector, port: exporterPort }, { parent: this });

        this.watch = dhcpWatch(site.namespace, args.thresholds);
        this.registerOutputs({ address: this.address });
    }
}

function dhcpWatch(namespace: string, thresholds: DhcpThresholds): Watch {
    return {
        monitors: [metricsMonitor(app, namespace)],
        // The blackbox exporter speaks no DHCP; Kea's readiness probe asks it, and `npm run verify:dhcp` leases.
        probes: [],
        rules: [
            {
                name: "dhcp",
                namespace,
                records: keaRecords(namespace),
                alerts: keaAlerts(namespace, app, thresholds),
            },
        ],
        dashboards: [dhcpDashboard(namespace)],
    };
}

function hashOf(file: string): string {
    return createHash("sha256")
        .update(readFileSync(join(__dirname, "..", "..", file)))
        .digest("hex");
}
