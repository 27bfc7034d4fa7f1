/** Labels, security contexts and the priority that the components' pods share. */

/** The labels of an object. Select pods by `app` alone: a selector cannot be changed. */
export function labels(app: string): Record<string, string> {
    return {
        app,
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/part-of": "k8s-noc",
        "app.kubernetes.io/managed-by": "pulumi",
    };
}

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
 * PriorityClass of the pods that the network depends on: the load balancer, DNS and DHCP. Where a node has no room, they
 * are scheduled before all others, which are evicted if need be. `index.ts` creates it.
 */
export const corePriority = "k8s-noc-core";
