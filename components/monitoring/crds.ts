import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { chartRelease } from "../lib/helm";
import { labels } from "../lib/pods";
import type { Site } from "../lib/site";
import { charts } from "./versions";

/** The namespace of all of monitoring. */
export const namespaceName = "monitoring";

export interface OperatorCrdsOptions {
    /** Whether destroy leaves the CRDs in the cluster, and with them everybody's monitors. Defaults to false. */
    readonly keep?: boolean;
    readonly site: Site;
}

/** The foundation of monitoring: its namespace, and the Prometheus operator's CRDs, which every monitor needs. */
export class OperatorCrds extends pulumi.ComponentResource {
    public readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, args: OperatorCrdsOptions, opts?: pulumi.ComponentResourceOptions) {
        super("noc:monitoring:OperatorCrds", name, args, opts);
        // Both were children of the component `monitoring` once.
        const aliases = [{ parent: pulumi.createUrn("monitoring", "noc:monitoring:Monitoring") }];

        this.namespace = new k8s.core.v1.Namespace(
            namespaceName,
            {
                metadata: {
                    name: namespaceName,
                    // The node exporter reads the nodes' own /proc and /sys.
                    labels: { ...labels(namespaceName), "pod-security.kubernetes.io/enforce": "privileged" },
                },
            },
            { parent: this, aliases },
        );
        chartRelease(
            {
                chart: charts.operatorCrds,
                namespace: namespaceName,
                values: args.keep ? { crds: { annotations: { "helm.sh/resource-policy": "keep" } } } : {},
                site: args.site,
            },
            { parent: this, dependsOn: this.namespace, aliases },
        );
        this.registerOutputs();
    }
}
