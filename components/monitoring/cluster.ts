import {
    BytesPerSecondIEC,
    PercentUnit,
    RequestsPerSecond,
    Seconds,
    Short,
} from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, layers, table } from "../lib/dashboards";
import { apiServerPanels, controlPlanePanels } from "./control-plane-panels";
import type { MonitoringThresholds } from "./settings";

export interface ClusterOptions {
    /** Whether etcd, scheduler, controller manager and kube-proxy are scraped. */
    readonly controlPlane: boolean;
    readonly thresholds: MonitoringThresholds;
}

/** The dashboard of the cluster: its nodes and pods, CoreDNS, and the API server. */
export function clusterDashboard({ controlPlane, thresholds }: ClusterOptions): Dashboard {
    const coredns = (metric: string, by: string) => `sum by (${by}) (rate(${metric}{job="coredns"}[$__rate_interval]))`;
    const latency = (q: number) =>
        `histogram_quantile(${q}, ${coredns("coredns_dns_request_duration_seconds_bucket", "le")})`;
    // The node exporter's samples have the name of its pod, not of the node.
    const byNode = (expr: string, labels = "node") =>
        `max by (${labels}) (${expr} * on (namespace, pod) group_left (node) node_namespace_pod:kube_pod_info:)`;
    const disks = 'job="node-exporter",fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"';
    const network = (direction: string) =>
        byNode(
            `rate(node_network_${direction}_bytes_total{job="node-exporter",device!~"lo|veth.*|cali.*|cni.*|flannel.*|lxc.*|cilium.*"}[$__rate_interval])`,
            "node, device",
        );
    const volumes = (metric: string) => `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_${metric})`;

    return dashboard({
        uid: "noc-cluster",
        title: "Cluster",
        description: "The cluster that the services run on: nodes, pods, CoreDNS and the API server.",
        rows: [
            "Nodes",
            [
                8,
                graph(
                    "CPU",
                    "Share of each node's CPU time in use. Near 100 %, services answer slowly.",
                    PercentUnit,
                    { "{{node}}": byNode("instance:node_cpu_utilisation:rate5m") },
                    { above: [0.8, 0.95] },
                ).max(1),
                graph(
                    "Memory",
                    "Share of each node's memory in use. When it is used up, the kernel kills processes.",
                    PercentUnit,
                    { "{{node}}": byNode("instance:node_memory_utilisation:ratio") },
                    { above: [0.8, 0.9] },
                ).max(1),
                graph(
                    "Disks",
                    "Share of each file system in use. Above 85 %, the kubelet evicts pods.",
                    PercentUnit,
                    {
                        "{{node}} {{device}}": byNode(
                            `(1 - node_filesystem_avail_bytes{${disks}} / node_filesystem_size_bytes{${disks}})`,
                            "node, device",
                        ),
                    },
                    { above: [0.8, 0.85] },
                ).max(1),
            ],
            [
                8,
                graph("Network", "Traffic of each node's interfaces.", BytesPerSecondIEC, {
                    "{{node}} {{device}} in": network("receive"),
                    "{{node}} {{device}} out": network("transmit"),
                }),
                graph(
                    "Disks busy",
                    "Share of the time that each disk is busy. Near 100 %, processes such as etcd wait for it.",
                    PercentUnit,
                    {
                        "{{node}} {{device}}": byNode(
                            "instance_device:node_disk_io_time_seconds:rate5m",
                            "node, device",
                        ),
                    },
                    { above: [0.8, 0.95] },
                ),
                graph(
                    "Node conditions",
                    "Nodes that are not ready, or report pressure on memory, disk or process IDs. Should be 0.",
                    Short,
                    {
                        "not ready": 'sum(kube_node_status_condition{condition="Ready",status!="true"})',
                        "{{condition}}":
                            'sum by (condition) (kube_node_status_condition{condition!="Ready",status="true"})',
                    },
                ),
            ],
            "Pods",
            [
                8,
                layers("Pods", "Running pods of each node. By default, a kubelet runs up to 110.", Short, {
                    "{{node}}": 'sum by (node) (kubelet_running_pods{job="kubelet"})',
                }),
                graph(
                    "Pods not ready",
                    "Pods that are not ready, by namespace. Pods that start are not ready for some seconds.",
                    Short,
                    {
                        "{{namespace}}":
                            'sum by (namespace) (kube_pod_status_ready{condition!="true"} unless on (namespace, pod) (kube_pod_status_phase{phase="Succeeded"} == 1))',
                    },
                ),
                graph(
                    "Restarts",
                    "Restarts of each container in 15 minutes. `kubectl logs --previous` shows the log before the restart.",
                    Short,
                    {
                        "{{namespace}} {{pod}} {{container}}":
                            "sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[15m])) > 0",
                    },
                    { above: [thresholds.restarts] },
                ).noValue("none"),
                table(
                    "Volumes",
                    "Share of each volume in use. Volumes whose driver reports no usage, such as local-path's, are missing.",
                    PercentUnit,
                    { Namespace: "namespace", Claim: "persistentvolumeclaim" },
                    { Used: `${volumes("used_bytes")} / ${volumes("capacity_bytes")}` },
                    { above: [thresholds.volumeRatio] },
                ).noValue("no volume reports its usage"),
            ],
            "CoreDNS",
            [
                8,
                layers("Queries", "Queries of the cluster's pods to CoreDNS.", RequestsPerSecond, {
                    "{{pod}}": coredns("coredns_dns_requests_total", "pod"),
                }),
                layers(
                    "Answers",
                    "Answers by response code. NXDOMAIN is frequent because of search lists; SERVFAIL is an error.",
                    RequestsPerSecond,
                    { "{{rcode}}": coredns("coredns_dns_responses_total", "rcode") },
                ),
                graph("Latency", "Time that 50, 90 and 99 % of the answers take at most.", Seconds, {
                    p50: latency(0.5),
                    p90: latency(0.9),
                    p99: latency(0.99),
                }),
                graph(
                    "Cache hits",
                    "Share of the queries that are answered from the cache. It is low if there are few queries.",
                    PercentUnit,
                    {
                        all: `1 - sum(${coredns("coredns_cache_misses_total", "pod")}) / sum(${coredns("coredns_cache_requests_total", "pod")})`,
                    },
                ).max(1),
            ],
            ...apiServerPanels(),
            ...(controlPlane ? controlPlanePanels() : []),
        ],
    });
}
