import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { contains, parseRange } from "../../config/addresses";
import type { Problem } from "../../config/problems";
import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { repeated } from "../lib/distinct";
import { chartRelease } from "../lib/helm";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { retryWhileWebhookStarts } from "../lib/webhook-retry";
import { metallbAlerts, metallbRecords } from "./alerts";
import { loadBalancerDashboard, loadBalancerOverview } from "./dashboard";
import { poolManifests } from "./pools";
import { type MetallbSettings, metallbSettings } from "./settings";
import { metallbValues } from "./values";
import { charts } from "./versions";

/** MetalLB's settings, and the addresses that it keeps for us. */
export interface MetalLBOptions extends ComponentArgs<typeof metallbSettings> {
    /** Addresses that Services of ours ask for, and that no other Service may get. Defaults to none. */
    readonly fixedAddresses?: readonly string[];
}

const namespaceName = "metallb-system";

/** MetalLB in layer-2 mode: its chart, the address pools and their announcement. */
export class MetalLB extends Component {
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: MetalLBOptions, opts?: pulumi.ComponentResourceOptions) {
        super("metallb:MetalLB", name, metallbSettings, args, opts);
        const settings = metallbSettings.parse(args.settings);

        const namespace = new k8s.core.v1.Namespace(
            namespaceName,
            {
                metadata: {
                    name: namespaceName,
                    // The speaker answers ARP in the nodes' own network namespace.
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
            {
                chart: charts.metallb,
                namespace: namespaceName,
                values: metallbValues(settings, args.site),
                site: args.site,
            },
            { parent: this, dependsOn: namespace },
        );

        const hooks = { onError: [retryWhileWebhookStarts({ domain: "metallb.io", owner: name })] };
        const manifests = poolManifests(settings.pools, args.fixedAddresses ?? []);
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

        // The chart makes a metrics Service only together with a ServiceMonitor, which needs the operator's CRDs.
        metricsService(
            { app: "metallb", namespace: namespaceName, selector: { "app.kubernetes.io/name": "metallb" }, port: 7472 },
            { parent: this, dependsOn: namespace },
        );

        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor("metallb")],
            // MetalLB itself is not probed; each Service with an address has its own probe.
            probes: [],
            ruleGroups: [
                {
                    name: "metallb",
                    records: metallbRecords(namespaceName),
                    alerts: metallbAlerts(namespaceName, settings.thresholds),
                },
            ],
            dashboards: [loadBalancerDashboard(namespaceName)],
            overview: loadBalancerOverview(namespaceName),
        };
        this.registerOutputs();
    }
}

export const metallb = defineComponent({
    name: "metallb",
    title: "load balancer",
    settings: metallbSettings,
    problems,
    addresses: ({ pools }) =>
        pools.flatMap(({ addresses, reserved }, i) => [
            ...addresses.map((text, j) => ({
                key: `noc:metallb.pools[${i}].addresses[${j}]`,
                text,
                use: "pool" as const,
            })),
            ...reserved.map((text, j) => ({
                key: `noc:metallb.pools[${i}].reserved[${j}]`,
                text,
                use: "reserved" as const,
            })),
        ]),
    namespaces: () => [namespaceName],
});

function problems({ pools }: MetallbSettings): Problem[] {
    if (pools.length === 0) {
        const remedy = "has no pool for MetalLB; add one, or set noc:metallb.enabled to false";
        return [{ key: "noc:metallb.pools", value: [], remedy }];
    }
    return [
        ...repeated(
            pools.map(({ name }, i) => ({ key: `noc:metallb.pools[${i}].name`, value: name })),
            "give each pool its own name",
        ),
        ...pools.flatMap(({ name, addresses, reserved }, i) =>
            reserved.flatMap((text, j) =>
                addresses.some((range) => contains(parseRange(range), parseRange(text)))
                    ? []
                    : [
                          {
                              key: `noc:metallb.pools[${i}].reserved[${j}]`,
                              value: text,
                              remedy: `is not in the pool ${name}; reserve one of its addresses`,
                          },
                      ],
            ),
        ),
    ];
}
