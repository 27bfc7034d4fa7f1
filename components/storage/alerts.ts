/**
 * What is watched of the volumes. The provisioner has no metrics of its own: kube-state-metrics tells what it makes. A
 * directory's use cannot be measured; kube-prometheus-stack's alerts on the nodes' file systems cover it.
 */
import type { Alert } from "../lib/monitoring-spec";
import { whileStateIsKnown } from "../lib/prometheus-rules";

/** Claims of the class that a pod waits for. A claim that no pod uses stays pending, which is as it should be. */
export const waitingClaims = (className: string): string =>
    [
        `(max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_status_phase{phase="Pending"}) == 1)`,
        `max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_info{storageclass="${className}"})`,
        `max by (namespace, persistentvolumeclaim) (kube_pod_spec_volumes_persistentvolumeclaims_info)`,
    ].join(" and on (namespace, persistentvolumeclaim) ");

/**
 * The alerts on the provisioner and its volumes.
 * @param deployment name of the provisioner's Deployment.
 */
export function storageAlerts(namespace: string, deployment: string, className: string): Alert[] {
    const available = `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${deployment}"}`;
    return [
        {
            alert: "VolumeProvisionerDown",
            expr: whileStateIsKnown(`max by (namespace, deployment) (${available}) == 0 or absent(${available})`),
            for: "5m",
            severity: "warning",
            summary: "The local-path provisioner is down",
            description:
                "No {{ $labels.deployment }} is available: existing volumes work, new ones are not made and old ones not removed.",
            implies: [{ alerts: ["ReplicasMissing"], equal: ["namespace", "deployment"] }],
        },
        {
            alert: "VolumeClaimPending",
            expr: waitingClaims(className),
            for: "10m",
            severity: "warning",
            summary: "A pod waits for its volume",
            description:
                "The claim {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} has had no volume for ten minutes: its pod does not start.",
        },
        {
            alert: "VolumeNotRemoved",
            expr: `max by (persistentvolume) (kube_persistentvolume_status_phase{phase=~"Released|Failed"} == 1) and on (persistentvolume) kube_persistentvolume_info{storageclass="${className}"}`,
            for: "15m",
            severity: "info",
            summary: "A volume that nobody uses is not removed",
            description:
                "The volume {{ $labels.persistentvolume }} is no longer claimed, and its directory has not been removed for 15 minutes.",
        },
    ];
}
