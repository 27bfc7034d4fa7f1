/**
 * What can only be measured from inside: pods on every node try each other's ports, the pod network, a network policy,
 * and ARP. They live in a namespace of their own, which is deleted at the end.
 */
import * as k8s from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { isReady } from "../../tools/cluster";
import { networkOf } from "./host";
import type { ArpFacts, ProbeFacts, Reached } from "./facts";

/** An image with a shell, nc, ip, arping and httpd. */
export const probeImage = "docker.io/library/busybox:1.37.0";

/** More nodes than this are not all tried: the ways between them grow with the square. */
const mostNodes = 10;
/** How long pods may take to start or to finish, in seconds. */
const patience = 90;

export interface ProbeOptions {
    readonly image: string;
    /** Addresses to ask for by ARP, from the first node. */
    readonly addresses: readonly string[];
}

interface Host {
    readonly name: string;
    readonly address: string;
    readonly controlPlane: boolean;
}

/** Runs the pods and reads what they print. @throws Error if they do not start; the namespace is deleted all the same. */
export async function probe(
    config: k8s.KubeConfig,
    nodes: readonly k8s.V1Node[],
    options: ProbeOptions,
): Promise<{ probe: ProbeFacts; arp: ArpFacts }> {
    const core = config.makeApiClient(k8s.CoreV1Api);
    const policies = config.makeApiClient(k8s.NetworkingV1Api);
    const namespace = `noc-doctor-${randomBytes(3).toString("hex")}`;
    const hosts = hostsOf(nodes).slice(0, mostNodes);
    const remove = () => core.deleteNamespace({ name: namespace });
    const interrupted = () => void remove().finally(() => process.exit(130));
    process.once("SIGINT", interrupted);
    try {
        await core.createNamespace({ body: namespaceObject(namespace) });
        await policies.createNamespacedNetworkPolicy({ namespace, body: denyAll });
        const create = (pods: readonly k8s.V1Pod[]) =>
            Promise.all(pods.map((body) => core.createNamespacedPod({ namespace, body })));
        await create(targets(hosts, options.image));
        const addresses = await podAddresses(core, namespace, hosts.length + 2);
        await create(probes(hosts, addresses, options));
        return read(await outputs(core, namespace, 2 * hosts.length), options.addresses);
    } finally {
        process.off("SIGINT", interrupted);
        await remove().catch(() => undefined);
    }
}

const hostsOf = (nodes: readonly k8s.V1Node[]): Host[] =>
    nodes.flatMap(({ metadata, status }) => {
        const address = status?.addresses?.find(({ type, address }) => type === "InternalIP" && !address.includes(":"));
        return isReady({ status }) && address
            ? [
                  {
                      name: metadata?.name ?? "",
                      address: address.address,
                      controlPlane: metadata?.labels?.["node-role.kubernetes.io/control-plane"] !== undefined,
                  },
              ]
            : [];
    });

const namespaceObject = (name: string): k8s.V1Namespace => ({
    metadata: {
        name,
        // The pods that try the nodes' ports are in the nodes' own network namespace.
        labels: { "app.kubernetes.io/name": "noc-doctor", "pod-security.kubernetes.io/enforce": "privileged" },
    },
});

const denyAll: k8s.V1NetworkPolicy = {
    metadata: { name: "closed" },
    spec: { podSelector: { matchLabels: { role: "closed" } }, policyTypes: ["Ingress"] },
};

interface PodOptions {
    readonly name: string;
    readonly role: string;
    readonly node: string;
    readonly image: string;
    readonly script: string;
    readonly hostNetwork?: boolean;
}

function pod({ name, role, node, image, script, hostNetwork = false }: PodOptions): k8s.V1Pod {
    return {
        metadata: { name, labels: { role }, annotations: { node } },
        spec: {
            nodeName: node,
            hostNetwork,
            restartPolicy: "Never",
            terminationGracePeriodSeconds: 0,
            automountServiceAccountToken: false,
            tolerations: [{ operator: "Exists" }],
            containers: [
                {
                    name: "probe",
                    image,
                    imagePullPolicy: "IfNotPresent",
                    command: ["sh", "-c", script],
                    securityContext: { capabilities: { drop: ["ALL"], add: hostNetwork ? ["NET_RAW"] : [] } },
                    resources: { limits: { memory: "64Mi" }, requests: { cpu: "10m", memory: "16Mi" } },
                },
            ],
        },
    };
}

const port = 8080;

/** A server on every node, and two more on the first: one under the policy that denies everything, one under none. */
function targets(hosts: readonly Host[], image: string): k8s.V1Pod[] {
    const script = `mkdir -p /tmp/www && exec httpd -f -p ${port} -h /tmp/www`;
    const server = (name: string, role: string, node = "") => pod({ name, role, node, image, script });
    return [
        ...hosts.map((host, i) => server(`target-${i}`, "target", host.name)),
        server("closed", "closed", hosts[0]?.name),
        server("open", "open", hosts[0]?.name),
    ];
}

/** Waits until all pods have addresses. Their names and addresses. */
async function podAddresses(core: k8s.CoreV1Api, namespace: string, count: number): Promise<Map<string, string>> {
    const running = await eventually(core, namespace, (pods) => {
        const up = pods.filter(({ status }) => status?.phase === "Running" && status.podIP);
        return up.length === count ? up : undefined;
    });
    return new Map(running.map(({ metadata, status }) => [metadata?.name ?? "", status?.podIP ?? ""]));
}

/** Prints `port TO PORT RESULT`. busybox' nc says why it could not connect, and is killed where it could. */
const attempt = `attempt() {
  said=$(timeout 5 nc -w 2 "$2" "$3" </dev/null 2>&1); code=$?
  case "$said" in
    *refused*) result=refused ;;
    *"timed out"*|*unreachable*|*"No route"*) result=silent ;;
    *) case $code in 0|124|143) result=open ;; *) result=silent ;; esac ;;
  esac
  echo "port $1 $4 $result"
}`;

/** On every node, a pod in the node's network and one in the pod network. */
function probes(
    hosts: readonly Host[],
    addresses: ReadonlyMap<string, string>,
    { image, addresses: asked }: ProbeOptions,
): k8s.V1Pod[] {
    return hosts.flatMap((host, i) => [
        pod({
            name: `node-${i}`,
            role: "node",
            node: host.name,
            image,
            hostNetwork: true,
            script: [
                attempt,
                `set -- $(ip -o -4 addr | grep -F " ${host.address}/"); device=$2`,
                'echo "network $4"; echo "mtu node $(cat /sys/class/net/$device/mtu)"',
                '[ ! -e /sys/class/net/flannel.1 ] || echo "mtu vxlan $(cat /sys/class/net/flannel.1/mtu)"',
                ...hosts
                    .filter((other) => other !== host)
                    .flatMap((other) =>
                        nodePorts(host, other).map(
                            (number) => `attempt ${other.name} ${other.address} ${number} ${number}/tcp &`,
                        ),
                    ),
                ...(i === 0
                    ? asked.map(
                          (address) =>
                              `{ mac=$(arping -f -c 2 -w 2 -I $device ${address} 2>&1 | sed -n 's/.*\\[\\([0-9a-fA-F:]*\\)\\].*/\\1/p' | head -n 1); [ -z "$mac" ] || echo "arp ${address} $mac"; } &`,
                      )
                    : []),
                "wait",
            ].join("\n"),
        }),
        pod({
            name: `pod-${i}`,
            role: "client",
            node: host.name,
            image,
            script: [
                attempt,
                'echo "mtu pod $(cat /sys/class/net/eth0/mtu)"',
                ...hosts.map((other, j) => `attempt ${other.name} ${addresses.get(`target-${j}`) ?? ""} ${port} pod &`),
                ...(i === 0
                    ? ["closed", "open"].map((role) => `attempt ${role} ${addresses.get(role) ?? ""} ${port} policy &`)
                    : []),
                "wait",
            ].join("\n"),
        }),
    ]);
}

/** The ports of one node that another needs. */
const nodePorts = (from: Host, to: Host): number[] => [
    10250,
    7946,
    9100,
    ...(to.controlPlane ? [6443] : []),
    ...(to.controlPlane && from.controlPlane ? [2379] : []),
];

/** What each pod printed, by its node. Waits until all have ended. */
async function outputs(core: k8s.CoreV1Api, namespace: string, count: number): Promise<Map<string, string[]>> {
    const ended = await eventually(core, namespace, (pods) => {
        const done = pods.filter(({ status }) => status?.phase === "Succeeded" || status?.phase === "Failed");
        return done.length === count ? done : undefined;
    });
    const texts = new Map<string, string[]>();
    for (const { metadata } of ended) {
        const node = metadata?.annotations?.node ?? "";
        const log = await core.readNamespacedPodLog({ namespace, name: metadata?.name ?? "" });
        texts.set(node, [...(texts.get(node) ?? []), ...log.split("\n")]);
    }
    return texts;
}

/** Reads the pods' lines. */
export function read(
    texts: ReadonlyMap<string, readonly string[]>,
    asked: readonly string[],
): { probe: ProbeFacts; arp: ArpFacts } {
    const reached: Reached[] = [];
    const mtus: Record<string, { node: number; pod: number; vxlan?: number }> = {};
    const policy: Record<string, string> = {};
    const networks = new Set<string>();
    const answers: Record<string, string> = {};
    for (const [from, lines] of texts) {
        for (const [kind, a = "", b = "", c = ""] of lines.map((line) => line.trim().split(/\s+/))) {
            if (kind === "port" && b === "policy") {
                policy[a] = c;
            } else if (kind === "port") {
                reached.push({ from, to: a, port: b, result: c as Reached["result"] });
            } else if (kind === "mtu") {
                mtus[from] = { ...(mtus[from] ?? { node: 0, pod: 0 }), [a]: Number(b) };
            } else if (kind === "network" && a) {
                networks.add(networkOf(a));
            } else if (kind === "arp") {
                answers[a] = b;
            }
        }
    }
    const policiesEnforced = policy.open === "open" ? policy.closed !== "open" : undefined;
    return {
        probe: { reached, mtus, policiesEnforced },
        arp: { from: "the nodes", networks: [...networks], asked, answers },
    };
}

/** Looks at the namespace's pods until the condition holds. @throws Error saying what the pods wait for. */
async function eventually<T>(
    core: k8s.CoreV1Api,
    namespace: string,
    condition: (pods: k8s.V1Pod[]) => T | undefined,
): Promise<T> {
    const deadline = Date.now() + patience * 1000;
    for (;;) {
        const { items } = await core.listNamespacedPod({ namespace });
        const result = condition(items);
        if (result !== undefined) {
            return result;
        }
        if (Date.now() > deadline) {
            const waiting = items.flatMap(({ metadata, status }) => {
                const state = status?.containerStatuses?.[0]?.state?.waiting;
                return state ? [`${metadata?.name ?? ""}: ${state.reason ?? ""} ${state.message ?? ""}`.trim()] : [];
            });
            throw new Error(`the probe's pods did not finish within ${patience} s; ${waiting.join("; ")}`);
        }
        await sleep(1000);
    }
}
