import { BytesIEC, OpsPerSecond, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, layers, type Row, states } from "../lib/dashboards";

const rate = (metric: string, by: string, job: string, selector = "") =>
    `sum by (${by}) (rate(${metric}{job="${job}"${selector}}[$__rate_interval]))`;

/** Rows of the API server. */
export function apiServerPanels(): (Row | string)[] {
    const api = (metric: string, by: string, selector = "") => rate(metric, by, "apiserver", selector);
    return [
        "API server",
        [
            8,
            layers(
                "Requests",
                "Requests by verb. A sudden rise may be a controller that repeats a request in a loop.",
                RequestsPerSecond,
                {
                    "{{verb}}": api("apiserver_request_total", "verb"),
                },
            ),
            graph(
                "Errors",
                "Server errors (5xx) and rejected requests (429). Should be 0 except for moments.",
                RequestsPerSecond,
                { "{{code}}": api("apiserver_request_total", "code", ',code=~"5..|429"') },
            ).noValue("none"),
            graph(
                "Latency",
                "Time that 99 % of the requests take at most, by verb. Above one second, etcd or its disk is slow.",
                Seconds,
                {
                    "{{verb}}": `histogram_quantile(0.99, ${api("apiserver_request_duration_seconds_bucket", "verb, le", ',verb!~"WATCH|CONNECT"')})`,
                },
                { above: [1, 5] },
            ),
            graph(
                "Requests in flight",
                "Requests being processed. By default, the limits are 400 for reading and 200 for mutating requests.",
                Short,
                {
                    "{{request_kind}}": 'sum by (request_kind) (apiserver_current_inflight_requests{job="apiserver"})',
                },
            ),
        ],
    ];
}

/** Rows of etcd, the scheduler, the controller manager and kube-proxy. */
export function controlPlanePanels(): (Row | string)[] {
    const p99 = (metric: string, by: string, job: string) =>
        `histogram_quantile(0.99, ${rate(`${metric}_bucket`, `${by}, le`, job)})`;
    const etcd = (metric: string) => `max by (instance) (${metric}{job="kube-etcd"})`;
    return [
        "etcd",
        [
            8,
            states(
                "Leader",
                "Whether each member knows a leader. Without a leader, etcd accepts no writes.",
                { "{{instance}}": etcd("etcd_server_has_leader") },
                { 0: { text: "no leader", color: "red" }, 1: { text: "has a leader", color: "green" } },
            ),
            graph(
                "Leader changes",
                "Changes of the leader within an hour. More than one: the network or a disk is slow.",
                Short,
                {
                    "{{instance}}": `max by (instance) (increase(etcd_server_leader_changes_seen_total{job="kube-etcd"}[1h]))`,
                },
            ),
            graph(
                "Disk latency",
                "Time that 99 % of the writes take at most. The disk is too slow if WAL syncs take more than 10 ms, or commits more than 25 ms.",
                Seconds,
                {
                    "WAL {{instance}}": p99("etcd_disk_wal_fsync_duration_seconds", "instance", "kube-etcd"),
                    "commit {{instance}}": p99("etcd_disk_backend_commit_duration_seconds", "instance", "kube-etcd"),
                },
                { above: [0.01, 0.025] },
            ),
            graph(
                "Database size",
                "Size of the database, the part in use, and the quota. At the quota, etcd accepts no writes.",
                BytesIEC,
                {
                    "size {{instance}}": etcd("etcd_mvcc_db_total_size_in_bytes"),
                    "in use {{instance}}": etcd("etcd_mvcc_db_total_size_in_use_in_bytes"),
                    limit: 'min(etcd_server_quota_backend_bytes{job="kube-etcd"})',
                },
            ),
        ],
        "Scheduler, controller manager and kube-proxy",
        [
            8,
            graph(
                "Pending pods",
                "Pods without a node, by the scheduler's queue. No node fits those in the queue unschedulable.",
                Short,
                { "{{queue}}": 'sum by (queue) (scheduler_pending_pods{job="kube-scheduler"})' },
            ),
            graph("Scheduling attempts", "Attempts to find a node for a pod, by result.", OpsPerSecond, {
                "{{result}}": rate("scheduler_schedule_attempts_total", "result", "kube-scheduler"),
            }),
            graph(
                "Longest work queues",
                "Length of the five longest work queues. If one keeps growing, its controller does not keep up.",
                Short,
                { "{{job}} {{name}}": "topk(5, sum by (job, name) (workqueue_depth)) > 0" },
            ).noValue("none"),
            graph(
                "Time in work queues",
                "Time that 99 % of the items wait in their queue at most, if above 0.1 s.",
                Seconds,
                { "{{name}}": `${p99("workqueue_queue_duration_seconds", "name", "kube-controller-manager")} > 0.1` },
            ).noValue("none"),
        ],
        [
            8,
            graph(
                "kube-proxy updates",
                "Time that 99 % of the updates of a node's rules take at most. Until an update, Services use the old list of pods.",
                Seconds,
                {
                    "{{instance}}": p99("kubeproxy_sync_proxy_rules_duration_seconds", "instance", "kube-proxy"),
                },
            ),
            graph(
                "Failed API requests",
                "Requests of these processes to the API server that fail. 404 and 409 are normal, 403 means missing rights.",
                OpsPerSecond,
                {
                    "{{job}} {{code}}":
                        'sum by (job, code) (rate(rest_client_requests_total{job=~"kube-scheduler|kube-controller-manager|kube-proxy",code!~"2.."}[$__rate_interval]))',
                },
            ).noValue("none"),
            graph("Restarts", "Restarts of each process within an hour.", Short, {
                "{{job}} {{instance}}":
                    'changes(process_start_time_seconds{job=~"apiserver|kube-scheduler|kube-controller-manager|kube-etcd|kube-proxy"}[1h])',
            }),
        ],
    ];
}
