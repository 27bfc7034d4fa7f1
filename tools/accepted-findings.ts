/** Findings of kube-score and of the Pod Security check that are accepted, each with its reason. */

/** Findings of some checks about some objects. */
export interface AcceptedFinding {
    /** `NAMESPACE/KIND/NAME`. */
    readonly object: RegExp;
    /** Ids of kube-score's checks, or `pod-security`. */
    readonly checks: readonly string[];
    readonly reason: string;
}

export const acceptedFindings: readonly AcceptedFinding[] = [
    {
        object: /./,
        checks: ["container-image-pull-policy"],
        reason: "Tags are fixed. With Always, no pod of DNS or DHCP could restart while the registry cannot be reached.",
    },
    {
        object: /./,
        checks: ["container-ephemeral-storage-request-and-limit"],
        reason: "A limit would evict a pod for what it logs. Root file systems are read-only, and the kubelet rotates logs.",
    },
    {
        object: /./,
        checks: ["container-security-context-user-group-id"],
        reason: "The images' files belong to users below 10000. No container runs as root where its namespace is restricted.",
    },
    {
        object: /./,
        checks: ["pod-probes-identical"],
        reason: "A process that no longer answers its health check needs a restart as much as it must leave its Service.",
    },
    {
        object: /^kube-system\/Service\/kube-prometheus-stack-/,
        checks: ["service-targets-pod"],
        reason: "They select the cluster's own pods, or list addresses of nodes.",
    },
    {
        object: /^monitoring\/(Service|NetworkPolicy)\/(kube-prometheus-stack-)?(alertmanager|prometheus)(-from-argocd)?$/,
        checks: ["service-targets-pod", "networkpolicy-targets-pod"],
        reason: "The operator makes these pods from the objects of kinds Prometheus and Alertmanager.",
    },
    {
        object: /^gateway\/(NetworkPolicy\/gateway-nginx|Service\/gateway-metrics)$/,
        checks: ["service-targets-pod", "networkpolicy-targets-pod"],
        reason: "NGINX Gateway Fabric makes nginx's pods from the Gateway.",
    },
    {
        object: /^gateway\/NetworkPolicy\/gateway-certificates$/,
        checks: ["networkpolicy-targets-pod"],
        reason: "It selects by the label that the Job controller gives to a Job's pods.",
    },
    {
        object: /^gateway\/Job\/nginx-gateway-fabric-cert-generator$/,
        checks: ["container-resources"],
        reason: "The chart has no value for it. The Job runs for seconds before an installation or upgrade.",
    },
    {
        object: /^argocd\/StatefulSet\/argocd-application-controller$/,
        checks: ["statefulset-has-servicename"],
        reason: "The chart makes no Service for it: nothing connects to the controller but Prometheus.",
    },
    {
        object: /^kube-system\/Deployment\/metrics-server$/,
        checks: ["pod-networkpolicy"],
        reason: "kube-system is the cluster's namespace: this program sets no policies in it.",
    },
    {
        object: /^(cert-manager\/Deployment\/cert-manager(-cainjector)?|external-secrets\/Deployment\/external-secrets)$/,
        checks: ["pod-probes"],
        reason: "They serve no requests, so there is nothing to keep from them until they are ready.",
    },
    {
        object: /\/Deployment\/redis-exporter$/,
        checks: ["pod-probes"],
        reason: "Prometheus scrapes the pod, ready or not, and an alert tells that it cannot be scraped.",
    },
    {
        object: /^metallb-system\/Deployment\/metallb-controller$/,
        checks: ["deployment-has-poddisruptionbudget"],
        reason: "It has one replica: a budget would block draining its node. Addresses keep being announced without it.",
    },
    {
        object: /^monitoring\/Deployment\/kube-prometheus-stack-grafana$/,
        checks: ["container-security-context-readonlyrootfilesystem"],
        reason: "The chart mounts no volume for the temporary files of Grafana and of its sidecars; not tried without one.",
    },
];
