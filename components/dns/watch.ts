/** What monitoring is told of the resolver and its cache. */
import { metricsMonitor } from "../metrics";
import type { Watch } from "../watch";
import { unboundAlerts, unboundRecords } from "./alerts";
import { dnsDashboard } from "./dashboard";
import { dnsProbeAlerts, dnsProbes, type DnsProbesOptions } from "./probes";
import { redisAlerts } from "./redis-alerts";
import type { DnsObjectives, DnsThresholds } from "./settings";
import { sloAlerts, sloRecords } from "./slo";

export interface DnsWatchOptions extends DnsProbesOptions {
    /** Name of the Service that clients use. */
    readonly service: string;
    readonly thresholds: DnsThresholds;
    readonly objectives: DnsObjectives;
}

export function dnsWatch(options: DnsWatchOptions): Watch {
    const { namespace, service, names, thresholds, objectives } = options;
    return {
        monitors: [metricsMonitor("unbound", namespace), metricsMonitor("redis", namespace)],
        probes: dnsProbes(options),
        rules: [
            {
                name: "dns",
                namespace,
                records: unboundRecords(namespace),
                alerts: [
                    ...unboundAlerts({ namespace, service, thresholds, probeNames: names }),
                    ...dnsProbeAlerts(namespace, thresholds),
                ],
            },
            {
                name: "dns-objectives",
                namespace,
                records: sloRecords(namespace, objectives),
                alerts: sloAlerts(namespace, objectives),
            },
            { name: "redis", namespace, records: [], alerts: redisAlerts(namespace, thresholds) },
        ],
        dashboards: [dnsDashboard(namespace)],
    };
}
