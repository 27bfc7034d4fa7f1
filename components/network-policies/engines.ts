/** The engines that enforce network policies: a pod on every node, in the node's network. */
import type * as k8s from "@pulumi/kubernetes";

import type { NetworkPoliciesSettings } from "./settings";
import { images } from "./versions";

type Container = k8s.types.input.core.v1.Container;
type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

export interface Engine {
    readonly image: string;
    readonly container: Omit<Container, "name" | "image">;
    /** Folders and files of the node that the container mounts at the same path. */
    readonly hostPaths: readonly {
        readonly name: string;
        readonly path: string;
        readonly type?: string;
        readonly readOnly?: boolean;
    }[];
    readonly rules: readonly PolicyRule[];
    readonly metricsPort: number;
}

const watch = ["list", "watch"];
const policies: PolicyRule = { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: watch };
const nodeName = { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };

export const engines: Readonly<Record<NetworkPoliciesSettings["engine"], Engine>> = {
    "kube-network-policies": {
        image: images.kubeNetworkPolicies,
        metricsPort: 9080,
        container: {
            args: [
                "/bin/netpol",
                "--hostname-override=$(NODE_NAME)",
                "--v=2",
                "--nfqueue-id=98",
                // While no engine runs on a node, its pods' packets pass: the alert says so, and DNS goes on.
                "--fail-open=true",
            ],
            env: [nodeName],
            readinessProbe: { httpGet: { path: "/metrics", port: 9080 }, periodSeconds: 10 },
            resources: { requests: { cpu: "100m", memory: "50Mi" }, limits: { memory: "256Mi" } },
            // It makes nftables rules, reads packets from the kernel's queue and opens the pods' network namespaces.
            securityContext: { privileged: true },
        },
        hostPaths: [
            { name: "nri", path: "/var/run/nri", type: "DirectoryOrCreate" },
            { name: "netns", path: "/var/run/netns", type: "DirectoryOrCreate" },
        ],
        rules: [{ apiGroups: [""], resources: ["pods", "namespaces"], verbs: watch }, policies],
    },
    "kube-router": {
        image: images.kubeRouter,
        metricsPort: 20245,
        container: {
            args: ["--run-router=false", "--run-service-proxy=false", "--run-firewall=true", "--metrics-port=20245"],
            env: [nodeName],
            // It leaves its rules on the node when it stops. Without the jumps to them they have no effect, so that
            // nothing stays filtered after it is removed; a new pod adds the jumps again.
            lifecycle: {
                preStop: {
                    exec: {
                        command: [
                            "/bin/sh",
                            "-c",
                            `for i in iptables ip6tables; do $i -S | grep -e '-j KUBE-ROUTER-' | sed 's/^-A/-D/' | while read -r rule; do eval "$i -w $rule"; done; done`,
                        ],
                    },
                },
            },
            livenessProbe: { httpGet: { path: "/healthz", port: 20244 }, initialDelaySeconds: 10, periodSeconds: 10 },
            readinessProbe: { httpGet: { path: "/healthz", port: 20244 }, periodSeconds: 5 },
            resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "256Mi" } },
            securityContext: { privileged: true },
        },
        hostPaths: [
            { name: "modules", path: "/lib/modules", readOnly: true },
            { name: "xtables-lock", path: "/run/xtables.lock", type: "FileOrCreate" },
        ],
        rules: [
            { apiGroups: [""], resources: ["pods", "namespaces", "services", "nodes"], verbs: ["get", ...watch] },
            { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", ...watch] },
            policies,
        ],
    },
};
