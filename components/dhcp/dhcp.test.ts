import { expect } from "chai";
import { parseAllDocuments, stringify } from "yaml";

import { runProgram, valueOf } from "../../tools/mock-engine";
import { metadataOf, resource, stackRun, waitsFor } from "../../tests/support";
import { keaConfig, type KeaConfigOptions } from "./kea-config";
import { keaValues } from "./values";

const options: KeaConfigOptions = {
    resolvers: ["10.0.0.53"],
    serverIdentifier: "10.0.0.67",
    domain: "noc.local",
    validLifetime: 4000,
    renewTimer: 1000,
    rebindTimer: 2000,
    log: "errors",
    options: [],
    subnets: [
        {
            id: 7,
            subnet: "10.1.0.0/24",
            pools: ["10.1.0.100-10.1.0.200"],
            router: "10.1.0.1",
            options: [{ name: "ntp-servers", data: "10.0.0.123" }],
            reservations: [{ hwAddress: "02:AA:00:00:00:01", address: "10.1.0.10", hostname: "printer", options: [] }],
        },
    ],
};
const site = { imageMirror: undefined, storageClass: undefined } as Parameters<typeof keaValues>[2];

/** As much of what the chart renders as the post-renderer touches. */
function chartOutput(annotations: unknown): string {
    return [
        { kind: "ServiceAccount", metadata: { name: "kea-dhcp" } },
        { kind: "ConfigMap", metadata: { name: "kea-dhcp" }, data: { "kea-dhcp4.conf": "{}", "keactrl.conf": "x" } },
        { kind: "Service", metadata: { name: "kea-dhcp" }, spec: { type: "ClusterIP" } },
        { kind: "Service", metadata: { name: "kea-dhcp-headless" }, spec: { clusterIP: "None" } },
        {
            kind: "StatefulSet",
            metadata: { name: "kea-dhcp" },
            spec: {
                template: {
                    metadata: {
                        annotations,
                        labels: { "app.kubernetes.io/name": "kea-dhcp", "checksum/config": "abc" },
                    },
                    spec: {
                        initContainers: [{ name: "init-kea" }],
                        containers: [{ name: "kea-dhcp", image: "kea:1", readinessProbe: { initialDelaySeconds: 10 } }],
                        volumes: [{ name: "kea-config", emptyDir: {} }],
                    },
                },
            },
        },
    ]
        .map((object) => stringify(object))
        .join("---\n");
}

interface Manifest {
    kind: string;
    metadata: { name: string };
    data: Record<string, string>;
    spec: {
        template: {
            metadata: { annotations: Record<string, string>; labels: Record<string, string> };
            spec: {
                initContainers?: unknown;
                containers: Record<string, unknown>[];
                volumes: unknown[];
                terminationGracePeriodSeconds?: number;
            };
        };
    };
}

async function rendered(config: ReturnType<typeof keaConfig>): Promise<Manifest[]> {
    const { postRender } = (await import("./kea-post-render.mjs")) as { postRender: (text: string) => string };
    const { podAnnotations } = keaValues(config, "100Mi", site);
    return parseAllDocuments(postRender(chartOutput(podAnnotations))).map((document) => document.toJS() as Manifest);
}

const find = (manifests: Manifest[], kind: string) =>
    manifests.find((manifest) => manifest.kind === kind) ?? expect.fail(`no ${kind}`);

describe("Kea's configuration", () => {
    const { Dhcp4 } = keaConfig(options);

    it("hands out the resolver, and the address to renew at", () => {
        expect(Dhcp4["option-data"]).to.deep.include({ name: "domain-name-servers", data: "10.0.0.53" });
        expect(Dhcp4["option-data"]).to.deep.include({ name: "dhcp-server-identifier", data: "10.0.0.67" });
    });

    it("listens to relays by plain UDP", () => {
        expect(Dhcp4["interfaces-config"]).to.deep.equal({ interfaces: ["*"], "dhcp-socket-type": "udp" });
    });

    it("honours reservations in their subnet", () => {
        expect(Dhcp4).to.include({ "reservations-global": false, "reservations-in-subnet": true });
        expect(Dhcp4.subnet4[0]).to.deep.equal({
            id: 7,
            subnet: "10.1.0.0/24",
            pools: [{ pool: "10.1.0.100-10.1.0.200" }],
            "option-data": [
                { name: "routers", data: "10.1.0.1" },
                { name: "ntp-servers", data: "10.0.0.123" },
            ],
            reservations: [{ "hw-address": "02:aa:00:00:00:01", "ip-address": "10.1.0.10", hostname: "printer" }],
        });
    });

    it("keeps leases on the volume", () => {
        expect(Dhcp4["lease-database"]).to.include({ type: "memfile", persist: true, name: "/data/dhcp4.leases" });
        expect(Dhcp4).to.include({ "valid-lifetime": 4000, "renew-timer": 1000, "rebind-timer": 2000 });
    });

    it("logs what its level names, and of all else, such as the exporter's commands, only what goes wrong", () => {
        const levels = (log: KeaConfigOptions["log"]) =>
            keaConfig({ ...options, log }).Dhcp4.loggers.map(({ name, severity, debuglevel }) =>
                [name, severity, debuglevel].filter(Boolean).join(" "),
            );
        expect(levels("errors")).to.deep.equal(["kea-dhcp4 WARN"]);
        expect(levels("leases")).to.deep.equal([
            "kea-dhcp4 WARN",
            "kea-dhcp4.leases INFO",
            "kea-dhcp4.alloc-engine INFO",
        ]);
        expect(levels("packets")).to.deep.equal([
            ...levels("leases"),
            "kea-dhcp4.packets DEBUG 45",
            "kea-dhcp4.bad-packets DEBUG 50",
        ]);
    });

    it("refuses to hand out a host name as a resolver", () => {
        expect(() => keaConfig({ ...options, resolvers: ["lb.example.org"] })).to.throw("lb.example.org");
    });

    it("leaves the server identifier to Kea where the load balancer gives only a host name", () => {
        const names = keaConfig({ ...options, serverIdentifier: "lb.example.org" }).Dhcp4["option-data"].map(
            (option) => option.name,
        );
        expect(names).not.to.include("dhcp-server-identifier");
    });
});

describe("the Kea chart's post-renderer", () => {
    it("puts the configuration in its place and its hash on the pod", async () => {
        const manifests = await rendered(keaConfig(options));
        expect(JSON.parse(find(manifests, "ConfigMap").data["kea-dhcp4.conf"] ?? "")).to.deep.equal(
            JSON.parse(JSON.stringify(keaConfig(options))),
        );
        const { metadata } = find(manifests, "StatefulSet").spec.template;
        expect(Object.keys(metadata.annotations)).to.deep.equal(["k8s-noc/config-hash"]);
        expect(metadata.labels).not.to.have.property("checksum/config");
    });

    it("changes the pod when, and only when, the configuration changes", async () => {
        const pod = async (change: Partial<KeaConfigOptions>) =>
            JSON.stringify(find(await rendered(keaConfig({ ...options, ...change })), "StatefulSet"));
        expect(await pod({})).to.equal(await pod({}));
        expect(await pod({ validLifetime: 4001 })).not.to.equal(await pod({}));
    });

    it("makes Kea process 1, with the exporter beside it on the shared socket", async () => {
        const { spec } = find(await rendered(keaConfig(options)), "StatefulSet").spec.template;
        expect(spec.initContainers).to.equal(undefined);
        expect(spec.containers.map(({ name }) => name)).to.deep.equal(["kea-dhcp", "kea-exporter"]);
        const [kea, exporter] = spec.containers as [
            { args: string[]; image: string; volumeMounts: unknown[] },
            { args: string[]; ports: unknown[]; volumeMounts: unknown[] },
        ];
        expect(kea.image).to.equal("kea:1");
        expect(kea.args[0]).to.match(/&& exec \/usr\/local\/sbin\/kea-dhcp4 /);
        expect(kea.volumeMounts).to.deep.include({ name: "run", mountPath: "/run/kea" });
        expect(exporter.volumeMounts).to.deep.equal([{ name: "run", mountPath: "/run/kea" }]);
        expect(exporter.ports).to.deep.equal([{ name: "metrics", containerPort: 9547 }]);
    });

    it("does not wait half a minute for an exporter that knows no SIGTERM", async () => {
        const { spec } = find(await rendered(keaConfig(options)), "StatefulSet").spec.template;
        expect(spec.terminationGracePeriodSeconds).to.equal(5);
    });

    it("leaves the Service with an address to the program", async () => {
        const services = (await rendered(keaConfig(options))).filter(({ kind }) => kind === "Service");
        expect(services.map(({ metadata }) => metadata.name)).to.deep.equal(["kea-dhcp-headless"]);
    });

    it("says what to do when the chart no longer renders what it completes", async () => {
        const { postRender } = (await import("./kea-post-render.mjs")) as { postRender: (text: string) => string };
        expect(() => postRender(stringify({ kind: "ConfigMap" }))).to.throw(
            "the chart renders no StatefulSet any more",
        );
    });
});

describe("DHCP", () => {
    const config = async (options: Parameters<typeof runProgram>[1]) => {
        const run = await runProgram("poc", options);
        const { values } = resource(run, "kea-dhcp", "Release").inputs as {
            values: { podAnnotations: Record<string, string> };
        };
        return (JSON.parse(values.podAnnotations["k8s-noc/kea-dhcp4.conf"] ?? "") as ReturnType<typeof keaConfig>)
            .Dhcp4;
    };

    it("hands out the address that DNS was really given", async () => {
        const { "option-data": data } = await config({
            ingress: (service) => [{ ip: service === "unbound" ? "192.0.2.53" : "192.0.2.67" }],
        });
        expect(data).to.deep.include({ name: "domain-name-servers", data: "192.0.2.53" });
        expect(data).to.deep.include({ name: "dhcp-server-identifier", data: "192.0.2.67" });
    });

    it("has the DNS address in the graph, not only in a list of dependencies", async () => {
        const release = resource(await stackRun("poc"), "kea-dhcp", "Release");
        expect(release.propertyDependencies.values)
            .to.include("noc:dns:Dns$kubernetes:core/v1:Service::unbound")
            .and.include("noc:dhcp:Dhcp$kubernetes:core/v1:Service::kea-dhcp");
    });

    it("hands out the configured resolvers where DNS is switched off", async () => {
        const { "option-data": data } = await config({
            settings: { "dns.enabled": false, "dhcp.resolvers": ["192.168.1.53"] },
        });
        expect(data).to.deep.include({ name: "domain-name-servers", data: "192.168.1.53" });
    });

    it("names the chart's image itself and keeps the leases on a volume", async () => {
        const { values, postrender } = resource(await stackRun("poc"), "kea-dhcp", "Release").inputs as {
            values: Record<string, unknown>;
            postrender: string;
        };
        expect(values.image).to.deep.include({ repository: "ghcr.io/mglants/kea-dhcp", tag: "2.5.8" });
        expect(values.persistence).to.deep.include({ enabled: true, size: "100Mi" });
        expect(postrender).to.equal("./components/dhcp/kea-post-render.mjs");
    });

    it("is reached under its own address, by clients as themselves", async () => {
        const service = resource(await stackRun("poc"), "kea-dhcp", "Service");
        expect(service.inputs.spec).to.deep.include({ type: "LoadBalancer", externalTrafficPolicy: "Local" });
        expect(metadataOf(service).annotations).to.have.property("metallb.io/loadBalancerIPs", "192.168.139.51");
    });

    it("waits for DNS, and for nothing of monitoring", async () => {
        const run = await stackRun("poc");
        const before = waitsFor(run, resource(run, "kea-dhcp", "Release"));
        expect(before).to.include("noc:dns:Dns$kubernetes:apps/v1:Deployment::unbound");
        expect([...before].filter((id) => /monitoring|prometheus/.test(id))).to.deep.equal([]);
    });

    it("tells its address", async () => {
        const { outputs } = await stackRun("poc");
        expect(await valueOf(outputs.dhcpAddress as never)).to.equal("192.168.139.51");
    });
});
