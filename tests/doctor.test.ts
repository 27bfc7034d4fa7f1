import { expect } from "chai";

import { type Check, type Finding, Missing, type Outcome, runChecks } from "../commands/doctor/check";
import { checks } from "../commands/doctor/checks";
import { discoverMessage, readOffer } from "../commands/doctor/dhcp";
import { networkOf, parseArpCommand, parseLibvirt, parseProcArp } from "../commands/doctor/host";
import { read } from "../commands/doctor/probe";
import { asJson, asText, exitCode } from "../commands/doctor/report";
import { chartSources, registrySources } from "../commands/doctor/sources";
import { stackSettings } from "../tools/stack-config";
import { stackRun } from "./support";
import {
    backup,
    type Change,
    configMap,
    controlPlane,
    endpointSlice,
    factsOf,
    healthy,
    list,
    loadBalancer,
    namespace,
    node,
    paths,
    storageClass,
    warning,
} from "./doctor-stand-in";

const settings = stackSettings("homelab");
const first = node("node1", "192.168.122.10");

/** For each check, clusters that lack what it looks for, and what it must say. */
const lacking: Readonly<Record<string, readonly (Change & { says: RegExp; severity?: "warning" })[]>> = {
    reachable: [
        {
            facts: { connection: { context: "homelab", url: "https://x", error: "ECONNREFUSED" } },
            says: /does not answer at https:\/\/x: ECONNREFUSED/,
        },
    ],
    identity: [{ facts: { identity: { uid: "b", deployedTo: "a" } }, says: /is the cluster b, but .* deployed to a/ }],
    credentials: [
        {
            facts: {
                server: { version: "v1.34.4", credentials: { kind: "token", expires: "2020-01-01T00:00:00Z" } },
            },
            says: /kubeconfig's token expires on 2020-01-01/,
            severity: "warning",
        },
    ],
    version: [
        {
            facts: { server: { version: "v1.29.9", credentials: { kind: "token" } } },
            says: /API server is v1.29.9, older than 1.30/,
        },
        {
            objects: {
                [paths.nodes]: list(first, node("node2", "192.168.122.11", { status: kubelet("v1.35.0") })),
            },
            says: /kubelet of node2 is v1.35.0, newer than/,
        },
        {
            objects: { [paths.nodes]: list(node("node1", "192.168.122.10", { status: kubelet("v1.30.1") })) },
            says: /kubelet of node1 is v1.30.1, more than three minor versions behind/,
        },
    ],
    nodes: [
        {
            objects: {
                [paths.nodes]: list(first, node("node2", "192.168.122.11", { status: condition("Ready", "Unknown") })),
            },
            says: /node2 is not ready/,
        },
        {
            objects: {
                [paths.nodes]: list(
                    node("node1", "192.168.122.10", {
                        status: {
                            conditions: [
                                { type: "Ready", status: "True" },
                                { type: "DiskPressure", status: "True", message: "disk is full" },
                            ],
                        },
                    }),
                ),
            },
            says: /node1 has DiskPressure: disk is full/,
        },
        {
            objects: { [paths.nodes]: list(node("node1", "192.168.122.10", { spec: { unschedulable: true } })) },
            says: /node1 is cordoned/,
            severity: "warning",
        },
    ],
    size: [
        {
            objects: {
                [paths.nodes]: list(
                    node("node1", "192.168.122.10", { spec: { taints: [{ key: "x", effect: "NoSchedule" }] } }),
                ),
            },
            says: /no node takes pods/,
        },
        {
            objects: {
                [paths.nodes]: list(
                    node("a", "192.168.122.10", { status: { allocatable: { cpu: "4", memory: "256Mi" } } }),
                    node("b", "192.168.122.11", { status: { allocatable: { cpu: "4", memory: "256Mi" } } }),
                ),
            },
            says: /a resolver may take 512Mi, and the largest node has 0.3 GiB/,
        },
        {
            objects: { [paths.nodes]: list(first) },
            says: /2 resolvers, and nodes that take pods: 1/,
            severity: "warning",
        },
    ],
    clocks: [{ objects: { [paths.leases]: { node1: 0, node2: -45 } }, says: /clock of node2 is 45 s behind/ }],
    names: [
        {
            objects: { [paths.namespaces]: list(namespace("noc"), namespace("monitoring", {})) },
            says: /namespace monitoring exists and is not this stack's/,
        },
        {
            objects: {
                [paths.namespaces]: list(namespace("noc", { "app.kubernetes.io/part-of": "k8s-noc" }, "Terminating")),
            },
            says: /namespace noc is being deleted/,
        },
    ],
    "storage-class": [
        { objects: { [paths.storageClasses]: list() }, says: /no StorageClass is the default/ },
        {
            objects: { [paths.storageClasses]: list(storageClass("slow", "false")) },
            says: /no StorageClass is the default/,
        },
        {
            objects: { [paths.storageClasses]: list(storageClass("a"), storageClass("b")) },
            says: /2 StorageClasses are the default: a, b/,
            severity: "warning",
        },
    ],
    pods: [
        {
            objects: {
                [paths.pods]: list({
                    metadata: { namespace: "noc", name: "unbound-1" },
                    status: {
                        containerStatuses: [
                            { state: { waiting: { reason: "ImagePullBackOff", message: "no such tag" } } },
                        ],
                    },
                }),
            },
            says: /noc\/unbound-1 does not start: ImagePullBackOff: no such tag/,
        },
        {
            objects: {
                [paths.pods]: list({
                    metadata: { namespace: "noc", name: "kea-dhcp-0" },
                    status: {
                        conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes: unbound claim" }],
                    },
                }),
            },
            says: /noc\/kea-dhcp-0 does not start: 0\/1 nodes: unbound claim/,
        },
    ],
    resources: [
        {
            objects: {
                [paths.crds]: list({
                    metadata: { name: "certificates.cert-manager.io" },
                    spec: {
                        group: "cert-manager.io",
                        names: { kind: "Certificate", plural: "certificates" },
                        versions: [{ name: "v1", storage: true }],
                    },
                }),
                "/apis/cert-manager.io/v1/certificates": list({
                    metadata: { namespace: "noc", name: "grafana" },
                    status: { conditions: [{ type: "Ready", status: "False", message: "issuer not found" }] },
                }),
            },
            says: /Certificate noc\/grafana is not ready: issuer not found/,
        },
    ],
    networks: [
        {
            objects: {
                [paths.kubeadm]: configMap("ClusterConfiguration", "networking: { podSubnet: 192.168.0.0/16 }"),
            },
            says: /noc:metallb.pools\[0\].addresses\[0\] .* is in the network of the pods, 192.168.0.0\/16/,
        },
    ],
    flannel: [
        {
            objects: { [paths.flannel]: configMap("net-conf.json", '{ "Network": "10.0.0.0/16" }') },
            says: /flannel routes 10.0.0.0\/16, and the pods have addresses of 10.244.0.0\/16/,
        },
    ],
    "strict-arp": [
        {
            objects: { [paths.kubeProxy]: configMap("config.conf", "mode: ipvs\nipvs: { strictARP: false }") },
            says: /IPVS without strictARP/,
        },
    ],
    "node-addresses": [
        {
            objects: { [paths.nodes]: list(first, node("node2", "192.168.122.120")) },
            says: /node2 has 192.168.122.120, which is in noc:metallb.pools\[0\].addresses\[0\]/,
        },
        {
            objects: { [paths.nodes]: list(first, node("node2", "192.168.122.13")) },
            says: /node2 has 192.168.122.13, which is not in noc:site.nodeAddresses/,
            severity: "warning",
        },
    ],
    ports: [
        {
            facts: {
                probe: {
                    reached: [{ from: "node1", to: "node2", port: "pod", result: "silent" }],
                    mtus: {},
                },
            },
            says: /no answer on the pod network from node1 to node2/,
        },
    ],
    mtu: [
        {
            facts: { probe: { reached: [], mtus: { node1: { node: 1450, pod: 1450, vxlan: 1450 } } } },
            says: /on node1, pods send packets of 1450 bytes, and the node's interface takes 1400/,
        },
    ],
    "network-policies": [
        {
            facts: { probe: { reached: [], mtus: {}, policiesEnforced: false } },
            says: /nothing enforces network policies/,
            severity: "warning",
        },
    ],
    "pool-network": [
        {
            facts: { arp: { from: "the nodes", networks: ["192.168.122.8/29"], asked: [], answers: {} } },
            says: /noc:metallb.pools\[0\].addresses\[0\] .* is in none of the nodes' networks/,
        },
    ],
    "addresses-in-use": [
        {
            facts: {
                arp: {
                    from: "this machine",
                    networks: ["192.168.122.0/24"],
                    asked: ["192.168.122.110"],
                    answers: { "192.168.122.110": "52:54:00:00:00:02" },
                },
            },
            says: /192.168.122.110, in a pool of MetalLB, is in use by 52:54:00:00:00:02/,
        },
    ],
    "announcing-nodes": [
        {
            objects: {
                [paths.nodes]: list(
                    node("node1", "192.168.122.10", {
                        metadata: { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } },
                    }),
                ),
            },
            says: /every node is excluded from external load balancers/,
        },
    ],
    "resolver-nodes": [
        {
            // The hash puts node5 before node1 for both addresses.
            objects: {
                [paths.nodes]: list(first, node("node5", "192.168.122.14")),
            },
            says: /192.168.122.110 \(noc:dns.furtherAddresses\[0\]\) and 192.168.122.101 are both announced by node/,
            severity: "warning",
        },
    ],
    "load-balancers": [
        {
            objects: { [paths.daemonSets]: list({ metadata: { name: "svclb-traefik-1a2b" } }) },
            says: /another load balancer: k3s' ServiceLB/,
        },
        {
            objects: { [paths.services]: list(loadBalancer("web", "203.0.113.7")) },
            says: /another load balancer: an unknown one; it gave 203.0.113.7 to default\/web/,
        },
    ],
    "service-addresses": [
        {
            objects: { [paths.services]: list(loadBalancer("web", "192.168.122.101")) },
            says: /noc:dns.address \(192.168.122.101\) belongs to the Service default\/web/,
        },
        {
            objects: {
                [paths.services]: list(
                    loadBalancer("unbound", undefined, {
                        metadata: { labels: { "app.kubernetes.io/part-of": "k8s-noc" } },
                    }),
                ),
            },
            says: /Service default\/unbound has no address/,
        },
    ],
    libvirt: [
        {
            facts: {
                libvirt: [
                    {
                        name: "default",
                        bridge: "virbr0",
                        address: "192.168.122.1",
                        netmask: "255.255.255.0",
                        ranges: ["192.168.122.2-192.168.122.254"],
                    },
                ],
            },
            says: /libvirt's network default hands out 192.168.122.2-192.168.122.254, which overlaps noc:metallb/,
        },
    ],
    "dhcp-servers": [
        {
            facts: { dhcpOffers: [{ server: "192.168.122.1", address: "192.168.122.170" }] },
            says: /DHCP server 192.168.122.1 hands out 192.168.122.170, which is in noc:dhcp.subnets\[0\].pools\[0\]/,
        },
        {
            facts: { dhcpOffers: [{ server: "192.168.122.9", address: "192.168.122.240" }] },
            says: /192.168.122.9 also serves 192.168.122.240's subnet/,
            severity: "warning",
        },
    ],
    charts: [
        {
            facts: { chartSources: [{ url: "https://charts.example.org", items: ["metallb"], error: "ENOTFOUND" }] },
            says: /https:\/\/charts.example.org is not reached: ENOTFOUND/,
        },
    ],
    images: [
        {
            facts: {
                registries: [{ url: "https://r.example.org", items: ["r.example.org/a:1"], error: "ENOTFOUND" }],
            },
            says: /https:\/\/r.example.org is not reached \(ENOTFOUND\), and not every node .* has r.example.org\/a:1/,
        },
    ],
    "control-plane-metrics": [
        {
            objects: { [paths.pods]: list(...controlPlane("127.0.0.1")) },
            says: /kube-scheduler serves metrics on loopback only/,
            severity: "warning",
        },
        {
            objects: { [paths.kubeProxy]: configMap("config.conf", 'metricsBindAddress: ""') },
            says: /kube-proxy serves metrics on loopback only/,
            severity: "warning",
        },
    ],
    "audit-log": [{ metrics: "apiserver_audit_event_total 0", says: /keeps no audit log/, severity: "warning" }],
    encryption: [{ metrics: "", says: /stored in etcd as plain text/, severity: "warning" }],
    "pod-security": [{ dryRun: 201, says: /a privileged pod would be accepted in noc/ }],
    certificates: [
        {
            facts: { certificates: [{ of: "the API server", expires: "2020-01-01T00:00:00.000Z" }] },
            says: /certificate of the API server expired on 2020-01-01/,
        },
    ],
    "api-server": [{ readyz: "[+]ping ok\n[-]etcd failed: reason withheld", says: /not ready: etcd fails/ }],
    events: [
        {
            objects: { [paths.warnings]: list(warning("BackOff", 10, 6), warning("Unhealthy", 61, 9)) },
            says: /^Pod\/unbound-1 in noc, 6 times: BackOff: it goes on$/,
            severity: "warning",
        },
        {
            objects: { [paths.warnings]: list(...[1, 2, 3, 4, 5].map((minutes) => warning("Failed", minutes))) },
            says: /5 times: Failed/,
            severity: "warning",
        },
    ],
    backups: [
        {
            objects: { [paths.cronJobs]: list(backup({ lastScheduleTime: "2026-01-01T00:00:00Z" })) },
            says: /last backup-etcd in backups has failed/,
        },
        {
            objects: {
                [paths.cronJobs]: list(
                    backup({
                        lastScheduleTime: "2026-01-02T00:00:00Z",
                        lastSuccessfulTime: "2026-01-01T00:01:00Z",
                    }),
                ),
            },
            says: /last backup-etcd in backups has failed/,
        },
    ],
    "announced-addresses": [
        {
            objects: { [paths.l2Statuses]: list() },
            says: /no node announces 192\.168\.122\.101, the address of default\/unbound/,
        },
    ],
    routes: [
        {
            objects: { [paths.endpoints]: list(endpointSlice(false)) },
            says: /grafana\.home\.arpa \(monitoring\/grafana\) leads to monitoring\/grafana, which has no ready pod/,
        },
        { objects: { [paths.endpoints]: list() }, says: /leads to monitoring\/grafana, which has no ready pod/ },
    ],
};

function kubelet(kubeletVersion: string) {
    return { nodeInfo: { kubeletVersion } };
}

function condition(type: string, status: string) {
    return { conditions: [{ type, status }] };
}

const outcomeOf = async (check: Check, change?: Change): Promise<Outcome> => {
    const [result] = runChecks([check], await factsOf(change), settings);
    return result?.outcome ?? expect.fail("no result");
};

function findingsOf(outcome: Outcome): readonly Finding[] {
    return "skipped" in outcome ? expect.fail(`skipped: ${outcome.skipped}`) : outcome.findings;
}

describe("doctor", () => {
    for (const check of checks) {
        describe(check.name, () => {
            it("finds nothing on a healthy cluster", async () => {
                expect(findingsOf(await outcomeOf(check))).to.deep.equal([]);
            });

            for (const { says, severity = "error", ...change } of lacking[check.name] ?? []) {
                it(`finds: ${says.source}`, async () => {
                    const finding = findingsOf(await outcomeOf(check, change)).find(({ what }) => says.test(what));
                    expect(finding, "the finding").to.include({ severity });
                    expect(finding?.why).to.match(/\w/);
                    expect(finding?.mend).to.match(/\w/);
                });
            }

            it("is skipped with the reason where a fact is missing", () => {
                const facts = new Proxy({}, { get: () => new Missing("no answer") }) as Awaited<
                    ReturnType<typeof factsOf>
                >;
                const [result] = runChecks([check], facts, settings);
                expect(result?.outcome).to.deep.equal({ skipped: "no answer" });
            });
        });
    }

    it("has a cluster that lacks it for every check", () => {
        expect(Object.keys(lacking).sort()).to.deep.equal(checks.map(({ name }) => name).sort());
    });

    it("names its checks once each", () => {
        expect(new Set(checks.map(({ name }) => name)).size).to.equal(checks.length);
    });

    it("does not mistake what it cannot read for nothing", async () => {
        const objects = { ...healthy, [paths.flannel]: undefined, [paths.storageClasses]: undefined };
        const facts = await factsOf({ objects });
        expect(facts.flannel).to.deep.equal(new Missing("the pod network is not flannel's"));
        expect(facts.storageClasses).to.be.instanceOf(Missing);
    });

    it("does not judge the pools from another network than the nodes'", async () => {
        const check = checks.find(({ name }) => name === "pool-network") ?? expect.fail();
        const arp = { from: "this machine", networks: ["10.0.0.0/24"], asked: [], answers: {} };
        expect(await outcomeOf(check, { facts: { arp } })).to.have.property("skipped");
    });

    it("accepts the addresses that its own Services have", async () => {
        const check = checks.find(({ name }) => name === "addresses-in-use") ?? expect.fail();
        expect(await outcomeOf(check)).to.have.property("seen", "2 addresses asked from this machine: 0 in use");
    });
});

describe("doctor's report", () => {
    const ok = { name: "a", outcome: { seen: "fine", findings: [] } };
    const finding = { severity: "error" as const, what: "it is off", why: "it must be on", mend: "switch on" };
    const failed = { name: "b", outcome: { seen: "off", findings: [finding] } };
    const warned = { name: "c", outcome: { seen: "weak", findings: [{ ...finding, severity: "warning" as const }] } };
    const skipped = { name: "d", outcome: { skipped: "cannot look" } };

    it("has the exit codes of verify", () => {
        expect(exitCode([ok])).to.equal(0);
        expect(exitCode([ok, skipped])).to.equal(2);
        expect(exitCode([ok, warned])).to.equal(2);
        expect(exitCode([ok, skipped, failed])).to.equal(1);
    });

    it("shows each finding with its reason and remedy", () => {
        const text = asText([ok, failed, skipped]);
        expect(text).to.contain("error b: it is off\n  why:  it must be on\n  mend: switch on");
        expect(text).to.contain("cannot look").and.contain("1 ok, 1 with errors, 0 with warnings, 1 skipped");
        expect(text).not.to.contain("\u001b");
    });

    it("is data with --json", () => {
        const { exitCode, checks } = JSON.parse(asJson("homelab", [failed, skipped])) as Record<string, unknown>;
        expect(exitCode).to.equal(1);
        expect(checks).to.deep.equal([
            { name: "b", result: "error", seen: "off", findings: [finding] },
            { name: "d", result: "skipped", skipped: "cannot look" },
        ]);
    });
});

describe("doctor on this machine", () => {
    it("reads Linux' neighbours, and only complete ones", () => {
        const text = [
            "IP address       HW type     Flags       HW address            Mask     Device",
            "192.168.1.1      0x1         0x2         52:54:00:aa:bb:cc     *        eth0",
            "192.168.1.9      0x1         0x0         00:00:00:00:00:00     *        eth0",
        ].join("\n");
        expect(parseProcArp(text)).to.deep.equal({ "192.168.1.1": "52:54:00:aa:bb:cc" });
    });

    it("reads macOS' neighbours, and only complete ones", () => {
        const text =
            "? (192.168.1.1) at 0:11:22:aa:bb:cc on en0 ifscope [ethernet]\n? (192.168.1.9) at (incomplete) on en0 ifscope [ethernet]\n";
        expect(parseArpCommand(text)).to.deep.equal({ "192.168.1.1": "0:11:22:aa:bb:cc" });
    });

    it("knows the network of an address", () => {
        expect(networkOf("192.168.122.200/24")).to.equal("192.168.122.0/24");
        expect(networkOf("172.18.3.4/16")).to.equal("172.18.0.0/16");
        expect(networkOf("10.1.2.3/30")).to.equal("10.1.2.0/30");
    });

    it("reads libvirt's ranges", () => {
        const xml = `<network><name>default</name><bridge name='virbr0' stp='on' delay='0'/>
            <ip address='192.168.122.1' netmask='255.255.255.0'><dhcp>
            <range start='192.168.122.20' end='192.168.122.99'/></dhcp></ip></network>`;
        expect(parseLibvirt("default", xml)).to.deep.equal({
            name: "default",
            bridge: "virbr0",
            address: "192.168.122.1",
            netmask: "255.255.255.0",
            ranges: ["192.168.122.20-192.168.122.99"],
        });
    });

    it("reads the offer to its own DISCOVER, and no other message", () => {
        const discover = discoverMessage(77);
        expect(discover.readUInt16BE(10), "the broadcast flag").to.equal(0x8000);
        expect([...discover.subarray(240, 243)], "message type").to.deep.equal([53, 1, 1]);
        const offer = Buffer.from(discover);
        offer[0] = 2;
        offer.set([192, 168, 1, 50], 16);
        offer.set([53, 1, 2, 54, 4, 192, 168, 1, 1, 255], 240);
        expect(readOffer(offer, 77)).to.deep.equal({ server: "192.168.1.1", address: "192.168.1.50" });
        expect(readOffer(offer, 78)).to.equal(undefined);
        expect(readOffer(discover, 77)).to.equal(undefined);
    });

    it("asks for the charts and images that the stack uses, where they come from or at the mirrors", async () => {
        const used = JSON.stringify((await stackRun("homelab")).resources);
        const own = stackSettings("homelab");
        expect(chartSources(own, used).map(({ url }) => url)).to.include(
            "https://metallb.github.io/metallb/index.yaml",
        );
        expect(registrySources(own, used).map(({ url }) => url)).to.include("https://registry-1.docker.io/v2/");
        const site = { ...own.site, chartMirror: "oci://registry.lan/charts", imageMirror: "registry.lan:5000/mirror" };
        expect(chartSources({ site }, used).map(({ url }) => url)).to.deep.equal(["https://registry.lan/v2/"]);
        const [mirror, ...others] = registrySources({ site }, used);
        expect(others).to.deep.equal([]);
        expect(mirror?.url).to.equal("https://registry.lan:5000/v2/");
        expect(mirror?.items.join()).to.contain("registry.lan:5000/mirror/klutchell/unbound:");
        expect(registrySources(own, "nothing")).to.deep.equal([]);
    });
});

describe("doctor's probe", () => {
    it("reads what the pods print", () => {
        const texts = new Map([
            [
                "node1",
                [
                    "network 192.168.122.10/24",
                    "mtu node 1500",
                    "port node2 10250/tcp open",
                    "arp 192.168.122.120 aa:bb:cc:dd:ee:ff",
                    "mtu pod 1450",
                    "port closed policy silent",
                    "port open policy open",
                ],
            ],
            ["node2", ["mtu vxlan 1450", "port node1 6443/tcp silent"]],
        ]);
        const { probe, arp } = read(texts, ["192.168.122.120"]);
        expect(probe.policiesEnforced).to.equal(true);
        expect(probe.mtus.node1).to.deep.equal({ node: 1500, pod: 1450 });
        expect(probe.reached).to.deep.equal([
            { from: "node1", to: "node2", port: "10250/tcp", result: "open" },
            { from: "node2", to: "node1", port: "6443/tcp", result: "silent" },
        ]);
        expect(arp).to.include({ from: "the nodes" });
        expect(arp.networks).to.deep.equal(["192.168.122.0/24"]);
        expect(arp.answers).to.deep.equal({ "192.168.122.120": "aa:bb:cc:dd:ee:ff" });
    });

    it("does not judge policies where its client reaches nothing", () => {
        const { probe } = read(new Map([["node1", ["port closed policy silent", "port open policy silent"]]]), []);
        expect(probe.policiesEnforced).to.equal(undefined);
    });
});
