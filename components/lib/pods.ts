/** Labels, security contexts and the priority that the components' pods share. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** The labels of an object. Select pods by `app` alone: a selector cannot be changed. */
export function labels(app: string): Record<string, string> {
    return {
        app,
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/part-of": "k8s-noc",
        "app.kubernetes.io/managed-by": "pulumi",
    };
}

/** Labels as the API takes them to select objects: `key=value,…`. */
export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
    Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");

/** Security context of a container without any privilege, as the `restricted` Pod Security Standard requires. */
export const unprivileged = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

/** Security context of a pod that runs as the given user, never as root. */
export function runAs(user: number, group: number) {
    return {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: group,
        fsGroup: group,
        seccompProfile: { type: "RuntimeDefault" },
    };
}

/**
 * Makes a service account without rights, whose pods get no token. Returns its name. Pods of one application share it
 * with no other, so that a right that is given to one is given to it alone.
 */
export function serviceAccount(
    name: string,
    namespace: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const metadata = { name, namespace, labels: labels(name) };
    return new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, opts).metadata.name;
}

/** A service account, and what it may do in the whole cluster. */
export interface ClusterRights {
    /** Name of the ClusterRole and its binding. */
    readonly name: string;
    readonly rules: k8s.types.input.rbac.v1.PolicyRule[];
    readonly account: { readonly name: pulumi.Input<string>; readonly namespace: pulumi.Input<string> };
}

/** Gives a service account rights in the whole cluster. Returns the binding, which pods that need them wait for. */
export function clusterRights(
    resource: string,
    { name, rules, account }: ClusterRights,
    opts: pulumi.CustomResourceOptions,
): k8s.rbac.v1.ClusterRoleBinding {
    const metadata = { name, labels: labels(resource) };
    const role = new k8s.rbac.v1.ClusterRole(resource, { metadata, rules }, opts);
    return new k8s.rbac.v1.ClusterRoleBinding(
        resource,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", ...account }],
        },
        opts,
    );
}

/** What a container is given. The CPU has no limit: it would only make the container wait while CPU time is left. */
export const resources = (cpu: string, memory: string, memoryLimit: string) => ({
    requests: { cpu, memory },
    limits: { memory: memoryLimit },
});

/** Which pods a drain of nodes leaves running. */
export interface DisruptionBudget {
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    readonly selector: Readonly<Record<string, string>>;
    readonly budget: Omit<k8s.types.input.policy.v1.PodDisruptionBudgetSpec, "selector">;
}

/** Makes the PodDisruptionBudget. */
export function disruptionBudget(
    { name, namespace, selector, budget }: DisruptionBudget,
    opts: pulumi.CustomResourceOptions,
): void {
    const metadata = { name, namespace, labels: labels(name) };
    const spec = { ...budget, selector: { matchLabels: selector } };
    new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec }, opts);
}

/** One pod stays while a node is drained. A pod that is not ready does not hold up the drain. */
export const keepOne = { minAvailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } as const;

/** One pod at a time is evicted while nodes are drained. */
export const oneAtATime = { maxUnavailable: 1 } as const;

/**
 * Every pod of an application on a node of its own, as far as nodes go; a pod that would make it worse waits. The pods of
 * the version that is being replaced do not count.
 */
export const onDifferentNodes = (app: string): k8s.types.input.core.v1.TopologySpreadConstraint[] => [
    {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "DoNotSchedule",
        nodeTaintsPolicy: "Honor",
        labelSelector: { matchLabels: { app } },
        matchLabelKeys: ["pod-template-hash"],
    },
];

/** PriorityClass of the pods that the network depends on: the load balancer, DNS and DHCP. */
export const corePriority = "k8s-noc-core";

/** Makes that PriorityClass. Where a node has no room, its pods are scheduled first, and others evicted if need be. */
export function corePriorityClass(opts: pulumi.CustomResourceOptions): k8s.scheduling.v1.PriorityClass {
    return new k8s.scheduling.v1.PriorityClass(
        corePriority,
        {
            metadata: { name: corePriority, labels: labels(corePriority) },
            // The highest that is not reserved for the cluster's own pods (system-cluster-critical is 2000000000).
            value: 1_000_000_000,
            description: "Load balancer, DNS and DHCP: everything else on the network depends on them.",
        },
        opts,
    );
}

/** How long the pods of a node that is lost are given to come back before they are replaced, in seconds. */
const lostNodeSeconds = 30;

/** Tolerations of a pod that is replaced soon after its node is lost. Kubernetes' own default is five minutes. */
export const leaveLostNode = ["not-ready", "unreachable"].map((condition) => ({
    key: `node.kubernetes.io/${condition}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: lostNodeSeconds,
}));
