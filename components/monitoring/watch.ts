/** What monitoring is told of the deployment as a whole, itself included. */
import type * as pulumi from "@pulumi/pulumi";

import type { Watch } from "../watch";
import { deploymentAlerts } from "./alerts";
import { clusterDashboard } from "./cluster";
import { overviewDashboard } from "./overview";
import { httpProbes } from "./probes";
import type { MonitoringThresholds } from "./settings";

export interface MonitoringWatchOptions {
    /** Namespace of monitoring. */
    readonly namespace: string;
    /** What the other components say of themselves. */
    readonly others: readonly Watch[];
    readonly grafanaAddress: pulumi.Input<string>;
    readonly controlPlane: boolean;
    readonly thresholds: MonitoringThresholds;
}

export function monitoringWatch(options: MonitoringWatchOptions): Watch {
    const { namespace, others, grafanaAddress, controlPlane, thresholds } = options;
    const probes = httpProbes(namespace, grafanaAddress);
    const groups = others.flatMap(({ rules }) => rules);
    const namespaces = distinct([...groups.map((group) => group.namespace), namespace]);
    const jobs = [
        ...others.flatMap(({ monitors }) => monitors.map(({ name, namespace }) => ({ job: name, namespace }))),
        ...others.flatMap((other) => other.probes).map(({ job, namespace }) => ({ job, namespace })),
        ...probes.map(({ job }) => ({ job, namespace })),
        // Much of what is known of workloads comes from it.
        { job: "kube-state-metrics", namespace },
    ].filter(({ job }, i, all) => all.findIndex((other) => other.job === job) === i);
    const namespaceOf = (group: string) => groups.find(({ name }) => name === group)?.namespace;
    return {
        monitors: [],
        probes,
        rules: [
            {
                name: "deployment",
                namespace,
                records: [],
                alerts: deploymentAlerts({ namespaces, jobs, thresholds }),
            },
        ],
        dashboards: [
            overviewDashboard({
                namespaces,
                dns: namespaceOf("dns"),
                dhcp: namespaceOf("dhcp"),
                metallb: namespaceOf("metallb"),
            }),
            clusterDashboard({ controlPlane }),
        ],
    };
}

const distinct = (list: readonly string[]): string[] => [...new Set(list)];
