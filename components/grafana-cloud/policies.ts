import {
    fromPrometheus,
    type Flow,
    type NetworkPolicyOptions,
    tcp,
    toApiServer,
    toClusterDns,
    toUrls,
} from "../lib/network-policy";
import { collectorPods, namespaceName, ports, release, type Signal } from "./names";
import type { GrafanaCloudSettings } from "./settings";

/** The connections inside the chart's namespace. */
export function ownPolicies(
    settings: GrafanaCloudSettings,
    collected: readonly Signal[],
): Omit<NetworkPolicyOptions, "namespace">[] {
    const urls = collected.flatMap((signal) => settings[signal]?.url ?? []);
    return [
        {
            name: "k8s-monitoring",
            // The chart's hooks, too, have no label in common.
            podSelector: {},
            ingress: [],
            egress: [toClusterDns, toApiServer],
        },
        {
            name: "k8s-monitoring-collectors",
            podSelector: collectorPods(),
            ingress: [fromPrometheus(tcp(ports.collector))],
            egress: toUrls(urls),
        },
        ...(collected.includes("metrics") ? scrapePolicies : []),
        ...(collected.includes("traces")
            ? [
                  {
                      name: "k8s-monitoring-traces",
                      podSelector: collectorPods("traces"),
                      // Any program may send traces.
                      ingress: [{ peers: "anyone", ports: [tcp(ports.otlpGrpc), tcp(ports.otlpHttp)] } satisfies Flow],
                  },
              ]
            : []),
    ];
}

const scrapePolicies: Omit<NetworkPolicyOptions, "namespace">[] = [
    {
        name: "k8s-monitoring-metrics",
        podSelector: collectorPods("metrics"),
        // Pods and nodes, on the ports of their exporters.
        egress: [{ peers: "anyone", ports: "any" }],
    },
    {
        name: "k8s-monitoring-state-metrics",
        podSelector: { "app.kubernetes.io/name": "kube-state-metrics", "app.kubernetes.io/instance": release },
        ingress: [{ peers: [{ pods: collectorPods("metrics") }], ports: [tcp(ports.stateMetrics)] }],
    },
];

/** Lets the metrics' collector connect to the pods of a namespace, as other policies let Prometheus. */
export const scrapedPolicy = (namespace: string): NetworkPolicyOptions => ({
    name: `${namespace}-from-grafana-cloud`,
    namespace,
    podSelector: {},
    ingress: [{ peers: [{ namespace: namespaceName, pods: collectorPods("metrics") }], ports: "any" }],
});
