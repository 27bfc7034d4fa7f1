/**
 * Network policies in few words: who may talk to whom, on which ports. They are enforced only where the network plugin
 * does so (flannel alone does not), and never for pods in the node's own network (`hostNetwork`). The kubelet's probes
 * always reach the pods of its node.
 */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { monitoringNamespace } from "./monitoring-spec";
import { labels } from "./pods";

type Labels = Readonly<Record<string, string>>;

/** The other end of a flow. */
export type Peer =
    /** Pods of the policy's own namespace; `{}` for all of them. */
    | { readonly pods: Labels }
    /** Pods of a namespace, given by its name. All of its pods if no labels are given. */
    | { readonly namespace: pulumi.Input<string>; readonly pods?: Labels }
    /** A network in CIDR notation, without the networks in `except`. It also covers pods, unlike a cluster's Services. */
    | { readonly cidr: string; readonly except?: readonly string[] };

/** A port of the pod that accepts the connection, not of the Service in front of it. */
export interface Port {
    /** Number of the port, or its name in the accepting pod. */
    readonly port: number | string;
    readonly protocol: "TCP" | "UDP";
}

/** Connections to be allowed: from or to each of the peers, on each of the ports. */
export interface Flow {
    /** The other ends, or `anyone`: every address inside and outside the cluster. */
    readonly peers: readonly [Peer, ...Peer[]] | "anyone";
    /** The ports, or `any`. */
    readonly ports: readonly [Port, ...Port[]] | "any";
}

export interface NetworkPolicyOptions {
    /** Name of the policy and of its resource. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    /** Labels of the pods that the policy is for. `{}` selects all pods of the namespace. */
    readonly podSelector: Labels;
    /** What the pods may accept. `[]` denies everything that no other policy allows; left out, nothing is said about it. */
    readonly ingress?: readonly Flow[];
    /** What the pods may open. `[]` denies everything that no other policy allows; left out, nothing is said about it. */
    readonly egress?: readonly Flow[];
}

export const tcp = (port: number | string): Port => ({ port, protocol: "TCP" });
export const udp = (port: number | string): Port => ({ port, protocol: "UDP" });

/** Names that the cluster's DNS resolves, asked by pods. NodeLocal DNSCache listens on a link-local address of the node. */
export const toClusterDns: Flow = {
    peers: [{ namespace: "kube-system", pods: { "k8s-app": "kube-dns" } }, { cidr: "169.254.0.0/16" }],
    ports: [udp(53), tcp(53)],
};

/** Prometheus, which scrapes the given ports. */
export const fromPrometheus = (...ports: [Port, ...Port[]]): Flow => ({
    peers: [{ namespace: monitoringNamespace, pods: { "app.kubernetes.io/name": "prometheus" } }],
    ports,
});

/** The blackbox exporter, which probes the given ports. */
export const fromBlackboxExporter = (...ports: [Port, ...Port[]]): Flow => ({
    peers: [{ namespace: monitoringNamespace, pods: { "app.kubernetes.io/name": "prometheus-blackbox-exporter" } }],
    ports,
});

/**
 * The API server. It runs in the nodes' network, where no label selects it. Most plugins look at the port of the process,
 * not of its Service (443): 6443 (kubeadm, k3s), 8443 (minikube), 16443 (MicroK8s), 26443 (OrbStack).
 */
export const toApiServer: Flow = {
    peers: "anyone",
    ports: [tcp(443), tcp(6443), tcp(8443), tcp(16443), tcp(26443)],
};

/** The port that a URL of HTTP or HTTPS leads to. */
export const portOfUrl = (url: string): number => Number(new URL(url).port) || (url.startsWith("http:") ? 80 : 443);

/** Any address, on the ports of these URLs. */
export function toUrls(urls: readonly string[]): Flow[] {
    const [port, ...more] = [...new Set(urls.map(portOfUrl))];
    return port === undefined ? [] : [{ peers: "anyone", ports: [tcp(port), ...more.map(tcp)] }];
}

/** Makes the policy. */
export function networkPolicy(
    options: NetworkPolicyOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    return policy(options.name, options, opts);
}

/**
 * Denies every connection of a namespace's pods that no other policy allows, in and out.
 * @param resourceName unique name of the resource; the policy is called `default-deny` in every namespace.
 */
export function denyByDefault(
    resourceName: string,
    namespace: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    const options = { name: "default-deny", namespace, podSelector: {}, ingress: [], egress: [] };
    return policy(resourceName, options, opts);
}

function policy(resourceName: string, options: NetworkPolicyOptions, opts: pulumi.CustomResourceOptions) {
    const { name, namespace } = options;
    return new k8s.networking.v1.NetworkPolicy(
        resourceName,
        { metadata: { name, namespace, labels: labels(name) }, spec: networkPolicySpec(options) },
        opts,
    );
}

/** The policy as the API has it. */
export function networkPolicySpec({ podSelector, ingress, egress }: Omit<NetworkPolicyOptions, "name" | "namespace">) {
    return {
        podSelector: { matchLabels: { ...podSelector } },
        policyTypes: [...(ingress ? ["Ingress"] : []), ...(egress ? ["Egress"] : [])],
        ...(ingress && { ingress: ingress.map((flow) => ({ ...peersOf("from", flow), ...portsOf(flow) })) }),
        ...(egress && { egress: egress.map((flow) => ({ ...peersOf("to", flow), ...portsOf(flow) })) }),
    } satisfies k8s.types.input.networking.v1.NetworkPolicySpec;
}

const peersOf = (end: "from" | "to", { peers }: Flow) => (peers === "anyone" ? {} : { [end]: peers.map(peerOf) });
const portsOf = ({ ports }: Flow) => (ports === "any" ? {} : { ports: ports.map((port) => ({ ...port })) });

function peerOf(peer: Peer): k8s.types.input.networking.v1.NetworkPolicyPeer {
    if ("cidr" in peer) {
        return { ipBlock: { cidr: peer.cidr, ...(peer.except && { except: [...peer.except] }) } };
    }
    const podSelector = peer.pods && { matchLabels: { ...peer.pods } };
    if (!("namespace" in peer)) {
        return { podSelector };
    }
    return {
        // The API server gives every namespace this label.
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
        ...(podSelector && { podSelector }),
    };
}
