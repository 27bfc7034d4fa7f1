/** The rules, in the API server's expression language: https://kubernetes.io/docs/reference/using-api/cel/ */
import { formatRange, parseRange, subnetsOf } from "../../config/addresses";
import type { AdmissionPolicySpec } from "../lib/admission-policy";

const list = (texts: readonly string[]): string => `[${texts.map((text) => `'${text}'`).join(", ")}]`;

const newOrChanged = (resource: string) => ({
    resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: [resource] }],
});

/** Images without a tag, or with `latest`, change without a deployment. Only for namespaces of the stack. */
export const imageTagPolicy: AdmissionPolicySpec = {
    failurePolicy: "Fail",
    matchConstraints: {
        ...newOrChanged("pods"),
        namespaceSelector: { matchLabels: { "app.kubernetes.io/part-of": "k8s-noc" } },
    },
    variables: [
        {
            name: "floating",
            expression:
                "(object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : []))" +
                ".map(c, c.image).filter(i, !i.matches('@sha256:[0-9a-f]{64}$') && " +
                "(!i.matches(':[A-Za-z0-9_][A-Za-z0-9_.-]*$') || i.endsWith(':latest')))",
        },
    ],
    validations: [
        {
            expression: "variables.floating.size() == 0",
            messageExpression:
                "'the tag of ' + variables.floating.join(', ') + ' can change; name a version or a digest (noc:admission.imageTags)'",
        },
    ],
};

export interface LoadBalancerRules {
    /** Addresses and ranges of the pools. */
    readonly pools: readonly string[];
    /** Addresses of the stack's own Services. */
    readonly own: readonly string[];
    /** Namespaces of the stack. */
    readonly namespaces: readonly string[];
    /** Class of the Services that MetalLB serves; those without a class if undefined. */
    readonly loadBalancerClass?: string;
}

/** MetalLB would leave such a Service without an address and say so only in an event. */
export function loadBalancerPolicy({
    pools,
    own,
    namespaces,
    loadBalancerClass,
}: LoadBalancerRules): AdmissionPolicySpec {
    const ranges = pools.map(parseRange);
    const annotation = (key: string) => `'${key}' in variables.annotations ? variables.annotations['${key}'] : ''`;
    const requested = [
        annotation("metallb.io/loadBalancerIPs"),
        annotation("metallb.universe.tf/loadBalancerIPs"),
        "has(object.spec.loadBalancerIP) ? object.spec.loadBalancerIP : ''",
    ];
    return {
        failurePolicy: "Fail",
        matchConstraints: newOrChanged("services"),
        matchConditions: [
            { name: "load-balancer", expression: "object.spec.type == 'LoadBalancer'" },
            {
                name: "metallb",
                expression:
                    loadBalancerClass === undefined
                        ? "!has(object.spec.loadBalancerClass)"
                        : `has(object.spec.loadBalancerClass) && object.spec.loadBalancerClass == '${loadBalancerClass}'`,
            },
            // So that a Service from before the policy can still be deleted and drained of its finalizers.
            { name: "not-being-deleted", expression: "!has(object.metadata.deletionTimestamp)" },
        ],
        variables: [
            {
                name: "annotations",
                expression: "has(object.metadata.annotations) ? object.metadata.annotations : {}",
            },
            {
                name: "requested",
                expression: `[${requested.join(", ")}].join(',').split(',').map(a, a.trim()).filter(a, a != '')`,
            },
        ],
        validations: [
            {
                expression: `variables.requested.all(a, isIP(a) && ${list(ranges.flatMap(subnetsOf))}.exists(p, cidr(p).containsIP(a)))`,
                message: `MetalLB has only ${ranges.map(formatRange).join(", ")}; ask for one of these addresses, or for none (noc:metallb.pools)`,
            },
            {
                expression: `object.metadata.namespace in ${list(namespaces)} || variables.requested.all(a, !(a in ${list(own)}))`,
                message: "this address belongs to a Service of k8s-noc; ask for another one, or for none",
            },
        ],
    };
}
