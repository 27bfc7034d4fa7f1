import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { Component, type ComponentArgs, defineComponent } from "../lib/component";
import { chartRelease } from "../lib/helm";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import { labels } from "../lib/pods";
import { retryWhileWebhookStarts } from "../lib/webhook-retry";
import { metallbAlerts, metallbRecords } from "./alerts";
import { loadBalancerDashboard, loadBalancerOverview } from "./dashboard";
import { policies } from "./policies";
import { movePoolsFirst, poolObject } from "./pool-moves";
import { poolManifests } from "./pools";
import { problems, requirements } from "./rules";
import { metallbSettings } from "./settings";
import { metallbValues, metricsPort } from "./values";
import { charts } from "./versions";

export interface MetalLBOptions extends ComponentArgs<typeof metallbSettings> {
    /** Addresses that the stack's Services ask for. No other Service gets them. Defaults to none. */
    readonly fixedAddresses?: readonly string[];
    /** Namespaces of these Services. Defaults to all. */
    readonly serviceNamespaces?: readonly string[];
}

const namespaceName = "metallb-system";

/** MetalLB in layer-2 mode: its chart, the address pools and their announcement. */
export class MetalLB extends Component {
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: MetalLBOptions, opts?: pulumi.ComponentResourceOptions) {
        super("metallb:MetalLB", name, metallbSettings, args, opts);
        const settings = metallbSettings.parse(args.settings);

        // The speakers run in the nodes' network and send ARP, which needs NET_RAW.
        const namespace = podNamespace({ name: namespaceName, podSecurity: "privileged" }, { parent: this });

        const release = chartRelease(
            {
                chart: charts.metallb,
                namespace: namespaceName,
                values: metallbValues(settings, args.site),
                site: args.site,
            },
            { parent: this, dependsOn: namespace },
        );

        policies(namespaceName, { parent: this, dependsOn: namespace });

        const manifests = poolManifests(settings.pools, {
            fixed: args.fixedAddresses,
            namespaces: args.serviceNamespaces,
        });
        const onError = [retryWhileWebhookStarts({ domain: "metallb.io", owner: name })];
        const { kubeContext } = args.site;
        const move = movePoolsFirst(manifests, { namespace: namespaceName, kubeContext, owner: name });
        for (const pool of manifests) {
            new k8s.apiextensions.CustomResource(pool.name, poolObject(pool, namespaceName), {
                parent: this,
                dependsOn: release,
                hooks: { beforeCreate: [move], beforeUpdate: [move], onError },
            });
        }
        new k8s.apiextensions.CustomResource(
            "l2-advertisement",
            {
                apiVersion: "metallb.io/v1beta1",
                kind: "L2Advertisement",
                metadata: { name: "noc", namespace: namespaceName, labels: labels("metallb") },
                // By label, so that an address that moves to a new pool is announced without a break.
                spec: { ipAddressPoolSelectors: [{ matchLabels: labels("metallb") }] },
            },
            { parent: this, dependsOn: release, hooks: { onError } },
        );

        // The chart creates a metrics Service only with a ServiceMonitor, which needs the Prometheus operator's CRDs.
        metricsService(
            {
                app: "metallb",
                namespace: namespaceName,
                selector: { "app.kubernetes.io/name": "metallb" },
                port: metricsPort,
            },
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
            dashboards: [loadBalancerDashboard(namespaceName, settings.thresholds)],
            overview: loadBalancerOverview(namespaceName, settings.thresholds),
        };
        this.registerOutputs();
    }
}

export const metallb = defineComponent({
    name: "metallb",
    title: "load balancer",
    settings: metallbSettings,
    problems,
    requirements,
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
