import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

import { testAlerts } from "../../tests/alert-tests";
import { installed, metadataOf, problemsWith, resource, stackRun } from "../../tests/support";
import { unboundAlerts, unboundRecords } from "./alerts";
import { nodeNamespace, nodePathAlert } from "./node-path";
import { nodeApp } from "./node-path-config";
import { ownQueries } from "./probes";
import { dnsSettings } from "./settings";
import { unboundOptions, writeFiles } from "./unbound-client";
import { configFiles, type UnboundConfigOptions } from "./unbound-config";

const node = { settings: { "dns.path": "node" } };
const [address, further] = ["192.168.122.101", "192.168.122.110"];

interface Container {
    readonly name: string;
    readonly args?: string[];
    readonly env?: { name: string; value?: string }[];
    readonly securityContext: {
        readonly runAsUser?: number;
        readonly capabilities: { readonly add?: string[]; readonly drop: string[] };
    };
}

describe("noc:dns.path", () => {
    it("adds objects, and changes only who may ask Redis, the alerts, and lists of the stack's namespaces", async () => {
        const ordinary = await stackRun("homelab");
        const made = await stackRun("homelab", node);
        const before = new Map(ordinary.resources.map(({ id, inputs }) => [id, JSON.stringify(inputs)]));
        const added = made.resources.filter(({ id }) => !before.has(id));
        expect(made.resources).to.have.length(before.size + added.length);
        const changed = made.resources.filter(
            ({ id, custom, inputs }) => custom && before.has(id) && before.get(id) !== JSON.stringify(inputs),
        );
        expect(changed.map(({ name }) => name)).to.have.members([
            "redis",
            "dns-rules",
            "deployment-rules",
            "noc-overview",
            "default-pool-fixed",
            "k8s-noc-load-balancers",
            "argocd-applications-project",
        ]);
        expect(added.map(({ name }) => name)).to.have.members([
            nodeNamespace,
            `${nodeNamespace}-default-deny`,
            ...["", "-config", "-cachedb", "-agent", "-metrics", "-monitor"].map((part) => `${nodeApp}${part}`),
            nodeApp,
        ]);
    });

    it("gives Unbound and its agent the capabilities that they need, and no other container any", async () => {
        const { metadata, spec } = resource(await stackRun("homelab", node), nodeApp, "DaemonSet").inputs as {
            metadata: { namespace: string };
            spec: {
                template: { spec: { hostNetwork: boolean; containers: Container[]; initContainers: Container[] } };
            };
        };
        const { hostNetwork, containers, initContainers } = spec.template.spec;
        expect([metadata.namespace, hostNetwork]).to.deep.equal([nodeNamespace, true]);
        const capabilities = [...initContainers, ...containers].map(({ name, securityContext }) => {
            expect(securityContext, name).to.include({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
            expect(securityContext.capabilities.drop, name).to.deep.equal(["ALL"]);
            return [name, securityContext.runAsUser ?? "unbound", securityContext.capabilities.add ?? []];
        });
        expect(capabilities).to.deep.equal([
            ["wait-for-redis", "unbound", []],
            ["unbound", 0, ["NET_BIND_SERVICE", "NET_RAW"]],
            ["unbound-exporter", "unbound", []],
            ["agent", 0, ["NET_ADMIN"]],
        ]);
        const exporter = containers.find(({ name }) => name === "unbound-exporter");
        expect(exporter?.args).to.include("-web.listen-address=$(POD_IP):9167");
        expect(exporter?.env?.map(({ name }) => name)).to.deep.equal(["GOMEMLIMIT", "POD_IP"]);
    });

    it("puts them into a privileged namespace, and leaves that of DNS and DHCP restricted", async () => {
        const run = await stackRun("homelab", node);
        const level = (name: string) =>
            metadataOf(resource(run, name, "Namespace")).labels["pod-security.kubernetes.io/enforce"];
        expect([level(nodeNamespace), level("noc")]).to.deep.equal(["privileged", "restricted"]);
        expect(resource(run, `${nodeNamespace}-default-deny`).inputs).to.have.nested.property(
            "metadata.namespace",
            nodeNamespace,
        );
    });

    it("lets the nodes connect to Redis, and to the DHCP server for names of leases", async () => {
        const names = { "dhcp.leaseNames": { enabled: true } };
        const run = await stackRun("homelab", { settings: { ...node.settings, ...names } });
        const nodes = ["192.168.122.10/31", "192.168.122.12/32"].map((cidr) => ({ ipBlock: { cidr } }));
        for (const policy of ["redis", "kea-dhcp"]) {
            const { ingress } = resource(run, policy, "NetworkPolicy").inputs.spec as {
                ingress: { from?: unknown[] }[];
            };
            const resolvers = ingress.find(({ from }) => JSON.stringify(from ?? []).includes('{"app":"unbound"}'));
            expect(resolvers?.from, policy).to.deep.include.members(nodes);
        }
    });

    it("adds their samples to those of the pods", async () => {
        const monitor = resource(await stackRun("homelab", node), `${nodeApp}-monitor`);
        expect(metadataOf(monitor)).to.include({ namespace: nodeNamespace });
        expect(monitor.inputs.spec).to.deep.include({
            endpoints: [
                {
                    port: "metrics",
                    relabelings: [
                        { targetLabel: "job", replacement: "unbound" },
                        { targetLabel: "namespace", replacement: "noc" },
                    ],
                },
            ],
        });
    });

    it("is refused without the addresses that it needs", () => {
        expect(problemsWith({ "dns.path": "node", "dns.address": undefined })).to.include(
            "error: noc:dns.address is not set, but with noc:dns.path = node a resolver of each node listens on it; set it to an address of the pools.",
        );
        expect(problemsWith({ "dns.path": "node", "site.nodeAddresses": [] })).to.deep.equal([
            "error: noc:site.nodeAddresses = [] is empty, but network policies have to admit the nodes' resolvers to Redis (noc:dns.path = node); list the nodes' addresses.",
        ]);
        expect(problemsWith({ "dns.path": "pod" })).to.deep.equal([
            'error: noc:dns.path = "pod" is not a path; use service or node.',
        ]);
    });

    it("has no effect where another load balancer announces the addresses", () => {
        expect(
            problemsWith({
                "dns.path": "node",
                "site.nodeAddresses": ["192.168.139.2"],
                "metallb.enabled": false,
                "site.loadBalancerClass": undefined,
            }),
        ).to.include('warning: noc:dns.path = "node" has no effect while noc:metallb.enabled is false; remove it.');
    });
});

describe("the configuration of Unbound in a node's network", () => {
    const options: Partial<UnboundConfigOptions> = {
        address,
        furtherAddresses: [further],
        encryption: { name: "dns.home.arpa" },
        fronted: true,
    };
    const linesOf = (more: Partial<UnboundConfigOptions>) =>
        (configFiles(unboundOptions({ ...options, ...more }))["unbound.conf"] ?? "")
            .split("\n")
            .map((line) => line.trim());

    it("differs from that of the pods only in where it listens", () => {
        const [pods, nodes] = [linesOf({}), linesOf({ onNode: true })];
        expect(nodes.filter((line) => !pods.includes(line))).to.deep.equal([
            `interface: ${address}@53`,
            `interface: ${further}@53`,
            "interface: 127.0.0.1@10053",
            "# The node has the addresses on no interface.",
            "ip-transparent: yes",
            "# Unbound runs in a container, as root with two capabilities, and logs to its output.",
        ]);
        const missing = pods.filter((line) => !nodes.includes(line));
        expect(
            missing.filter(
                (line) =>
                    !/^(interface|(tls-|https-)?port|http-endpoint|tls-service|proxy-protocol|control-)/.test(line),
            ),
        ).to.deep.equal([
            "# The proxy's health checks come from its own address, which access-control need not list.",
            "# Unbound runs in a container, as an unprivileged user, and logs to its output.",
        ]);
    });

    it("answers the same records", () => {
        const zones = (onNode: boolean) => configFiles(unboundOptions({ ...options, onNode }))["forward-zones.conf"];
        expect(zones(true)).to.equal(zones(false)).and.to.contain("_dns.resolver.arpa");
    });

    it("is accepted by unbound-checkconf", function () {
        if (!installed("unbound-checkconf")) {
            this.skip();
        }
        const { folder, file } = writeFiles(unboundOptions({ ...options, onNode: true }));
        try {
            const { status, stderr } = spawnSync("unbound-checkconf", [file], { encoding: "utf8" });
            expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

describe("alerts on resolvers in the nodes' network", () => {
    const namespace = "noc";
    const thresholds = dnsSettings.shape.thresholds.parse(undefined);
    const own = ownQueries({ names: [], addresses: 1 });
    const noQueries = unboundAlerts({ namespace, service: "unbound", thresholds, own, onNodes: true }).filter(
        ({ alert }) => alert === "UnboundNoQueries",
    );
    const queries = (pod: string, well: number, trouble: number) => ({
        series: `unbound_queries_total{namespace="noc",job="unbound",pod="${pod}"}`,
        well,
        trouble,
        counter: true,
    });
    testAlerts(
        "dns",
        [{ name: "dns", records: unboundRecords(namespace), alerts: [nodePathAlert, ...noQueries] }],
        [
            {
                alert: "DnsPathOff",
                series: [
                    {
                        series: `kube_pod_container_status_ready{namespace="${nodeNamespace}",container="agent",pod="unbound-node-1"}`,
                        well: 1,
                        trouble: 0,
                    },
                    {
                        series: `kube_pod_container_status_ready{namespace="${nodeNamespace}",container="unbound",pod="unbound-node-1"}`,
                        well: 0,
                        trouble: 0,
                    },
                ],
                firesAfter: 2,
                labels: { namespace: nodeNamespace, container: "agent", pod: "unbound-node-1" },
                description:
                    "unbound-node-1 has not led queries to the resolver in its node's network for two minutes: they go through the Service, which answers fewer.",
            },
            {
                alert: "UnboundNoQueries",
                // 28 queries a minute of probes at the pod, and 72 of health checks at the node's resolver.
                series: [queries("unbound-1", 28, 28), queries("unbound-node-1", 79, 72)],
                recoversAfter: 6,
                firesAfter: 15,
                labels: { namespace },
                description:
                    "For 15 minutes, the resolvers in noc have got hardly any queries but those of probes and health checks: clients may not know or not reach their address.",
            },
        ],
    );
});
