import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ComponentOptions } from "../lib/component";
import { chartRelease } from "../lib/helm";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import type { Site } from "../lib/site";
import { charts } from "./versions";

export const namespaceName = monitoringNamespace;
/** Namespace of the node exporter, the only part of monitoring that needs the nodes' own network and files. */
export const nodeExporterNamespace = "node-exporter";

export interface OperatorCrdsOptions {
    /** Whether the CRDs, and with them all monitors, stay in the cluster on destroy. Defaults to false. */
    readonly keep?: boolean;
    readonly site: Site;
}

/** The namespaces of monitoring and the Prometheus operator's CRDs, which every monitor needs. */
export class OperatorCrds extends pulumi.ComponentResource {
    public readonly namespace: k8s.core.v1.Namespace;
    public readonly nodeExporterNamespace: k8s.core.v1.Namespace;

    /** @param opts the namespaces wait for `dependsOn`. The component does not, or they would be a level further down. */
    constructor(name: string, args: OperatorCrdsOptions, { dependsOn = [], ...opts }: ComponentOptions = {}) {
        super("noc:monitoring:OperatorCrds", name, args, opts);
        // In the first version, both were children of the component `monitoring`.
        const aliases = [{ parent: pulumi.createUrn("monitoring", "noc:monitoring:Monitoring") }];

        this.namespace = podNamespace(
            { name: namespaceName, podSecurity: "restricted" },
            { parent: this, aliases, dependsOn },
        );
        this.nodeExporterNamespace = podNamespace(
            { name: nodeExporterNamespace, podSecurity: "privileged" },
            { parent: this, dependsOn },
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
