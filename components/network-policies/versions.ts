export const images = {
    // Not older than 1.1.1: 1.0.0 drops the API server's answers where a policy selects a whole namespace with pods in
    // the node's network (https://github.com/kubernetes-sigs/kube-network-policies/issues/379).
    // renovate: datasource=docker
    kubeNetworkPolicies: "registry.k8s.io/networking/kube-network-policies:v1.1.1",
    // renovate: datasource=docker
    kubeRouter: "docker.io/cloudnativelabs/kube-router:v2.9.0",
} as const;
