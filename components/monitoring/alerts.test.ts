import { testAlerts } from "../../tests/alert-tests";
import { deploymentAlerts } from "./alerts";
import { monitoringSettings } from "./settings";

const namespace = "noc";

describe("the alerts on the deployment", () => {
    testAlerts(
        "monitoring",
        [
            {
                name: "deployment",
                records: [],
                alerts: deploymentAlerts({
                    namespaces: ["noc", "metallb-system"],
                    jobs: [
                        { job: "redis", namespace },
                        { job: "unbound", namespace },
                    ],
                    thresholds: monitoringSettings.shape.thresholds.parse(undefined),
                }),
            },
        ],
        [
            ...(
                [
                    ["deployment", "kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"],
                    ["statefulset", "kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"],
                    [
                        "daemonset",
                        "kube_daemonset_status_desired_number_scheduled",
                        "kube_daemonset_status_number_available",
                    ],
                ] as const
            ).map(([kind, wanted, available]) => ({
                alert: "ReplicasMissing",
                cause: kind,
                series: [
                    { series: `${wanted}{namespace="noc",${kind}="web"}`, well: 3, trouble: 3 },
                    { series: `${available}{namespace="noc",${kind}="web"}`, well: 3, trouble: 2 },
                    // A workload in a namespace of somebody else.
                    { series: `${wanted}{namespace="other",${kind}="web"}`, well: 3, trouble: 3 },
                    { series: `${available}{namespace="other",${kind}="web"}`, well: 0, trouble: 0 },
                ],
                firesAfter: 5,
                labels: { namespace, [kind]: "web", workload: "web", kind },
                description: `1 replicas of ${kind} web are not available.`,
            })),
            {
                alert: "ContainerRestarting",
                series: [
                    {
                        series: 'kube_pod_container_status_restarts_total{namespace="noc",pod="kea-dhcp-0",container="kea-dhcp"}',
                        well: 0.19,
                        trouble: 1,
                        counter: true,
                    },
                ],
                firesAfter: 0,
                recoversAfter: 15,
                labels: { namespace, pod: "kea-dhcp-0", container: "kea-dhcp" },
                description: "kea-dhcp of kea-dhcp-0 has restarted more than 3 times in 15 minutes.",
            },
            {
                alert: "VolumeNearlyFull",
                series: [
                    {
                        series: 'kubelet_volume_stats_used_bytes{namespace="noc",persistentvolumeclaim="data-kea-dhcp-0",node="a"}',
                        well: 90,
                        trouble: 91,
                    },
                    {
                        series: 'kubelet_volume_stats_capacity_bytes{namespace="noc",persistentvolumeclaim="data-kea-dhcp-0",node="a"}',
                        well: 100,
                        trouble: 100,
                    },
                ],
                firesAfter: 5,
                labels: { namespace, persistentvolumeclaim: "data-kea-dhcp-0" },
                description: "91% of the volume of data-kea-dhcp-0 is in use.",
            },
            {
                alert: "ExporterDown",
                cause: "the target does not answer",
                series: [
                    { series: 'up{namespace="noc",job="redis",pod="redis-1"}', well: 1, trouble: 0 },
                    { series: 'up{namespace="noc",job="unbound",pod="unbound-1"}', well: 1, trouble: 1 },
                ],
                firesAfter: 2,
                labels: { namespace, job: "redis", pod: "redis-1" },
                description: "Prometheus gets no samples of the job redis in noc. Alerts that need them cannot fire.",
            },
            {
                alert: "ExporterDown",
                cause: "the target is gone",
                series: [
                    { series: 'up{namespace="noc",job="redis",pod="redis-1"}', well: 1, trouble: "absent" },
                    { series: 'up{namespace="noc",job="unbound",pod="unbound-1"}', well: 1, trouble: 1 },
                ],
                firesAfter: 2,
                labels: { namespace, job: "redis" },
                description: "Prometheus gets no samples of the job redis in noc. Alerts that need them cannot fire.",
            },
            {
                alert: "HttpUnanswered",
                series: [
                    {
                        series: 'probe_success{job="http-probe",namespace="monitoring",target="grafana",instance="http://10.0.0.2/api/health"}',
                        well: 1,
                        trouble: 0,
                    },
                ],
                firesAfter: 5,
                labels: {
                    namespace: "monitoring",
                    job: "http-probe",
                    target: "grafana",
                    instance: "http://10.0.0.2/api/health",
                },
                description: "http://10.0.0.2/api/health (grafana) has not answered for five minutes.",
            },
            {
                alert: "CertificateExpiring",
                series: [
                    {
                        series: 'probe_ssl_earliest_cert_expiry{namespace="noc",instance="https://10.0.0.1"}',
                        // Two weeks after the tests end, and a day less.
                        well: 14 * 86_400 + 7200,
                        trouble: 13 * 86_400,
                    },
                ],
                firstDescription: "The certificate of https://10.0.0.1 expires in 12d 23h 0m 0s.",
                firesAfter: 15,
                labels: { namespace, instance: "https://10.0.0.1" },
                description: "The certificate of https://10.0.0.1 expires in 12d 22h 55m 0s.",
            },
        ],
    );
});
