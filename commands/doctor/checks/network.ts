/** Checks of the networks between nodes and pods. */
import { addressClaims } from "../../../components/settings";
import { contains, overlap, parseAddress, parseRange, parseSubnet } from "../../../config/addresses";
import { defineCheck, type Finding, found, skipped } from "../check";
import type { Reached } from "../facts";
import { addressesOf, documentIn, nameOf } from "./read";

/** IPv4 parts of a comma-separated list of CIDRs. */
const ipv4 = (cidrs: string): string[] => cidrs.split(",").filter((cidr) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr));

export const networks = defineCheck({
    name: "networks",
    looksAt: "the pods' and Services' networks (CIDR) against the pools, the leases and the nodes",
    needs: ["kubeadm", "nodes"],
    run: ({ kubeadm, nodes }, settings) => {
        const { networking = {} } = documentIn(kubeadm, "ClusterConfiguration") as {
            networking?: { podSubnet?: string; serviceSubnet?: string };
        };
        const own = [
            ...ipv4(networking.podSubnet ?? "").map((cidr) => ({ of: "pods", cidr })),
            ...ipv4(networking.serviceSubnet ?? "").map((cidr) => ({ of: "Services", cidr })),
        ];
        const used = [
            ...addressClaims(settings).map(({ key, text }) => ({ what: key, text })),
            ...nodes.flatMap((node) => addressesOf(node).map((text) => ({ what: `the node ${nameOf(node)}`, text }))),
        ];
        return found(
            own.map(({ of, cidr }) => `${of} ${cidr}`).join(", ") || "kubeadm's configuration names none",
            ...own.flatMap(({ of, cidr }) =>
                used
                    .filter(({ text }) => overlap(parseSubnet(cidr), parseRange(text)))
                    .map(({ what, text }): Finding => ({
                        severity: "error",
                        what: `${what} (${text}) is in the network of the ${of}, ${cidr}`,
                        why: "nodes route that network into the cluster, so those addresses cannot be reached from outside or back",
                        mend: what.startsWith("noc:")
                            ? `pulumi config set --path '${what}' ADDRESSES, outside ${cidr}`
                            : `kubeadm init --pod-network-cidr and --service-cidr with other networks; a running cluster cannot change them`,
                    })),
            ),
        );
    },
});

export const flannel = defineCheck({
    name: "flannel",
    looksAt: "flannel's network against kubeadm's pod network",
    needs: ["flannel", "kubeadm"],
    run: ({ flannel, kubeadm }) => {
        const { Network = "?", Backend } = documentIn(flannel, "net-conf.json") as {
            Network?: string;
            Backend?: { Type?: string };
        };
        const { networking } = documentIn(kubeadm, "ClusterConfiguration") as { networking?: { podSubnet?: string } };
        const [podSubnet] = ipv4(networking?.podSubnet ?? "");
        const seen = `${Network} over ${Backend?.Type ?? "?"}`;
        return found(
            seen,
            ...(podSubnet !== undefined && podSubnet !== Network
                ? [
                      {
                          severity: "error" as const,
                          what: `flannel routes ${Network}, and the pods have addresses of ${podSubnet}`,
                          why: "pods on different nodes do not reach each other",
                          mend: `kubectl -n kube-flannel edit configmap kube-flannel-cfg: set Network to ${podSubnet}; then kubectl -n kube-flannel rollout restart daemonset`,
                      },
                  ]
                : []),
        );
    },
});

/** What VXLAN adds to each packet: Ethernet, IP, UDP and VXLAN headers. */
const vxlanOverhead = 50;

export const mtu = defineCheck({
    name: "mtu",
    looksAt: "the pods' and VXLAN's MTU against the nodes'",
    needs: ["probe"],
    run: ({ probe }) => {
        const all = Object.entries(probe.mtus);
        const findings = all.flatMap(([node, mtus]): Finding[] => {
            const room = mtus.node - (mtus.vxlan === undefined ? 0 : vxlanOverhead);
            const largest = Math.max(mtus.pod, mtus.vxlan ?? 0);
            return largest > room
                ? [
                      {
                          severity: "error",
                          what: `on ${node}, pods send packets of ${largest} bytes, and the node's interface takes ${room}${mtus.vxlan === undefined ? "" : ` after VXLAN's ${vxlanOverhead}`}`,
                          why: "large packets between nodes are lost: DNS answers over TCP, metrics and images hang while pings work",
                          mend: `kubectl -n kube-flannel edit configmap kube-flannel-cfg: set Backend.MTU to ${room}; then kubectl -n kube-flannel rollout restart daemonset, and restart the pods`,
                      },
                  ]
                : [];
        });
        const seen = all.map(([node, mtus]) => `${node}: node ${mtus.node}, pods ${mtus.pod}`).join("; ");
        return found(seen || "no node answered", ...findings);
    },
});

export const strictArp = defineCheck({
    name: "strict-arp",
    looksAt: "kube-proxy's mode, and strictARP where it is IPVS",
    needs: ["kubeProxy"],
    run: ({ kubeProxy }, { metallb }) => {
        const { mode = "", ipvs = {} } = documentIn(kubeProxy, "config.conf") as {
            mode?: string;
            ipvs?: { strictARP?: boolean };
        };
        const seen = `kube-proxy runs ${mode || "iptables"}`;
        return found(
            seen,
            ...(metallb.enabled && mode === "ipvs" && !ipvs.strictARP
                ? [
                      {
                          severity: "error" as const,
                          what: "kube-proxy runs IPVS without strictARP",
                          why: "every node answers ARP for the load balancer's addresses, so clients reach a node without a resolver",
                          mend: `kubectl -n kube-system get configmap kube-proxy -o yaml | sed 's/strictARP: false/strictARP: true/' | kubectl apply -f - && kubectl -n kube-system rollout restart daemonset kube-proxy`,
                      },
                  ]
                : []),
        );
    },
});

/** What stops working where a port is filtered. */
const portPurposes: Readonly<Record<string, string>> = {
    "6443/tcp": "kubelets and operators lose the API server",
    "10250/tcp": "`kubectl logs` and `exec`, metrics-server and Prometheus' kubelet targets fail",
    "7946/tcp": "MetalLB's speakers notice a dead node only when Kubernetes does, after 40 s instead of a few",
    "2379/tcp": "the API servers lose etcd's other members",
    "9100/tcp": "Prometheus misses the nodes' own metrics",
    pod: "pods on different nodes do not reach each other: VXLAN (8472/udp) or the pod network's routes are blocked",
};

export const ports = defineCheck({
    name: "ports",
    looksAt: "the ports between nodes: 6443, 10250, 7946, 9100, 2379 (TCP), and the pod network (8472/udp for VXLAN)",
    needs: ["probe"],
    run: ({ probe }) => {
        const { reached } = probe;
        if (!reached.some(({ from, to }) => from !== to)) {
            return skipped("there is only one node");
        }
        const silent = reached.filter(({ result }) => result === "silent");
        const byPort = new Map<string, Reached[]>();
        silent.forEach((one) => byPort.set(one.port, [...(byPort.get(one.port) ?? []), one]));
        return found(
            `${reached.length} ways tried, ${silent.length} without an answer`,
            ...[...byPort].map(([port, ways]) => {
                const open = port === "pod" ? "8472/udp" : port;
                return {
                    severity: "error" as const,
                    what: `no answer on ${port === "pod" ? "the pod network" : port} from ${ways.map(({ from, to }) => `${from} to ${to}`).join(", ")}`,
                    why: portPurposes[port] ?? "the nodes need it",
                    mend: `on ${[...new Set(ways.map(({ to }) => to))].join(", ")}: ufw allow from NODES to any port ${open.replace("/", " proto ")} (or the same in your firewall)`,
                };
            }),
        );
    },
});

/** DaemonSets that are known to enforce policies, by a part of their name. Only for the words; the test decides. */
const engines = ["calico", "cilium", "kube-router", "antrea", "weave", "kube-network-policies", "kindnet"];

export const policies = defineCheck({
    name: "network-policies",
    looksAt: "whether network policies are enforced: a pod under one that denies everything must not be reached",
    needs: ["probe", "daemonSets"],
    run: ({ probe, daemonSets }) => {
        const known = daemonSets.map(nameOf).filter((name) => engines.some((engine) => name.includes(engine)));
        const candidates = known.length > 0 ? ` (there are: ${known.join(", ")})` : "";
        if (probe.policiesEnforced === undefined) {
            return skipped("the test's client reached no pod at all, with or without a policy");
        }
        return probe.policiesEnforced
            ? found(`enforced${candidates}`)
            : found(`not enforced${candidates}`, {
                  severity: "warning",
                  what: "nothing enforces network policies: a pod under a policy that denies everything was reached",
                  why: "the stack's policies are without effect: any pod reaches Redis, the exporters and the control sockets",
                  mend: "install an engine that works beside flannel, such as kube-router with --run-router=false --run-firewall=true --run-service-proxy=false",
              });
    },
});

export const nodeAddresses = defineCheck({
    name: "node-addresses",
    looksAt: "the nodes' addresses against pools, leases and noc:site.nodeAddresses",
    needs: ["nodes"],
    run: ({ nodes }, settings) => {
        const claims = addressClaims(settings);
        const all = nodes.flatMap((node) => addressesOf(node).map((text) => ({ name: nameOf(node), text })));
        const findings = all.flatMap(({ name, text }): Finding[] => {
            const inside = claims.filter(
                ({ use, text: range }) =>
                    use !== "node" &&
                    use !== "foreign" &&
                    use !== "router" &&
                    contains(parseRange(range), parseAddress(text)),
            );
            const declared = claims.some(
                ({ use, text: range }) => use === "node" && contains(parseRange(range), parseAddress(text)),
            );
            return [
                ...inside.map(({ key, text: range }) => ({
                    severity: "error" as const,
                    what: `the node ${name} has ${text}, which is in ${key} (${range})`,
                    why: "that address would be given out again, and the node lost from the network",
                    mend: `pulumi config set --path '${key}' ADDRESSES, without ${text}`,
                })),
                ...(declared || inside.length > 0 || settings.site.nodeAddresses.length === 0
                    ? []
                    : [
                          {
                              severity: "warning" as const,
                              what: `the node ${name} has ${text}, which is not in noc:site.nodeAddresses`,
                              why: "a pool that is set later could include it unnoticed",
                              mend: `pulumi config set --path 'noc:site.nodeAddresses[${settings.site.nodeAddresses.length}]' ${text}`,
                          },
                      ]),
            ];
        });
        return found(all.map(({ name, text }) => `${name} ${text}`).join(", ") || "no IPv4 address", ...findings);
    },
});
