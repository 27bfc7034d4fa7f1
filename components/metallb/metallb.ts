import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { charts } from "../../config/versions";
import { chartRelease } from "../helm";
import { metricsMonitor, metricsService } from "../metrics";
import { labels, type Site } from "../site";
import type { Watch, Watched } from "../watch";
import { metallbAlerts, metallbRecords } from "./alerts";
import { loadBalancerDashboard } from "./dashboard";
import { poolManifests } from "./pools";
import type { MetallbThresholds, Pool } from "./settings";
import { metallbValues } from "./values";
import { retryWhileWebhookStarts } from "./webhook";

/** The load balancer's settings. */
export interface MetalLBOptions {
    /** The address pools. */
    readonly pools: readonly Pool[];
    /** Whether nodes that kubeadm excludes from external load balancers announce addresses too. Defaults to false. */
    readonly announceFromControlPlane: boolean;
    /** The addresses that Services of ours ask for; nobody else is given them. Defaults to none. */
    readonly fixedAddresses: readonly string[];
    /** From where on the alerts fire. */
    readonly thresholds: MetallbThresholds;
    readonly site: Site;
}

const namespaceName = "metallb-system";

/** MetalLB in layer-2 mode: its chart, the address pools and their announcement. */
export class MetalLB extends pulumi.ComponentResource implements Watched {
    public readonly watch: Watch;

    constructor(name: string, args: MetalLBOptions, opts?: pulumi.ComponentResourceOptions) {
        super("noc:metallb:MetalLB", name, args, opts);

        const namespace = new k8s.core.v1.Namespace(
            namespaceName,
            {
                metadata: {
                    name: namespaceName,
                    // The speaker answers ARP on the nodes' own network.
                    labels: {
                        ...labels("metallb"),
                        "pod-security.kubernetes.io/enforce": "privileged",
                        "pod-security.kubernetes.io/audit": "privileged",
                        "pod-security.kubernetes.io/warn": "privileged",
                    },
                },
            },
            { parent: this },
        );

        const release = chartRelease(
            { chart: charts.metallb, namespace: namespaceName, values: metallbValues(args), site: args.site },
            { parent: this, dependsOn: namespace },
        );

        const hooks = { onError: [retryWhileWebhookStarts()] };
        const manifests = poolManifests(args.pools, args.fixedAddresses);
        const pools = manifests.map(
            ({ name, ...spec }) =>
                new k8s.apiextensions.CustomResource(
                    name,
                    {
                        apiVersion: "metallb.io/v1beta1",
                        kind: "IPAddressPool",
                        metadata: { name, namespace: namespaceName, labels: labels("metallb") },
                        spec,
                    },
                    { parent: this, dependsOn: release, hooks },
                ),
        );
        new k8s.apiextensions.CustomResource(
            "l2-advertisement",
            {
                apiVersion: "metallb.io/v1beta1",
                kind: "L2Advertisement",
                metadata: { name: "noc", namespace: namespaceName, labels: labels("metallb") },
                spec: { ipAddressPools: manifests.map((pool) => pool.name) },
            },
            { parent: this, dependsOn: [release, ...pools], hooks },
        );

        // The chart makes a Service for its metrics only together with a monitor, which would need the operator's CRDs.
        metricsService(
            { app: "metallb", namespace: namespaceName, selector: { "app.kubernetes.io/name": "metallb" }, port: 7472 },
            { parent: this, dependsOn: namespace },
        );

        this.watch = {
            monitors: [metricsMonitor("metallb", namespaceName)],
            // Whoever has an address probes it.
            probes: [],
            rules: [
                {
                    name: "metallb",
                    namespace: namespaceName,
                    records: metallbRecords(namespaceName),
                    alerts: metallbAlerts(namespaceName, args.thresholds),
                },
            ],
            dashboards: [loadBalancerDashboard(namespaceName)],
        };
        this.registerOutputs();
    }
}
