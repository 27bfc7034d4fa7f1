/**
 * What Argo CD's service accounts may do outside its namespace. The chart's own roles would also let the notifications
 * controller list the Secrets of every namespace.
 */
import type * as k8s from "@pulumi/kubernetes";

type Rules = k8s.types.input.rbac.v1.PolicyRule[];

/** Rules by the service account. All others have none outside the namespace. */
export const clusterRules: Readonly<Record<string, Rules>> = {
    // Which kinds applications consist of is known by their authors. guard.ts takes the platform's namespaces away again.
    "argocd-application-controller": [
        { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
        { nonResourceURLs: ["*"], verbs: ["*"] },
    ],
    // The web pages show live objects, their events and logs, and restart or delete them.
    "argocd-server": [
        { apiGroups: ["*"], resources: ["*"], verbs: ["get", "patch", "delete"] },
        { apiGroups: [""], resources: ["events"], verbs: ["list"] },
    ],
};
