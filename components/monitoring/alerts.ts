/** The alerts that concern all components: workloads, volumes, scrapes, HTTP probes and certificates. */
import { labelled } from "../lib/prometheus-rules";
import type { Alert } from "../lib/monitoring-spec";
import type { MonitoringThresholds } from "./settings";

export interface DeploymentAlertsOptions {
    /** The namespaces that the program deploys to. */
    readonly namespaces: readonly string[];
    /** The scraped jobs with their namespaces, without repetition. */
    readonly jobs: readonly { readonly job: string; readonly namespace: string }[];
    readonly thresholds: MonitoringThresholds;
}

/** The kinds of workload, and the metrics of kube-state-metrics with their desired and available pods. */
export const workloads = [
    {
        kind: "deployment",
        desired: "kube_deployment_spec_replicas",
        available: "kube_deployment_status_replicas_available",
    },
    {
        kind: "statefulset",
        desired: "kube_statefulset_replicas",
        available: "kube_statefulset_status_replicas_ready",
    },
    {
        kind: "daemonset",
        desired: "kube_daemonset_status_desired_number_scheduled",
        available: "kube_daemonset_status_number_available",
    },
] as const;

/** The alerts on the namespaces of the deployment. kube-prometheus-stack has those on nodes and other namespaces. */
export function deploymentAlerts({ namespaces, jobs, thresholds }: DeploymentAlertsOptions): Alert[] {
    const { restarts, volumeRatio, certificateDays } = thresholds;
    const ours = `{namespace=~"${namespaces.join("|")}"}`;
    const missing = ({ kind, desired, available }: (typeof workloads)[number]) =>
        labelled(
            `label_replace(${desired}${ours} - ${available}${ours} > 0, "workload", "$1", "${kind}", "(.+)")`,
            "kind",
            kind,
        );
    return [
        {
            alert: "ReplicasMissing",
            expr: workloads.map(missing).join(" or "),
            for: "5m",
            severity: "warning",
            summary: "Replicas are missing",
            description: "{{ $value }} replicas of {{ $labels.kind }} {{ $labels.workload }} are not available.",
            // The alerts of kube-prometheus-stack on the same problem.
            implies: [
                {
                    alerts: [
                        "KubeDeploymentReplicasMismatch",
                        "KubeStatefulSetReplicasMismatch",
                        "KubeDaemonSetRolloutStuck",
                    ],
                    equal: ["namespace", "deployment", "statefulset", "daemonset"],
                },
            ],
        },
        {
            alert: "ContainerRestarting",
            expr: `sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total${ours}[15m])) > ${restarts}`,
            for: "0m",
            severity: "warning",
            summary: "A container keeps restarting",
            description: `{{ $labels.container }} of {{ $labels.pod }} has restarted more than ${restarts} times in 15 minutes.`,
            implies: [{ alerts: ["KubePodCrashLooping"], equal: ["namespace", "pod", "container"] }],
        },
        {
            alert: "VolumeNearlyFull",
            expr: `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes${ours} / kubelet_volume_stats_capacity_bytes${ours}) > ${volumeRatio}`,
            for: "5m",
            severity: "warning",
            summary: "A volume is nearly full",
            description:
                "{{ $value | humanizePercentage }} of the volume of {{ $labels.persistentvolumeclaim }} is in use.",
        },
        {
            alert: "ExporterDown",
            expr: [
                `up{job=~"${jobs.map(({ job }) => job).join("|")}",namespace=~"${[...new Set(jobs.map(({ namespace }) => namespace))].join("|")}"} == 0`,
                ...jobs.map(({ job, namespace }) => `absent(up{job="${job}",namespace="${namespace}"})`),
            ].join(" or "),
            for: "2m",
            severity: "warning",
            summary: "An exporter is not scraped",
            description:
                "Prometheus gets no samples of the job {{ $labels.job }} in {{ $labels.namespace }}. Alerts that need them cannot fire.",
            implies: [{ alerts: ["TargetDown"], equal: ["namespace", "job"] }],
        },
        {
            alert: "HttpUnanswered",
            expr: `probe_success{job="http-probe"} == 0`,
            for: "5m",
            severity: "warning",
            summary: "An HTTP endpoint does not answer",
            description: "{{ $labels.instance }} ({{ $labels.target }}) has not answered for five minutes.",
        },
        {
            alert: "CertificateExpiring",
            expr: `min by (namespace, instance) (probe_ssl_earliest_cert_expiry${ours}) - time() < ${certificateDays * 86_400}`,
            for: "15m",
            severity: "warning",
            summary: "A certificate expires soon",
            description: "The certificate of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}.",
        },
    ];
}
