import {
    BytesPerSecondIEC,
    PercentUnit,
    RequestsPerSecond,
    Seconds,
    Short,
} from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, layers, table } from "../lib/dashboards";
import { apiServerPanels, controlPlanePanels } from "./control-plane-panels";

export interface ClusterOptions {
    /** Whether etcd, scheduler, controller manager and kube-proxy are scraped. */
    readonly controlPlane: boolean;
}

/** The page of what all services stand on: the cluster's own DNS, its nodes and pods, and its API server. */
export function clusterDashboard({ controlPlane }: ClusterOptions): Dashboard {
    const coredns = (metric: string, by: string) => `sum by (${by}) (rate(${metric}{job="coredns"}[$__rate_interval]))`;
    const latency = (q: number) =>
        `histogram_quantile(${q}, ${coredns("coredns_dns_request_duration_seconds_bucket", "le")})`;
    // The exporter's samples name its pod; people know nodes.
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
        description: "What the services stand on: nodes, pods, the cluster's own DNS and the API server.",
        rows: [
            "Nodes",
            [
                8,
                graph(
                    "CPU",
                    "Share of each node's CPU time that is used. Worry when it stays near 100 %: answers become slow.",
                    PercentUnit,
                    { "{{node}}": byNode("instance:node_cpu_utilisation:rate5m") },
                    { above: [0.8, 0.95] },
                ).max(1),
                graph(
                    "Memory",
                    "Share of each node's memory that is used. Worry above 90 %: the kernel is about to kill pods.",
                    PercentUnit,
                    { "{{node}}": byNode("instance:node_memory_utilisation:ratio") },
                    { above: [0.8, 0.9] },
                ).max(1),
                graph(
                    "Disks",
                    "Share of each disk that is used. From 85 % on, the kubelet evicts pods.",
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
                graph(
                    "Network",
                    "What each node's interfaces receive and send. Worry when one comes near what it can carry.",
                    BytesPerSecondIEC,
                    { "{{node}} {{device}} in": network("receive"), "{{node}} {{device}} out": network("transmit") },
                ),
                graph(
                    "Disks busy",
                    "Share of the time that each disk is busy. Near 100 %, etcd and Redis wait for it.",
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
                    "Nodes in trouble",
                    "Nodes that are not ready, or short of memory, disk or processes. Worry about any.",
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
                layers(
                    "Pods",
                    "How many run on each node. A node has room for 110, unless it is told otherwise.",
                    Short,
                    {
                        "{{node}}": 'sum by (node) (kubelet_running_pods{job="kubelet"})',
                    },
                ),
                graph(
                    "Pods not ready",
                    "Pods that should serve and do not, by namespace. Worry when they stay so for minutes.",
                    Short,
                    {
                        "{{namespace}}":
                            'sum by (namespace) (kube_pod_status_ready{condition!="true"} unless on (namespace, pod) (kube_pod_status_phase{phase="Succeeded"} == 1))',
                    },
                ),
                graph(
                    "Restarts",
                    "Restarts of containers within an hour. Worry when one goes on: look into its log of before, `kubectl logs --previous`.",
                    Short,
                    {
                        "{{namespace}} {{pod}} {{container}}":
                            "sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[1h])) > 0",
                    },
                ).noValue("none"),
                table(
                    "Volumes",
                    "How full the volumes are. Worry above 85 %. The kubelet measures only volumes whose driver can tell.",
                    PercentUnit,
                    { Namespace: "namespace", Claim: "persistentvolumeclaim" },
                    { Used: `${volumes("used_bytes")} / ${volumes("capacity_bytes")}` },
                ).noValue("none that can be measured"),
            ],
            "The cluster's own DNS",
            [
                8,
                layers(
                    "Queries",
                    "What pods ask CoreDNS. Worry when it jumps: something asks in a loop.",
                    RequestsPerSecond,
                    {
                        "{{pod}}": coredns("coredns_dns_requests_total", "pod"),
                    },
                ),
                layers(
                    "Answers",
                    "What it answers. Much NXDOMAIN is normal, for search lists; worry about SERVFAIL.",
                    RequestsPerSecond,
                    { "{{rcode}}": coredns("coredns_dns_responses_total", "rcode") },
                ),
                graph(
                    "Latency",
                    "How long answers take at most. Worry when half of them take more than milliseconds.",
                    Seconds,
                    {
                        p50: latency(0.5),
                        p90: latency(0.9),
                        p99: latency(0.99),
                    },
                ),
                graph(
                    "Hit ratio",
                    "Share that comes from its cache. Low where there is little to do; under load, worry below a half.",
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
