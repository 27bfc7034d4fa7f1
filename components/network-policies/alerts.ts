import type { Alert } from "../lib/monitoring-spec";
import { whileStateIsKnown } from "../lib/prometheus-rules";

/** Nodes without an engine that is ready. */
export const unprotectedNodes = (namespace: string, daemonset: string): string =>
    `max by (namespace, daemonset) (kube_daemonset_status_number_unavailable{namespace="${namespace}",daemonset="${daemonset}"})`;

/** @param daemonset name of the engine's DaemonSet. */
export function networkPoliciesAlerts(namespace: string, daemonset: string): Alert[] {
    const known = `kube_daemonset_status_number_unavailable{namespace="${namespace}",daemonset="${daemonset}"}`;
    return [
        {
            alert: "NetworkPoliciesNotEnforced",
            expr: whileStateIsKnown(`${unprotectedNodes(namespace, daemonset)} > 0 or absent(${known})`),
            for: "5m",
            severity: "warning",
            summary: "Network policies are not enforced on every node",
            description:
                "Of the engine {{ $labels.daemonset }}, {{ $value }} pods are not available: on their nodes, connections that policies deny may pass.",
            implies: [{ alerts: ["ExporterDown"], equal: ["namespace"] }],
        },
    ];
}
