/** Checks of the cluster as a whole: is it the right one, and has it what the stack needs? */
import type { V1Namespace, V1Node, V1Pod } from "@kubernetes/client-node";

import { minorOf } from "../../../components/lib/cluster-facts";
import { oldestKubernetes } from "../../../components/requirements";
import { componentNamespaces, definitions, settingsOf } from "../../../components/settings";
import { parseQuantity } from "../../../config/quantities";
import { defineCheck, type Finding, found } from "../check";
import { isTrue, nameOf, takesPods } from "./read";

export const reachable = defineCheck({
    name: "reachable",
    looksAt: "the API server that the stack's context names",
    needs: ["connection"],
    run: ({ connection: { context, url, error } }) =>
        error === undefined
            ? found(`${url} (context ${context})`)
            : found(url, {
                  severity: "error",
                  what: `the API server of the context ${context} does not answer at ${url}: ${error}`,
                  why: "nothing can be deployed, and nothing else can be checked",
                  mend: `kubectl --context ${context} get --raw /readyz?verbose`,
              }),
});

export const identity = defineCheck({
    name: "identity",
    looksAt: "whether the context still means the cluster that the stack was deployed to",
    needs: ["identity", "connection"],
    run: ({ identity, connection }) => {
        const { uid, deployedTo } = identity;
        if (deployedTo === undefined) {
            return found(`cluster ${uid}; the stack is not deployed yet`);
        }
        const seen = `cluster ${uid}`;
        return uid === deployedTo
            ? found(`${seen}, as when the stack was deployed`)
            : found(seen, {
                  severity: "error",
                  what: `the context ${connection.context} is the cluster ${uid}, but the stack was deployed to ${deployedTo}`,
                  why: "`up` would find nothing to do and `destroy` would delete objects of the same names in the wrong cluster",
                  mend: "kubectl config get-contexts, and set noc:site.kubeContext to the context of the stack's cluster",
              });
    },
});

export const version = defineCheck({
    name: "version",
    looksAt: "the versions of the API server and of the kubelets",
    needs: ["server", "nodes"],
    run: ({ server, nodes }) => {
        const api = minorOf(server.version);
        const findings: Finding[] = [];
        if (api < oldestKubernetes) {
            findings.push({
                severity: "error",
                what: `the API server is ${server.version}, older than 1.${oldestKubernetes}`,
                why: "the resolver's pods sleep before they stop (lifecycle.preStop.sleep), which needs Kubernetes 1.30",
                mend: "upgrade the cluster: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/",
            });
        }
        for (const node of nodes) {
            const kubelet = node.status?.nodeInfo?.kubeletVersion ?? "";
            const behind = api - minorOf(kubelet);
            if (behind < 0 || behind > 3) {
                findings.push({
                    severity: "error",
                    what: `the kubelet of ${nameOf(node)} is ${kubelet}, ${behind < 0 ? "newer than" : "more than three minor versions behind"} the API server (${server.version})`,
                    why: "Kubernetes supports kubelets of the API server's minor version and the three before it",
                    mend: `on ${nameOf(node)}: apt-get install kubelet=1.${api}.*, then systemctl restart kubelet`,
                });
            }
        }
        const kubelets = [...new Set(nodes.map(({ status }) => status?.nodeInfo?.kubeletVersion ?? "?"))];
        return found(`API server ${server.version}, kubelets ${kubelets.join(", ")}`, ...findings);
    },
});

export const nodesReady = defineCheck({
    name: "nodes",
    looksAt: "whether nodes are ready, without pressure and not cordoned",
    needs: ["nodes"],
    run: ({ nodes }) => {
        const findings = nodes.flatMap((node): Finding[] => {
            const name = nameOf(node);
            const conditions = node.status?.conditions ?? [];
            const pressure = conditions.filter(({ type, status }) => type !== "Ready" && status === "True");
            const ready = conditions.find(({ type }) => type === "Ready");
            return [
                ...(ready?.status === "True"
                    ? []
                    : [
                          {
                              severity: "error" as const,
                              what: `the node ${name} is not ready: ${ready?.message ?? "it has never reported"}`,
                              why: "nothing is scheduled there, and MetalLB announces no address from it",
                              mend: `kubectl describe node ${name}; on it: journalctl -u kubelet -n 50`,
                          },
                      ]),
                ...pressure.map(({ type, message = "" }) => ({
                    severity: "error" as const,
                    what: `the node ${name} has ${type}: ${message}`,
                    why: "the kubelet evicts pods and accepts no new ones",
                    mend: `kubectl describe node ${name}; free disk or memory on it`,
                })),
                ...(node.spec?.unschedulable
                    ? [
                          {
                              severity: "warning" as const,
                              what: `the node ${name} is cordoned`,
                              why: "nothing is scheduled there, which is rarely meant to last",
                              mend: `kubectl uncordon ${name}`,
                          },
                      ]
                    : []),
            ];
        });
        return found(
            `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}: ${nodes.map(nameOf).join(", ")}`,
            ...findings,
        );
    },
});

const gibibyte = 2 ** 30;
const allocatable = (nodes: readonly V1Node[], resource: "cpu" | "memory"): number =>
    nodes.reduce((sum, { status }) => sum + parseQuantity(status?.allocatable?.[resource] ?? "1m"), 0);
export const size = defineCheck({
    name: "size",
    looksAt: "the number and size of the nodes that take pods, against replicas and the pods' limits",
    needs: ["nodes"],
    run: ({ nodes }, { dns }) => {
        const workers = nodes.filter(takesPods);
        const [cpu, memory] = [allocatable(workers, "cpu"), allocatable(workers, "memory") / gibibyte];
        const seen = `${workers.length} of ${nodes.length} nodes take pods: ${cpu.toFixed(1)} CPUs, ${memory.toFixed(1)} GiB`;
        const findings: Finding[] = [];
        if (workers.length === 0) {
            findings.push({
                severity: "error",
                what: "no node takes pods: all are tainted or cordoned",
                why: "every pod of the stack would stay Pending",
                mend: "kubectl taint nodes --all node-role.kubernetes.io/control-plane:NoSchedule-",
            });
        }
        const wanted = dns.enabled ? parseQuantity(dns.memory) : 0;
        const largest = Math.max(0, ...workers.map((node) => allocatable([node], "memory")));
        if (workers.length > 0 && largest < wanted) {
            findings.push({
                severity: "error",
                what: `a resolver may take ${dns.memory}, and the largest node has ${(largest / gibibyte).toFixed(1)} GiB`,
                why: "its caches are sized by that limit, so the node would run out of memory under load",
                mend: "pulumi config set --path noc:dns.memory 512Mi",
            });
        }
        if (dns.enabled && dns.replicas > workers.length && workers.length > 0) {
            findings.push({
                severity: "warning",
                what: `${dns.replicas} resolvers, and nodes that take pods: ${workers.length}`,
                why: "two replicas on one node are lost together",
                mend: `pulumi config set --path noc:dns.replicas ${workers.length}`,
            });
        }
        return found(seen, ...findings);
    },
});

/** HA in Kea warns at 30 s and stops at 60 s; TLS and leases suffer before that. */
const worstClock = 10;

export const clocks = defineCheck({
    name: "clocks",
    looksAt: "each node's clock against the API server's",
    needs: ["clocks"],
    run: ({ clocks }) => {
        const all = Object.entries(clocks);
        const wrong = all.filter(([, ahead]) => Math.abs(ahead) > worstClock);
        const worst = Math.max(0, ...all.map(([, ahead]) => Math.abs(ahead)));
        return found(
            `${all.length} measured, at most ${worst.toFixed(0)} s off`,
            ...wrong.map(([node, ahead]) => ({
                severity: "error" as const,
                what: `the clock of ${node} is ${Math.abs(ahead).toFixed(0)} s ${ahead > 0 ? "ahead" : "behind"}`,
                why: "certificates and DNSSEC signatures fail validation, leases expire early or late, and Kea's servers stop at a minute",
                mend: `on ${node}: timedatectl set-ntp true`,
            })),
        );
    },
});

export const storageClass = defineCheck({
    name: "storage-class",
    looksAt: "a default StorageClass, or the one that the stack names",
    needs: ["storageClasses"],
    run: ({ storageClasses }, { site, dhcp, monitoring }) => {
        const names = storageClasses.map(nameOf);
        const seen = names.length > 0 ? names.join(", ") : "none";
        const defaults = storageClasses.filter(
            ({ metadata }) => metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
        );
        const volumes = dhcp.enabled || (monitoring.enabled && monitoring.storage !== undefined);
        if (!volumes) {
            return found(`${seen}; the stack asks for no volume`);
        }
        const why = "Kea's leases and Prometheus' samples are kept on volumes; their pods would stay Pending";
        const install =
            "kubectl apply -f https://raw.githubusercontent.com/rancher/local-path-provisioner/v0.0.30/deploy/local-path-storage.yaml";
        if (site.storageClass !== undefined) {
            return found(
                seen,
                ...(names.includes(site.storageClass)
                    ? []
                    : [
                          {
                              severity: "error" as const,
                              what: `there is no StorageClass ${site.storageClass} (noc:site.storageClass)`,
                              why,
                              mend: `pulumi config set --path noc:site.storageClass ${names[0] ?? "NAME"}`,
                          },
                      ]),
            );
        }
        if (defaults.length === 0) {
            return found(seen, {
                severity: "error",
                what: "no StorageClass is the default",
                why,
                mend:
                    names.length > 0
                        ? `pulumi config set --path noc:site.storageClass ${names[0] ?? ""}`
                        : `${install}, then pulumi config set --path noc:site.storageClass local-path`,
            });
        }
        return found(
            `${seen}; default ${defaults.map(nameOf).join(", ")}`,
            ...(defaults.length > 1
                ? [
                      {
                          severity: "warning" as const,
                          what: `${defaults.length} StorageClasses are the default: ${defaults.map(nameOf).join(", ")}`,
                          why: "Kubernetes then takes the newest, so a class installed later would get the volumes",
                          mend: `kubectl annotate storageclass ${nameOf(defaults[1] ?? {})} storageclass.kubernetes.io/is-default-class-`,
                      },
                  ]
                : []),
        );
    },
});

const isOurs = ({ metadata }: V1Namespace): boolean => metadata?.labels?.["app.kubernetes.io/part-of"] === "k8s-noc";

export const names = defineCheck({
    name: "names",
    looksAt: "whether the stack's namespaces exist already and belong to somebody else, or are being deleted",
    needs: ["namespaces"],
    run: ({ namespaces }, settings) => {
        const wanted = new Set([
            settings.site.namespace,
            ...definitions
                .filter((definition) => settingsOf(settings, definition).enabled)
                .flatMap((definition) => componentNamespaces(settings, definition)),
        ]);
        const present = namespaces.filter((namespace) => wanted.has(nameOf(namespace)));
        const foreign = present.filter((namespace) => !isOurs(namespace));
        const leaving = present.filter(({ status }) => status?.phase === "Terminating");
        return found(
            present.length === 0
                ? `${[...wanted].join(", ")}: not there yet`
                : `${present.map(nameOf).join(", ")} of ${wanted.size} are there`,
            ...foreign.map((namespace) => ({
                severity: "error" as const,
                what: `the namespace ${nameOf(namespace)} exists and is not this stack's`,
                why: "`up` never takes over an object that it did not make, and stops there",
                mend:
                    nameOf(namespace) === settings.site.namespace
                        ? "pulumi config set --path noc:site.namespace ANOTHER"
                        : `kubectl get all -n ${nameOf(namespace)}; if nobody needs it: kubectl delete namespace ${nameOf(namespace)}`,
            })),
            ...leaving.map((namespace) => ({
                severity: "error" as const,
                what: `the namespace ${nameOf(namespace)} is being deleted`,
                why: "nothing can be created in it until that has ended, which a finalizer may keep from ending",
                mend: `kubectl get namespace ${nameOf(namespace)} -o jsonpath='{.status.conditions}'`,
            })),
        );
    },
});

export const unready = defineCheck({
    name: "resources",
    looksAt: "certificates, secret stores and the like whose condition Ready is false",
    needs: ["unready"],
    run: ({ unready }) =>
        found(
            unready.length === 0 ? "all report Ready, or there are none" : `${unready.length} are not ready`,
            ...unready.map(({ kind, namespace, name, message }) => ({
                severity: "error" as const,
                what: `${kind} ${namespace ? `${namespace}/` : ""}${name} is not ready: ${message}`,
                why: "whatever uses its secret gets an old one or none",
                mend: `kubectl describe ${kind.toLowerCase()} ${name}${namespace ? ` -n ${namespace}` : ""}`,
            })),
        ),
});

export const pendingPods = defineCheck({
    name: "pods",
    looksAt: "pods that cannot be scheduled or whose images cannot be pulled",
    needs: ["pods"],
    run: ({ pods }) => {
        const stuck = pods.flatMap((pod) => {
            const reason = stuckReason(pod);
            return reason ? [{ pod, reason }] : [];
        });
        return found(
            `${pods.length} pods, ${stuck.length} of them stuck`,
            ...stuck.slice(0, 10).map(({ pod, reason }) => {
                const { namespace = "", name = "" } = pod.metadata ?? {};
                return {
                    severity: "error" as const,
                    what: `the pod ${namespace}/${name} does not start: ${reason}`,
                    why: "whatever it serves is missing a replica, or all of them",
                    mend: `kubectl describe pod -n ${namespace} ${name}`,
                };
            }),
        );
    },
});

const hopeless = [
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
];

/** Why a pod does not come up. Undefined if it has, or may yet. */
function stuckReason({ status }: V1Pod): string | undefined {
    const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
    if (scheduled && !isTrue(scheduled)) {
        return scheduled.message ?? "it cannot be scheduled";
    }
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    const waiting = containers
        .map(({ state }) => state?.waiting)
        .find((state) => hopeless.includes(state?.reason ?? ""));
    return waiting && [waiting.reason, waiting.message].filter(Boolean).join(": ");
}
