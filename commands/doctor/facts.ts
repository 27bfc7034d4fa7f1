/** What the checks read: the API's objects as they are, and what was measured. Plain data. */
import type {
    V1ConfigMap,
    V1CronJob,
    V1CustomResourceDefinition,
    V1DaemonSet,
    V1Deployment,
    V1Namespace,
    V1Node,
    V1Pod,
    V1Service,
    V1StorageClass,
} from "@kubernetes/client-node";

import type { Announcement } from "../../tools/announcements";

export interface Facts {
    readonly connection: ConnectionFacts;
    readonly server: ServerFacts;
    readonly identity: IdentityFacts;
    readonly nodes: readonly V1Node[];
    readonly namespaces: readonly V1Namespace[];
    readonly pods: readonly V1Pod[];
    readonly services: readonly V1Service[];
    readonly daemonSets: readonly V1DaemonSet[];
    readonly deployments: readonly V1Deployment[];
    readonly storageClasses: readonly V1StorageClass[];
    readonly crds: readonly V1CustomResourceDefinition[];
    /** kubeadm's ClusterConfiguration, as YAML. */
    readonly kubeadm: V1ConfigMap;
    readonly kubeProxy: V1ConfigMap;
    readonly flannel: V1ConfigMap;
    /** The API server's own metrics, in Prometheus' text format. */
    readonly apiServerMetrics: string;
    /** Seconds by which each node's clock is ahead of the API server's. */
    readonly clocks: Readonly<Record<string, number>>;
    readonly admission: AdmissionFacts;
    readonly unready: readonly UnreadyResource[];
    readonly certificates: readonly Certificate[];
    readonly readyz: ReadyzFacts;
    readonly warnings: readonly WarningEvent[];
    readonly cronJobs: readonly V1CronJob[];
    /** The nodes that announce Services' addresses. */
    readonly announcements: readonly Announcement[];
    readonly routes: readonly RouteFacts[];
    readonly endpoints: readonly EndpointFacts[];
    readonly arp: ArpFacts;
    readonly dhcpOffers: readonly DhcpOffer[];
    readonly libvirt: readonly LibvirtNetwork[];
    readonly chartSources: readonly Source[];
    readonly registries: readonly Source[];
    readonly probe: ProbeFacts;
}

export interface ConnectionFacts {
    readonly context: string;
    readonly url: string;
    /** Why the API server does not answer. Undefined if it does. */
    readonly error?: string;
}

export interface ServerFacts {
    /** As in `v1.34.4`. */
    readonly version: string;
    /** How the kubeconfig's user proves who they are, and until when (ISO 8601) where that is known. */
    readonly credentials: { readonly kind: string; readonly expires?: string };
}

export interface IdentityFacts {
    /** UID of the namespace kube-system, which no two clusters share. */
    readonly uid: string;
    /** UID of the cluster that the stack was deployed to. Undefined if it is not deployed. */
    readonly deployedTo?: string;
}

export interface AdmissionFacts {
    /** A namespace that enforces the restricted Pod Security Standard. */
    readonly namespace: string;
    /** Whether the API server refused a privileged pod there (server-side dry run). */
    readonly refusesPrivileged: boolean;
}

/** An object with a condition Ready that is not true, such as a Certificate or a secret store. */
export interface UnreadyResource {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly message: string;
}

export interface Certificate {
    /** Whose it is, such as `API server`. */
    readonly of: string;
    /** ISO 8601. */
    readonly expires: string;
}

/** The API server's own checks. */
export interface ReadyzFacts {
    /** How many passed. */
    readonly passed: number;
    /** Names of those that failed, such as `etcd`. */
    readonly failed: readonly string[];
}

/** An event of type Warning of the last hour. */
export interface WarningEvent {
    readonly namespace: string;
    /** Kind and name of what it is about, such as `Pod/unbound-1`. */
    readonly object: string;
    readonly reason: string;
    readonly message: string;
    /** How often it happened. */
    readonly count: number;
}

/** An HTTPRoute with Services behind it. */
export interface RouteFacts {
    readonly namespace: string;
    readonly name: string;
    readonly hosts: readonly string[];
    readonly services: readonly { readonly namespace: string; readonly name: string }[];
}

export interface EndpointFacts {
    readonly namespace: string;
    /** Name of the Service. */
    readonly service: string;
    /** How many of its pods are ready. */
    readonly ready: number;
}

/** What answers ARP in a network that is asked from this machine or from the nodes. */
export interface ArpFacts {
    /** Where the question was asked from. */
    readonly from: string;
    /** The networks that can be asked (CIDR). */
    readonly networks: readonly string[];
    /** Hardware addresses by the IPv4 addresses that answered. */
    readonly answers: Readonly<Record<string, string>>;
    /** The addresses that were asked for. */
    readonly asked: readonly string[];
}

export interface DhcpOffer {
    /** The server's identifier (option 54). */
    readonly server: string;
    /** The address that it offered. */
    readonly address: string;
}

export interface LibvirtNetwork {
    readonly name: string;
    readonly bridge: string;
    /** The host's own address there, and its netmask. */
    readonly address: string;
    readonly netmask: string;
    /** Ranges `a-b` that libvirt hands out. */
    readonly ranges: readonly string[];
}

export interface Source {
    readonly url: string;
    /** What is got from it. */
    readonly items: readonly string[];
    /** Why it cannot be reached. Undefined if it can. */
    readonly error?: string;
}

/** What the pods of `npm run doctor -- --probe` measured. */
export interface ProbeFacts {
    readonly reached: readonly Reached[];
    /** Whether a policy that denies everything kept a client out. Undefined if the client reached nothing at all. */
    readonly policiesEnforced?: boolean;
    /** MTUs by node. */
    readonly mtus: Readonly<Record<string, { readonly node: number; readonly pod: number; readonly vxlan?: number }>>;
}

/** One attempt to connect from one node to another. */
export interface Reached {
    readonly from: string;
    readonly to: string;
    /** A node's port such as `10250/tcp`, or `pod` for a pod's address, which crosses the pod network. */
    readonly port: string;
    /** `open`: something listens. `refused`: nothing does, but the way is free. `silent`: no answer. */
    readonly result: "open" | "refused" | "silent";
}
