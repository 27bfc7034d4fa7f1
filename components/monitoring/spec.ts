/** The monitoring spec of monitoring itself: alerts, probes and dashboards that concern all components. */
import type * as pulumi from "@pulumi/pulumi";

import type { MonitoringSpec } from "../lib/monitoring-spec";
import { deploymentAlerts } from "./alerts";
import { clusterDashboard } from "./cluster";
import { overviewDashboard } from "./overview";
import { httpProbes } from "./probes";
import type { MonitoringSettings } from "./settings";

export interface DeploymentSpecOptions {
    /** The component's name in the registry. */
    readonly component: string;
    /** Namespaces of monitoring: of all of it, and of the node exporter. */
    readonly namespaces: { readonly own: string; readonly nodeExporter: string };
    /** The specs of all other components. */
    readonly others: readonly MonitoringSpec[];
    /** URL of Grafana. */
    readonly grafanaUrl: pulumi.Input<string>;
    readonly settings: Pick<MonitoringSettings, "controlPlane" | "thresholds">;
}

export function deploymentSpec(options: DeploymentSpecOptions): MonitoringSpec {
    const { component, others, grafanaUrl, settings } = options;
    const { own: namespace, nodeExporter } = options.namespaces;
    const probes = httpProbes(grafanaUrl);
    const monitors = others.flatMap((other) =>
        other.monitors.map(({ name, namespace: own = other.namespace }) => ({ name, namespace: own })),
    );
    const namespaces = [
        ...new Set([...[...others, ...monitors].map((each) => each.namespace), namespace, nodeExporter]),
    ];
    const jobs = new Map<string, string>([
        ...monitors.map(({ name, namespace: own }) => [name, own] as const),
        ...others.flatMap((other) => other.probes.map(({ job }) => [job, other.namespace] as const)),
        ...probes.map(({ job }) => [job, namespace] as const),
        // The alerts on workloads need these samples.
        ["kube-state-metrics", namespace] as const,
    ]);
    return {
        component,
        namespace,
        monitors: [],
        probes,
        ruleGroups: [
            {
                name: "deployment",
                records: [],
                alerts: deploymentAlerts({
                    namespaces,
                    jobs: [...jobs].map(([job, namespace]) => ({ job, namespace })),
                    thresholds: settings.thresholds,
                }),
            },
        ],
        dashboards: [
            overviewDashboard({ namespaces, panels: others.flatMap(({ overview }) => overview ?? []) }),
            clusterDashboard(settings),
        ],
    };
}
