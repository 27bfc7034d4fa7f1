import type * as pulumi from "@pulumi/pulumi";

import { metricsMonitor } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { addressAlerts } from "./address-alerts";
import { unboundAlerts, unboundRecords } from "./alerts";
import { dnsDashboard } from "./dashboard";
import type { Front } from "./front";
import { nodeMonitor, nodePathAlert } from "./node-path";
import { dnsOverview } from "./overview";
import { dnsProbeAlerts, dnsProbes, ownQueries } from "./probes";
import { redisAlerts } from "./redis-alerts";
import type { DnsSettings } from "./settings";
import { sloAlerts, sloRecords } from "./slo";

export interface DnsMonitoringOptions {
    /** The component's name in the registry. */
    readonly component: string;
    readonly namespace: string;
    /** Name of the Service with the first address. Those with the other addresses have the same pods. */
    readonly service: string;
    /** The addresses that clients use, at least one. */
    readonly addresses: readonly pulumi.Input<string>[];
    /** Labels of the resolver's pods. */
    readonly pods: Readonly<Record<string, string>>;
    readonly settings: Pick<DnsSettings, "probeNames" | "thresholds" | "objectives" | "encryption" | "path">;
    /** The proxy in front of the pods, if there is one. */
    readonly front?: Pick<Front, "queries">;
}

/** The monitoring spec of the resolver and of its cache. */
export function dnsMonitoring({
    component,
    namespace,
    service,
    addresses,
    pods,
    settings,
    front,
}: DnsMonitoringOptions): MonitoringSpec {
    const { probeNames, thresholds, objectives } = settings;
    const onNodes = settings.path === "node";
    const encrypted = settings.encryption !== undefined;
    const own = ownQueries({ names: probeNames, addresses: addresses.length, encrypted, front });
    return {
        component,
        namespace,
        monitors: [metricsMonitor("unbound"), metricsMonitor("redis"), ...(onNodes ? [nodeMonitor(namespace)] : [])],
        probes: dnsProbes({ addresses, pods, names: probeNames, encrypted }),
        ruleGroups: [
            {
                name: "dns",
                records: unboundRecords(namespace),
                alerts: [
                    ...unboundAlerts({ namespace, service, thresholds, own, onNodes }),
                    ...(onNodes ? [nodePathAlert] : []),
                    ...dnsProbeAlerts(namespace, thresholds),
                    ...(addresses.length > 1 ? addressAlerts(namespace, service) : []),
                ],
            },
            {
                name: "dns-objectives",
                records: sloRecords(namespace, objectives),
                alerts: sloAlerts(namespace, objectives),
            },
            { name: "redis", records: [], alerts: redisAlerts(namespace, thresholds) },
        ],
        dashboards: [
            dnsDashboard({
                namespace,
                service: addresses.length > 1 ? service : undefined,
                thresholds,
                objectives,
            }),
        ],
        overview: dnsOverview(namespace, thresholds),
    };
}
