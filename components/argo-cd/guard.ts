/** What the API server refuses of Argo CD, whatever its projects say. */
import type { AdmissionPolicySpec } from "../lib/admission-policy";
import { namespaceName } from "./names";

export const guardName = "k8s-noc-argo-cd";

/**
 * Namespaces with this program's label, and everything in them, are not Argo CD's to change. Its own namespace is left
 * out, where it keeps the state of its Applications.
 */
export const guardPolicy: AdmissionPolicySpec = {
    failurePolicy: "Fail",
    matchConstraints: {
        resourceRules: [
            {
                apiGroups: ["*"],
                apiVersions: ["*"],
                operations: ["CREATE", "UPDATE", "DELETE"],
                resources: ["*/*"],
                scope: "Namespaced",
            },
            {
                apiGroups: [""],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE", "DELETE"],
                resources: ["namespaces"],
                scope: "Cluster",
            },
        ],
        namespaceSelector: {
            matchLabels: { "app.kubernetes.io/part-of": "k8s-noc" },
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespaceName] }],
        },
    },
    matchConditions: [
        {
            name: "argo-cd",
            expression: `request.userInfo.username.startsWith('system:serviceaccount:${namespaceName}:')`,
        },
    ],
    validations: [
        {
            expression: "false",
            message: "this namespace is part of the platform, which k8s-noc deploys; Argo CD may deploy to others",
        },
    ],
};
