/** MetalLB's recording rules and alerts. Its metrics: https://metallb.universe.tf/prometheus-metrics/ */
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import { openPools } from "./pools";
import type { MetallbThresholds } from "./settings";

/** The use of each pool. Pools of fixed and reserved addresses are left out: they may be full. */
export function metallbRecords(namespace: string): RecordingRule[] {
    const pools = `{namespace="${namespace}",${openPools}}`;
    return [
        {
            record: "pool:metallb_addresses_in_use:ratio",
            expr: `max by (namespace, pool) (metallb_allocator_addresses_in_use_total${pools} / metallb_allocator_addresses_total${pools})`,
        },
    ];
}

/** MetalLB's alerts. */
export function metallbAlerts(namespace: string, { poolRatio }: MetallbThresholds): Alert[] {
    const selector = `{namespace="${namespace}"}`;
    const inUse = `pool:metallb_addresses_in_use:ratio${selector}`;
    return [
        {
            alert: "MetalLBPoolNearlyExhausted",
            expr: `${inUse} > ${poolRatio}`,
            for: "5m",
            severity: "warning",
            summary: "A pool has few addresses left",
            description:
                "{{ $value | humanizePercentage }} of the addresses of the pool {{ $labels.pool }} are in use.",
        },
        {
            alert: "MetalLBPoolExhausted",
            expr: `${inUse} >= 1`,
            for: "1m",
            severity: "critical",
            summary: "A pool has no address left",
            description:
                "All addresses of the pool {{ $labels.pool }} are in use. A new Service gets no address from it.",
            implies: [{ alerts: ["MetalLBPoolNearlyExhausted"], equal: ["namespace", "pool"] }],
        },
        {
            alert: "MetalLBStaleConfiguration",
            expr: `metallb_k8s_client_config_stale_bool${selector} == 1 or metallb_k8s_client_config_loaded_bool${selector} == 0`,
            for: "5m",
            severity: "warning",
            summary: "MetalLB uses an old configuration",
            description: "{{ $labels.pod }} has rejected the latest pools and advertisements, or has never loaded any.",
        },
        {
            alert: "MetalLBNotAnnounced",
            // No speaker announces an address without a ready pod behind it, whatever the Service's traffic policy.
            expr: `sum by (namespace) (metallb_allocator_addresses_in_use_total${selector}) - (count by (namespace) (count by (namespace, ip) (metallb_speaker_announced${selector})) or 0 * sum by (namespace) (metallb_allocator_addresses_in_use_total${selector})) > 0`,
            for: "2m",
            severity: "critical",
            summary: "An address is not announced",
            description:
                "No node announces {{ $value }} of the addresses that Services have. Clients on the network cannot reach them.",
        },
        {
            alert: "MetalLBAddressMoving",
            expr: `count by (namespace, ip) (count by (namespace, ip, node) (count_over_time(metallb_speaker_announced${selector}[10m]))) > 1`,
            for: "0m",
            severity: "info",
            summary: "An address has moved to another node",
            description:
                "{{ $value }} nodes have announced {{ $labels.ip }} within ten minutes: its node has failed or its pod has moved.",
        },
    ];
}
