import type * as pulumi from "@pulumi/pulumi";

import { metricsMonitor } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { unboundAlerts, unboundRecords } from "./alerts";
import { dnsDashboard } from "./dashboard";
import { dnsOverview } from "./overview";
import { dnsProbeAlerts, dnsProbes } from "./probes";
import { redisAlerts } from "./redis-alerts";
import type { DnsSettings } from "./settings";
import { sloAlerts, sloRecords } from "./slo";

export interface DnsMonitoringOptions {
    /** The component's name in the registry. */
    readonly component: string;
    readonly namespace: string;
    /** Name of the Service that clients use. */
    readonly service: string;
    /** The address that clients use. */
    readonly address: pulumi.Input<string>;
    /** Labels of the resolver's pods. */
    readonly pods: Readonly<Record<string, string>>;
    readonly settings: Pick<DnsSettings, "probeNames" | "thresholds" | "objectives">;
}

/** The monitoring spec of the resolver and of its cache. */
export function dnsMonitoring({
    component,
    namespace,
    service,
    address,
    pods,
    settings,
}: DnsMonitoringOptions): MonitoringSpec {
    const { probeNames, thresholds, objectives } = settings;
    return {
        component,
        namespace,
        monitors: [metricsMonitor("unbound"), metricsMonitor("redis")],
        probes: dnsProbes({ address, pods, names: probeNames }),
        ruleGroups: [
            {
                name: "dns",
                records: unboundRecords(namespace),
                alerts: [
                    ...unboundAlerts({ namespace, service, thresholds, probeNames }),
                    ...dnsProbeAlerts(namespace, thresholds),
                ],
            },
            {
                name: "dns-objectives",
                records: sloRecords(namespace, objectives),
                alerts: sloAlerts(namespace, objectives),
            },
            { name: "redis", records: [], alerts: redisAlerts(namespace, thresholds) },
        ],
        dashboards: [dnsDashboard({ namespace, thresholds, objectives })],
        overview: dnsOverview(namespace, thresholds),
    };
}
