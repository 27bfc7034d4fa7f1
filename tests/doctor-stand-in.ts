/** A stand-in for a cluster's API: objects by their paths. */
import type { Api } from "../commands/doctor/api";
import type { Gathered } from "../commands/doctor/check";
import type { Facts } from "../commands/doctor/facts";
import { apiReaders, readAll } from "../commands/doctor/gather";

export type Objects = Readonly<Record<string, unknown>>;

/** The API that has these objects. What it does not have is not found, as on a real one. */
export function standIn(
    objects: Objects,
    { metrics = healthyMetrics, readyz = healthyReadyz, dryRun = 403 } = {},
): Api {
    let leaseReads = 0;
    const time = Date.parse("2026-01-01T00:00:00Z");
    const get = (path: string): Promise<unknown> => {
        if (path === leases) {
            const clocks = (objects[path] ?? { node1: 0, node2: 0 }) as Record<string, number>;
            const renewed = (ahead: number) => new Date(time + 1000 * (leaseReads > 0 ? ahead : -10)).toISOString();
            const items = Object.entries(clocks).map(([name, ahead]) => ({
                metadata: { name },
                spec: { renewTime: renewed(ahead) },
            }));
            leaseReads++;
            return Promise.resolve({ items });
        }
        const object = objects[path];
        return object === undefined ? Promise.reject(new Error(`${path}: not found`)) : Promise.resolve(object);
    };
    return {
        get,
        text: (path) => {
            const failed = path.startsWith("/readyz") && readyz.includes("[-]");
            return failed
                ? Promise.reject(new Error(`${path}: HTTP 500 ${readyz}`))
                : Promise.resolve(path === "/metrics" ? metrics : readyz);
        },
        dryRun: () => Promise.resolve(dryRun),
        now: () => Promise.resolve(time),
    };
}

const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

export const paths = {
    nodes: "/api/v1/nodes",
    namespaces: "/api/v1/namespaces",
    pods: "/api/v1/pods",
    services: "/api/v1/services",
    daemonSets: "/apis/apps/v1/daemonsets",
    deployments: "/apis/apps/v1/deployments",
    storageClasses: "/apis/storage.k8s.io/v1/storageclasses",
    crds: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    kubeadm: "/api/v1/namespaces/kube-system/configmaps/kubeadm-config",
    kubeProxy: "/api/v1/namespaces/kube-system/configmaps/kube-proxy",
    flannel: "/api/v1/namespaces/kube-flannel/configmaps/kube-flannel-cfg",
    secrets: "/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls",
    warnings: "/api/v1/events?fieldSelector=type%3DWarning",
    cronJobs: "/apis/batch/v1/cronjobs",
    l2Statuses: "/apis/metallb.io/v1beta1/servicel2statuses",
    routes: "/apis/gateway.networking.k8s.io/v1/httproutes",
    endpoints: "/apis/discovery.k8s.io/v1/endpointslices",
    leases,
} as const;

const healthyReadyz = "[+]ping ok\n[+]etcd ok\nreadyz check passed";
const healthyMetrics = [
    "apiserver_audit_event_total 12",
    'apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:aescbc:v1:key1:"} 3',
].join("\n");

export const list = (...items: object[]): { items: object[] } => ({ items });

/** A node of 4 CPUs and 8 GiB that is ready. */
export const node = (name: string, address: string, changes: Record<string, object> = {}): object => ({
    metadata: { name, ...changes.metadata },
    spec: { ...changes.spec },
    status: {
        allocatable: { cpu: "4", memory: "8Gi" },
        addresses: [{ type: "InternalIP", address }],
        conditions: [{ type: "Ready", status: "True" }],
        nodeInfo: { kubeletVersion: "v1.34.4" },
        // An image that has lost its tags has null in place of its names.
        images: [{ names: null as never }, { names: ["docker.io/klutchell/unbound:1.24.2"] }],
        ...changes.status,
    },
});

export const namespace = (name: string, labels: Record<string, string> = {}, phase = "Active"): object => ({
    metadata: { name, labels },
    status: { phase },
});

export const ours = { "app.kubernetes.io/part-of": "k8s-noc" };

export const storageClass = (name: string, isDefault = "true"): object => ({
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": isDefault } },
});

const staticPod = (component: string, ...command: string[]): object => ({
    metadata: { name: `${component}-node1`, namespace: "kube-system", labels: { component } },
    spec: { containers: [{ name: component, command: [component, ...command] }] },
    status: { conditions: [{ type: "PodScheduled", status: "True" }] },
});

/** The static pods of a control plane whose metrics are served at an address. */
export const controlPlane = (address: string): object[] => [
    staticPod("kube-scheduler", `--bind-address=${address}`),
    staticPod("kube-controller-manager", `--bind-address=${address}`),
    staticPod("etcd", `--listen-metrics-urls=http://${address}:2381`),
];

export const configMap = (key: string, text: string): object => ({ data: { [key]: text } });

export const loadBalancer = (name: string, ip?: string, changes: Record<string, object> = {}): object => ({
    metadata: { name, namespace: "default", ...changes.metadata },
    spec: { type: "LoadBalancer", ...changes.spec },
    status: { loadBalancer: { ingress: ip ? [{ ip }] : [] } },
});

/** The CronJob that backs up etcd, with the given status. */
export const backup = (status: object): object => ({
    metadata: { name: "backup-etcd", namespace: "backups", labels: { "k8s-noc/backup": "etcd" } },
    status,
});

/** Grafana's pods: one that is not ready, and another one. */
export const endpointSlice = (ready: boolean): object => ({
    metadata: { namespace: "monitoring", labels: { "kubernetes.io/service-name": "grafana" } },
    endpoints: [{ conditions: { ready: false } }, { conditions: { ready } }],
});

/** A warning event at the time of the stand-in's clock, less some minutes. */
export const warning = (reason: string, minutes: number, count?: number): object => ({
    involvedObject: { kind: "Pod", name: "unbound-1", namespace: "noc" },
    reason,
    message: "it goes on\nand on",
    lastTimestamp: new Date(Date.parse("2026-01-01T00:00:00Z") - minutes * 60_000).toISOString(),
    count,
});

/** A cluster that the stack `homelab` can be deployed to, and already is. */
export const healthy: Objects = {
    [paths.nodes]: list(node("node1", "192.168.122.10"), node("node2", "192.168.122.11")),
    [paths.namespaces]: list(
        namespace("default"),
        namespace("noc", { ...ours, "pod-security.kubernetes.io/enforce": "restricted" }),
    ),
    [paths.pods]: list(...controlPlane("0.0.0.0")),
    [paths.services]: list(loadBalancer("unbound", "192.168.122.101", { metadata: { labels: ours } })),
    [paths.daemonSets]: list({ metadata: { name: "kube-flannel-ds" } }),
    [paths.deployments]: list(),
    [paths.storageClasses]: list(storageClass("local-path")),
    [paths.crds]: list(),
    [paths.kubeadm]: configMap(
        "ClusterConfiguration",
        "networking: { podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/12 }",
    ),
    [paths.kubeProxy]: configMap(
        "config.conf",
        'mode: ipvs\nipvs: { strictARP: true }\nmetricsBindAddress: "0.0.0.0:10249"',
    ),
    [paths.flannel]: configMap("net-conf.json", '{ "Network": "10.244.0.0/16", "Backend": { "Type": "vxlan" } }'),
    [paths.secrets]: list(),
    [paths.warnings]: list(),
    [paths.cronJobs]: list(
        backup({ lastScheduleTime: "2026-01-01T00:00:00Z", lastSuccessfulTime: "2026-01-01T00:01:00Z" }),
    ),
    [paths.l2Statuses]: list({ status: { node: "node1", serviceName: "unbound", serviceNamespace: "default" } }),
    [paths.routes]: list({
        metadata: { namespace: "monitoring", name: "grafana" },
        spec: { hostnames: ["grafana.home.arpa"], rules: [{ backendRefs: [{ name: "grafana" }] }] },
    }),
    [paths.endpoints]: list(endpointSlice(true)),
};

/** What this machine and the probe's pods find out about a healthy network. */
const healthySurroundings: Omit<Facts, keyof ReturnType<typeof apiReaders>> = {
    connection: { context: "homelab", url: "https://192.168.122.10:6443" },
    server: { version: "v1.34.4", credentials: { kind: "client certificate", expires: "2099-01-01T00:00:00Z" } },
    identity: { uid: "a", deployedTo: "a" },
    arp: {
        from: "this machine",
        networks: ["192.168.122.0/24"],
        asked: ["192.168.122.101", "192.168.122.110"],
        answers: { "192.168.122.101": "52:54:00:00:00:01" },
    },
    dhcpOffers: [{ server: "192.168.122.1", address: "192.168.122.30" }],
    libvirt: [
        {
            name: "default",
            bridge: "virbr0",
            address: "192.168.122.1",
            netmask: "255.255.255.0",
            ranges: ["192.168.122.20-192.168.122.99"],
        },
    ],
    chartSources: [{ url: "https://charts.example.org/index.yaml", items: ["metallb 0.14.9"] }],
    registries: [{ url: "https://registry.example.org/v2/", items: ["docker.io/klutchell/unbound:1.24.2"] }],
    probe: {
        reached: [
            { from: "node1", to: "node2", port: "10250/tcp", result: "open" },
            { from: "node2", to: "node1", port: "9100/tcp", result: "refused" },
        ],
        policiesEnforced: true,
        mtus: { node1: { node: 1500, pod: 1450, vxlan: 1450 } },
    },
};

export interface Change {
    /** Objects of the API that replace the healthy ones. */
    readonly objects?: Objects;
    readonly metrics?: string;
    /** The answer to `/readyz?verbose`. */
    readonly readyz?: string;
    /** HTTP status of the dry run of a privileged pod. */
    readonly dryRun?: number;
    /** Facts about the surroundings that replace the healthy ones. */
    readonly facts?: Partial<Facts>;
}

/** The facts of the healthy cluster, but for a change. */
export async function factsOf({ objects, facts, ...answers }: Change = {}): Promise<Gathered> {
    const readers = apiReaders(standIn({ ...healthy, ...objects }, answers), 0);
    return { ...healthySurroundings, ...(await readAll(readers, new Set(Object.keys(readers)))), ...facts };
}
