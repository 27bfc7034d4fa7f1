import type { Alert } from "../lib/monitoring-spec";

/** Selects the speakers' samples of the resolver's addresses: MetalLB's name of a Service is NAMESPACE/NAME. */
export const announced = (namespace: string, service: string): string =>
    `metallb_speaker_announced{exported_service=~"${namespace}/${service}(-[0-9-]+)?"}`;

/** The alerts on a resolver with several addresses. */
export function addressAlerts(namespace: string, service: string): Alert[] {
    const pods = `node_namespace_pod:kube_pod_info:{namespace="${namespace}",pod=~"${service}-[^-]+-[^-]+"}`;
    const ready = `kube_pod_status_ready{namespace="${namespace}",condition="true"} == 1`;
    return [
        {
            alert: "DnsAddressesOnOneNode",
            // MetalLB chooses the node of each address by itself: https://github.com/metallb/metallb/issues/2284
            expr:
                `count by (node) (count by (node, ip) (${announced(namespace, service)})) > 1 and on () ` +
                `count(count by (node) (${pods} and on (namespace, pod) (${ready}))) > 1`,
            for: "30m",
            severity: "info",
            summary: "One node serves several of the resolver's addresses",
            description:
                "{{ $labels.node }} announces {{ $value }} of the resolver's addresses, while pods on other nodes could serve them.",
        },
    ];
}
