import type * as pulumi from "@pulumi/pulumi";

import { dnsProbes } from "../dns/probes";
import { metricsMonitor } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { dnsdistAlerts } from "./alerts";
import { dnsdistDashboard, dnsdistOverview } from "./dashboard";
import { app } from "./names";
import type { DnsdistSettings } from "./settings";

export interface DnsdistMonitoringOptions {
    /** The component's name in the registry. */
    readonly component: string;
    readonly namespace: string;
    /** The addresses that clients use, at least one. */
    readonly addresses: readonly pulumi.Input<string>[];
    readonly settings: Pick<DnsdistSettings, "encryption" | "thresholds">;
}

/** The monitoring spec of dnsdist. Its probes ask for the resolver's own name, so they also test the way to the resolver. */
export function dnsdistMonitoring({
    component,
    namespace,
    addresses,
    settings,
}: DnsdistMonitoringOptions): MonitoringSpec {
    const { encryption, thresholds } = settings;
    const encrypted = encryption !== undefined;
    return {
        component,
        namespace,
        monitors: [metricsMonitor(app)],
        probes: dnsProbes({ addresses, pods: { app }, names: [], encrypted, prefix: app }),
        ruleGroups: [{ name: app, records: [], alerts: dnsdistAlerts(namespace, thresholds) }],
        dashboards: [dnsdistDashboard(namespace, thresholds)],
        overview: dnsdistOverview(namespace),
    };
}
