import { expect } from "chai";

import { metadataOf, problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import type { Run, SettingChanges } from "../../tools/mock-engine";

const addresses = ["192.168.139.55", "192.168.139.56"];
const on = (own: object = {}): SettingChanges => ({ dnsdist: { enabled: true, addresses, ...own } });
const deployed = (own: object = {}, others: SettingChanges = {}) =>
    stackRun("poc", { settings: { ...on(own), ...others } });
const name = "dnsdist.home.arpa";
const encrypted = { encryption: { name } };
const issued = { "certManager.enabled": true };

interface PolicySpec {
    readonly podSelector: { readonly matchLabels: object };
    readonly ingress: readonly { readonly from?: object[]; readonly ports: readonly Port[] }[];
    readonly egress: readonly { readonly to?: object[]; readonly ports: readonly Port[] }[];
}
interface Port {
    readonly port: number;
    readonly protocol: string;
}
interface PodSpec {
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: object;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly {
        readonly command: string[];
        readonly securityContext: object;
        readonly readinessProbe: { readonly httpGet: object };
        readonly livenessProbe: { readonly httpGet: object };
        readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
    }[];
    readonly volumes: readonly { readonly name: string; readonly secret?: object }[];
}
const podOf = (run: Run, app = "dnsdist", kind = "Deployment") =>
    (resource(run, app, kind).inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
const policyOf = (run: Run, app: string) => resource(run, app, "NetworkPolicy").inputs.spec as PolicySpec;
const portsOf = (ports: readonly Port[] = []) => ports.map(({ port, protocol }) => `${port}/${protocol}`);
const dhcpOptions = (run: Run) => {
    const { values } = resource(run, "kea-dhcp", "Release").inputs as { values: { config: string } };
    return JSON.stringify(JSON.parse(values.config));
};

describe("dnsdist", () => {
    it("is off by default: the resolver has no port for it", async () => {
        const { resources } = await stackRun("poc");
        expect(JSON.stringify(resources)).not.to.match(/dnsdist|proxy-protocol-port|1054/);
    });

    it("has addresses of its own, and leaves the resolver's Service as it is", async () => {
        const run = await deployed();
        for (const [i, address] of addresses.entries()) {
            const service = resource(
                run,
                i === 0 ? "dnsdist" : `dnsdist-${address.replaceAll(".", "-")}`,
                "v1:Service",
            );
            expect(metadataOf(service).annotations["metallb.io/loadBalancerIPs"]).to.equal(address);
            expect(service.inputs.spec).to.deep.include({
                selector: { app: "dnsdist" },
                externalTrafficPolicy: "Local",
            });
        }
        const resolver = (of: Run) => resource(of, "unbound", "v1:Service").inputs;
        expect(resolver(run)).to.deep.equal(resolver(await stackRun("poc")));
    });

    it("runs without root, privileges, a writable file system or a service account's token", async () => {
        for (const pod of [podOf(await deployed()), podOf(await deployed(), "dnsdist-check", "Job")]) {
            expect(pod.automountServiceAccountToken).to.equal(false);
            expect(pod.securityContext).to.include({ runAsNonRoot: true, runAsUser: 953 });
            expect(pod.containers[0]?.securityContext).to.deep.equal({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
        }
    });

    it("is ready while it reaches a resolver, and not restarted while it does not", async () => {
        const [container] = podOf(await deployed()).containers;
        expect(container?.readinessProbe.httpGet).to.deep.equal({ path: "/ready", port: 8083 });
        expect(container?.livenessProbe.httpGet).to.deep.equal({ path: "/alive", port: 8083 });
    });

    it("keeps a pod during a drain, if it has two", async () => {
        expect(resource(await deployed(), "dnsdist", "DisruptionBudget").inputs.spec).to.include({ maxUnavailable: 1 });
        const { resources } = await deployed({ replicas: 1 });
        expect(resources.filter(({ id }) => /DisruptionBudget::dnsdist/.test(id))).to.deep.equal([]);
    });

    it("gets a configuration only after dnsdist itself has read it", async () => {
        const run = await deployed();
        const check = resource(run, "dnsdist-check", "Job");
        expect(podOf(run, "dnsdist-check", "Job").containers[0]?.command).to.deep.equal([
            "/usr/local/bin/dnsdist",
            "--check-config",
            "-C",
            "/config/dnsdist.yml",
        ]);
        expect([...waitsFor(run, resource(run, "dnsdist", "Deployment"))]).to.include(check.id);
    });

    it("accepts clients and Prometheus, and connects to the resolver and the cluster's DNS alone", async () => {
        const { ingress, egress } = policyOf(await deployed(), "dnsdist");
        expect(ingress.map(({ ports }) => portsOf(ports))).to.deep.equal([["1053/UDP", "1053/TCP"], ["8083/TCP"]]);
        expect(ingress[0]?.from).to.equal(undefined);
        expect(JSON.stringify(ingress[1]?.from)).to.contain("prometheus");
        expect(egress.map(({ ports }) => portsOf(ports))).to.deep.equal([
            ["1054/UDP", "1054/TCP"],
            ["53/UDP", "53/TCP"],
        ]);
        expect(egress[0]?.to).to.deep.equal([{ podSelector: { matchLabels: { app: "unbound" } } }]);
    });
});

describe("the resolver behind dnsdist", () => {
    it("takes the clients' addresses from dnsdist's pods, and from nobody else", async () => {
        const run = await deployed();
        const { ingress } = policyOf(run, "unbound");
        const front = ingress.filter(({ ports }) => ports.some(({ port }) => port === 1054));
        expect(front).to.deep.equal([
            {
                from: [{ podSelector: { matchLabels: { app: "dnsdist" } } }],
                ports: [
                    { port: 1054, protocol: "UDP" },
                    { port: 1054, protocol: "TCP" },
                ],
            },
        ]);
        const { data } = resource(run, "unbound-config").inputs as { data: Record<string, string> };
        const lines = (data["unbound.conf"] ?? "").split("\n").map((line) => line.trim());
        expect(lines).to.include.members([
            "interface: 0.0.0.0@1054",
            "proxy-protocol-port: 1054",
            "interface-action: 0.0.0.0@1054 refuse_non_local",
        ]);
    });

    it("answers longer after it was told to stop than the cluster's DNS keeps its address", async () => {
        const { containers, terminationGracePeriodSeconds } = podOf(await deployed(), "unbound");
        const seconds = containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0;
        expect(seconds).to.be.above(30);
        expect(terminationGracePeriodSeconds).to.be.above(seconds);
    });

    it("is found by a headless Service of its ready pods", async () => {
        expect(resource(await deployed(), "dnsdist-backends", "v1:Service").inputs.spec).to.deep.equal({
            clusterIP: "None",
            selector: { app: "unbound" },
        });
    });
});

describe("the certificate of dnsdist", () => {
    it("is for its name and its addresses, and waited for by the pods and the check", async () => {
        const run = await deployed(encrypted, issued);
        expect(resource(run, "dnsdist-tls-certificate").inputs.spec).to.deep.include({
            secretName: "dnsdist-tls",
            dnsNames: [name],
            ipAddresses: addresses,
        });
        for (const pod of [podOf(run), podOf(run, "dnsdist-check", "Job")]) {
            expect(pod.volumes[1]?.secret).to.deep.equal({ secretName: "dnsdist-tls" });
        }
    });

    it("opens the ports of TLS, HTTPS and, over UDP, of QUIC and HTTP/3", async () => {
        const run = await deployed(encrypted, issued);
        const encryptedPorts = ["1853/TCP", "1443/TCP", "1853/UDP", "1443/UDP"];
        expect(portsOf(policyOf(run, "dnsdist").ingress[0]?.ports).slice(2)).to.deep.equal(encryptedPorts);
        const { ports } = resource(run, "dnsdist", "v1:Service").inputs.spec as {
            ports: { port: number; protocol: string; targetPort: number }[];
        };
        expect(
            ports.slice(2).map(({ port, protocol, targetPort }) => `${port} ${targetPort}/${protocol}`),
        ).to.deep.equal(["853 1853/TCP", "443 1443/TCP", "853 1853/UDP", "443 1443/UDP"]);
        const withoutQuic = await deployed({ encryption: { name, quic: false } }, issued);
        expect(portsOf(policyOf(withoutQuic, "dnsdist").ingress[0]?.ports).slice(2)).to.deep.equal(
            encryptedPorts.slice(0, 2),
        );
    });
});

describe("the addresses that DHCP hands out", () => {
    it("are the resolver's, unless dnsdist's are to be handed out", async () => {
        expect(dhcpOptions(await deployed()))
            .to.contain("192.168.139.50")
            .and.not.to.contain(addresses[0]);
        const run = await deployed({ handOut: true, ...encrypted }, issued);
        expect(dhcpOptions(run)).to.contain(addresses.join(", ")).and.to.contain(name).and.not.to.contain("139.50");
    });

    it("wait for dnsdist's pods", async () => {
        const run = await deployed({ handOut: true });
        const before = waitsFor(run, resource(run, "kea-dhcp", "Release"));
        expect([...before]).to.include(resource(run, "dnsdist", "Deployment").id);
    });
});

describe("dnsdist's settings", () => {
    for (const [title, own, others, problem] of [
        ["without a resolver", {}, { "dns.enabled": false }, "needs dns; set noc:dns.enabled to true as well"],
        [
            "with a certificate that nobody issues",
            encrypted,
            {},
            "noc:dnsdist.encryption.secret is not set while noc:certManager.enabled is false",
        ],
        [
            "with a certificate for addresses that are not known beforehand",
            { ...encrypted, addresses: [] },
            issued,
            "noc:dnsdist.addresses = [] is empty, but the certificate",
        ],
        [
            "with the resolver's name",
            encrypted,
            { ...issued, "dns.encryption": { name } },
            "is noc:dns.encryption.name, which has the resolver's addresses",
        ],
        [
            "with the resolver's address",
            { addresses: ["192.168.139.50"] },
            {},
            'noc:dnsdist.addresses[0] = "192.168.139.50"',
        ],
        ["that block every name", { blocked: ["."] }, {}, "is every name; list the domains"],
        [
            "that block the name of the health checks",
            { blocked: ["Internal"] },
            {},
            'noc:dnsdist.blocked[0] = "internal." covers health.noc.internal.',
        ],
        [
            "that block a domain twice",
            { blocked: ["ads.example", "ADS.example."] },
            {},
            'noc:dnsdist.blocked[1] = "ads.example." is also noc:dnsdist.blocked[0]; list it once',
        ],
        [
            "with more names than fit",
            { blocked: Array.from({ length: 20_000 }, (_, i) => `${"label-".repeat(8)}${i}.example`) },
            {},
            "has 20000 domains, which do not fit into a ConfigMap",
        ],
        [
            "that exempt names from nothing",
            { exempt: ["good.example"] },
            {},
            "noc:dnsdist.exempt has no effect while noc:dnsdist.blocked and noc:dnsdist.rewritten are empty",
        ],
        [
            "that are to be handed out by nobody",
            { handOut: true },
            { "dhcp.resolvers": ["192.168.139.50"] },
            "noc:dnsdist.handOut = true has no effect while noc:dhcp.resolvers lists what clients are told",
        ],
        [
            "with too little memory for its connections and the resolver's pods",
            { ...encrypted, cpu: "4", memory: "273Mi" },
            { ...issued, "dns.replicas": 1 },
            'noc:dnsdist.memory = "273Mi" is too little for its threads (noc:dnsdist.cpu) and 1 of the resolver\'s pods (noc:dns.replicas); set it to 274Mi or more',
        ],
        ["with an action that there is not", { rateLimit: { action: "delay" } }, {}, "use truncate, refuse or drop"],
    ] as const) {
        it(`are refused or warned of ${title}`, () => {
            expect(problemsWith({ ...on(own), ...others }).join("\n")).to.contain(problem);
        });
    }

    it("are accepted as they are documented", () => {
        const own = { ...encrypted, blocked: ["ads.example"], exempt: ["good.ads.example"], handOut: true };
        expect(problemsWith({ ...on(own), ...issued })).to.deep.equal([]);
    });
});
