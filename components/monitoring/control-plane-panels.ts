import { BytesIEC, OpsPerSecond, RequestsPerSecond, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, layers, type Row, states } from "../lib/dashboards";

const rate = (metric: string, by: string, job: string, selector = "") =>
    `sum by (${by}) (rate(${metric}{job="${job}"${selector}}[$__rate_interval]))`;

/** The API server. */
export function apiServerPanels(): (Row | string)[] {
    const api = (metric: string, by: string, selector = "") => rate(metric, by, "apiserver", selector);
    return [
        "API server",
        [
            8,
            layers(
                "Requests",
                "What it is asked, by verb. Worry when it jumps: a controller runs in circles.",
                RequestsPerSecond,
                {
                    "{{verb}}": api("apiserver_request_total", "verb"),
                },
            ),
            graph(
                "Errors",
                "Answers that are its own fault (5xx), and requests it puts off (429). Worry when they go on.",
                RequestsPerSecond,
                { "{{code}}": api("apiserver_request_total", "code", ',code=~"5..|429"') },
            ).noValue("none"),
            graph(
                "Latency",
                "What 99 in 100 requests take at most, by verb. Worry above a second: etcd or its disk is slow.",
                Seconds,
                {
                    "{{verb}}": `histogram_quantile(0.99, ${api("apiserver_request_duration_seconds_bucket", "verb, le", ',verb!~"WATCH|CONNECT"')})`,
                },
                { above: [1, 5] },
            ),
            graph(
                "Requests under way",
                "Requests that are being answered. Worry when they come near 400 that read, or 200 that change something.",
                Short,
                {
                    "{{request_kind}}": 'sum by (request_kind) (apiserver_current_inflight_requests{job="apiserver"})',
                },
            ),
        ],
    ];
}

/** etcd, the scheduler, the controller manager and kube-proxy, and how often they restart. */
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
                "Whether each member knows a leader. Without one, the cluster cannot be changed.",
                { "{{instance}}": etcd("etcd_server_has_leader") },
                { 0: { text: "no leader", color: "red" }, 1: { text: "has a leader", color: "green" } },
            ),
            graph(
                "Changes of leader",
                "How often it changed within an hour. Worry about more than one: the network or the disk is slow.",
                Short,
                {
                    "{{instance}}": `max by (instance) (increase(etcd_server_leader_changes_seen_total{job="kube-etcd"}[1h]))`,
                },
            ),
            graph(
                "Writing",
                "What 99 in 100 writes take at most: the log has to be below 10 ms, a commit below 25 ms. Else the disk is too slow.",
                Seconds,
                {
                    "log {{instance}}": p99("etcd_disk_wal_fsync_duration_seconds", "instance", "kube-etcd"),
                    "commit {{instance}}": p99("etcd_disk_backend_commit_duration_seconds", "instance", "kube-etcd"),
                },
                { above: [0.01, 0.025] },
            ),
            graph(
                "Size",
                "What the database takes, has in use, and may take. When it is full, the cluster cannot be changed any more.",
                BytesIEC,
                {
                    "size {{instance}}": etcd("etcd_mvcc_db_total_size_in_bytes"),
                    "in use {{instance}}": etcd("etcd_mvcc_db_total_size_in_use_in_bytes"),
                    limit: 'min(etcd_server_quota_backend_bytes{job="kube-etcd"})',
                },
            ),
        ],
        "Scheduler, controllers and kube-proxy",
        [
            8,
            graph(
                "Pods that wait",
                "Pods without a node, by the reason they wait. Worry about unschedulable ones: no node has room for them.",
                Short,
                { "{{queue}}": 'sum by (queue) (scheduler_pending_pods{job="kube-scheduler"})' },
            ),
            graph(
                "Scheduling",
                "What came of the attempts to find a node. Worry about errors, and about unschedulable ones that go on.",
                OpsPerSecond,
                { "{{result}}": rate("scheduler_schedule_attempts_total", "result", "kube-scheduler") },
            ),
            graph(
                "Work that waits",
                "The five longest queues of the controllers. Worry when one grows and stays: what it is for does not happen.",
                Short,
                { "{{job}} {{name}}": "topk(5, sum by (job, name) (workqueue_depth)) > 0" },
            ).noValue("none"),
            graph(
                "Time that work waits",
                "What 99 in 100 tasks of the controllers wait at most, where it is above 0.1 s. Worry when it stays above a second.",
                Seconds,
                { "{{name}}": `${p99("workqueue_queue_duration_seconds", "name", "kube-controller-manager")} > 0.1` },
            ).noValue("none"),
        ],
        [
            8,
            graph(
                "Rules of kube-proxy",
                "What 99 in 100 updates of a node's rules take at most. Worry above a second: Services lag behind their pods.",
                Seconds,
                {
                    "{{instance}}": p99("kubeproxy_sync_proxy_rules_duration_seconds", "instance", "kube-proxy"),
                },
            ),
            graph(
                "Refused by the API server",
                "Requests of these processes that fail. 404 and 409 are normal; 403 means missing rights, 5xx that the API server is away.",
                OpsPerSecond,
                {
                    "{{job}} {{code}}":
                        'sum by (job, code) (rate(rest_client_requests_total{job=~"kube-scheduler|kube-controller-manager|kube-proxy",code!~"2.."}[$__rate_interval]))',
                },
            ).noValue("none"),
            graph(
                "Restarts",
                "How often each process has restarted within an hour. Worry when it goes on: look into its log of before.",
                Short,
                {
                    "{{job}} {{instance}}":
                        'changes(process_start_time_seconds{job=~"apiserver|kube-scheduler|kube-controller-manager|kube-etcd|kube-proxy"}[1h])',
                },
            ),
        ],
    ];
}
