import { testAlerts } from "../../tests/alert-tests";
import { storageAlerts } from "./alerts";

const namespace = "local-path-storage";
const deployment = "local-path-provisioner";
const ksm = 'namespace="monitoring",job="kube-state-metrics",pod="kube-state-metrics-1"';
const known = { series: `up{${ksm}}`, well: 1, trouble: 1 };
const claim = 'exported_job="x",namespace="shop",persistentvolumeclaim="data"';
const volume = 'persistentvolume="pvc-1"';
/** A series that is the same all the time. */
const constant = (series: string) => ({ series, well: 1, trouble: 1 });

describe("alerts on storage", () => {
    testAlerts(
        "storage",
        [{ name: "storage", records: [], alerts: storageAlerts(namespace, deployment, "local-path") }],
        [
            {
                alert: "VolumeProvisionerDown",
                cause: "not available",
                series: [
                    known,
                    {
                        series: `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${deployment}"}`,
                        well: 1,
                        trouble: 0,
                    },
                ],
                firesAfter: 5,
                labels: { namespace, deployment },
                description:
                    "No local-path-provisioner is available: existing volumes work, new ones are not made and old ones not removed.",
            },
            {
                alert: "VolumeProvisionerDown",
                cause: "deleted",
                series: [
                    known,
                    {
                        series: `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${deployment}"}`,
                        well: 1,
                        trouble: "absent",
                    },
                ],
                firesAfter: 5,
                labels: { namespace, deployment },
                description:
                    "No local-path-provisioner is available: existing volumes work, new ones are not made and old ones not removed.",
            },
            {
                alert: "VolumeClaimPending",
                series: [
                    {
                        series: `kube_persistentvolumeclaim_status_phase{${claim},phase="Pending"}`,
                        well: 0,
                        trouble: 1,
                    },
                    // A claim that no pod uses yet.
                    constant(
                        'kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="spare",phase="Pending"}',
                    ),
                    constant(
                        'kube_persistentvolumeclaim_info{namespace="shop",persistentvolumeclaim="spare",storageclass="local-path"}',
                    ),
                    // A claim of another class.
                    constant(
                        'kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="nfs",phase="Pending"}',
                    ),
                    constant(
                        'kube_persistentvolumeclaim_info{namespace="shop",persistentvolumeclaim="nfs",storageclass="nfs"}',
                    ),
                    constant(
                        'kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop",persistentvolumeclaim="nfs",pod="nfs-0"}',
                    ),
                    constant(`kube_persistentvolumeclaim_info{${claim},storageclass="local-path"}`),
                    constant(`kube_pod_spec_volumes_persistentvolumeclaims_info{${claim},pod="db-0"}`),
                ],
                firesAfter: 10,
                labels: { namespace: "shop", persistentvolumeclaim: "data" },
                description: "The claim data in shop has had no volume for ten minutes: its pod does not start.",
            },
            {
                alert: "VolumeNotRemoved",
                series: [
                    { series: `kube_persistentvolume_status_phase{${volume},phase="Bound"}`, well: 1, trouble: 0 },
                    { series: `kube_persistentvolume_status_phase{${volume},phase="Released"}`, well: 0, trouble: 1 },
                    constant(`kube_persistentvolume_info{${volume},storageclass="local-path"}`),
                    constant('kube_persistentvolume_status_phase{persistentvolume="pvc-2",phase="Released"}'),
                    constant('kube_persistentvolume_info{persistentvolume="pvc-2",storageclass="nfs"}'),
                ],
                firesAfter: 15,
                labels: { persistentvolume: "pvc-1" },
                description:
                    "The volume pvc-1 is no longer claimed, and its directory has not been removed for 15 minutes.",
            },
        ],
    );
});
