import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { metadataOf, resource, stackRun, standIn, waitsFor } from "../../tests/support";
import { keepRunning, waitForRedis } from "./unbound";
import { dnsPort, healthName } from "./unbound-config";

interface PodSpec {
    initContainers?: Container[];
    containers: Container[];
    securityContext: Record<string, unknown>;
    priorityClassName?: string;
    tolerations?: { key: string; tolerationSeconds: number }[];
    topologySpreadConstraints?: Record<string, unknown>[];
}
interface Container {
    name: string;
    args?: string[];
    command?: string[];
    securityContext: Record<string, unknown>;
    resources: Record<"requests" | "limits", Record<"cpu" | "memory", string> | undefined>;
    terminationMessagePolicy?: string;
    startupProbe?: { exec: { command: string[] } };
    readinessProbe?: { exec: { command: string[] } };
    livenessProbe?: { exec: { command: string[] } };
}
interface Policy {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: string[];
    ingress: { from?: unknown[]; ports: { port: number; protocol: string }[] }[];
    egress: { to?: unknown[]; ports: { port: number; protocol: string }[] }[];
}

const workloads = [
    ["unbound", "Deployment"],
    ["redis", "Deployment"],
    ["redis-exporter", "Deployment"],
    ["unbound-check", "Job"],
] as const;

async function podOf(stack: string, name: string, kind = "Deployment"): Promise<PodSpec> {
    return (resource(await stackRun(stack), name, kind).inputs as { spec: { template: { spec: PodSpec } } }).spec
        .template.spec;
}
const containersOf = ({ initContainers = [], containers }: PodSpec) => [...initContainers, ...containers];
const policyOf = async (stack: string, name: string) =>
    resource(await stackRun(stack), name, "NetworkPolicy").inputs.spec as Policy;

describe("the pods of DNS", () => {
    for (const [name, kind] of workloads) {
        it(`${name} runs without root, privileges, a service account's token or a writable root file system`, async () => {
            const pod = await podOf("poc", name, kind);
            expect(pod).to.include({ automountServiceAccountToken: false });
            expect(pod.securityContext).to.include({ runAsNonRoot: true });
            for (const container of containersOf(pod)) {
                expect(container.securityContext, container.name).to.deep.include({
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                });
            }
        });

        it(`${name} has requests and limits for CPU and memory`, async () => {
            for (const { name: container, resources } of containersOf(await podOf("poc", name, kind))) {
                expect(Object.keys(resources.requests ?? {}), container).to.deep.equal(["cpu", "memory"]);
                expect(Object.keys(resources.limits ?? {}), container).to.deep.equal(["cpu", "memory"]);
            }
        });

        it(`${name} may open and accept only what a network policy lists`, async () => {
            const { podSelector, policyTypes } = await policyOf("poc", name);
            expect(podSelector.matchLabels).to.deep.equal({ app: name });
            expect(policyTypes).to.deep.equal(["Ingress", "Egress"]);
        });
    }

    it("leave a lost node after 30 seconds, and have priority over others", async () => {
        for (const name of ["unbound", "redis"]) {
            const { tolerations = [], priorityClassName } = await podOf("poc", name);
            expect(tolerations.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).to.deep.equal([
                ["node.kubernetes.io/not-ready", 30],
                ["node.kubernetes.io/unreachable", 30],
            ]);
            expect(priorityClassName).to.equal("k8s-noc-core");
        }
    });

    it("are reached only by those that need them", async () => {
        const prometheus = {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
            podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        };
        const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });
        const port = (number: number, protocol = "TCP") => ({ port: number, protocol });
        const flows = async (name: string) => {
            const { ingress, egress } = await policyOf("poc", name);
            return { ingress, egress };
        };
        expect(await flows("unbound")).to.deep.equal({
            ingress: [{ ports: [port(dnsPort, "UDP"), port(dnsPort)] }, { from: [prometheus], ports: [port(9167)] }],
            egress: [{ to: [pods("redis")], ports: [port(6379)] }, { ports: [port(53, "UDP"), port(53)] }],
        });
        expect(await flows("redis")).to.deep.equal({
            ingress: [{ from: [pods("unbound"), pods("redis-exporter")], ports: [port(6379)] }],
            egress: [],
        });
        expect(await flows("redis-exporter")).to.deep.equal({
            ingress: [{ from: [prometheus], ports: [port(9121)] }],
            egress: [{ to: [pods("redis")], ports: [port(6379)] }],
        });
        expect(await flows("unbound-check")).to.deep.equal({ ingress: [], egress: [] });
    });

    it("may query servers on the ports that are set", async () => {
        const forwardZones = [{ name: ".", addresses: ["9.9.9.9"], tls: "dns.quad9.net" }];
        const stubZones = [{ name: "corp.example", addresses: ["10.0.0.1@5353"] }];
        const run = await stackRun("poc", {
            settings: { "dns.forwardZones": forwardZones, "dns.stubZones": stubZones },
        });
        const { egress } = resource(run, "unbound", "NetworkPolicy").inputs.spec as Policy;
        expect(egress[1]?.ports.map(({ port }) => port)).to.deep.equal([53, 53, 853, 853, 5353, 5353]);
    });

    it("spread over nodes, and only one at a time is drained", async () => {
        expect((await podOf("homelab", "unbound")).topologySpreadConstraints?.[0]).to.include({
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "DoNotSchedule",
        });
        const { resources } = await stackRun("poc");
        expect(resources.filter(({ type }) => type.endsWith("PodDisruptionBudget"))).to.have.length(0);
        expect(resource(await stackRun("homelab"), "unbound", "PodDisruptionBudget").inputs).to.have.nested.property(
            "spec.maxUnavailable",
            1,
        );
    });

    it("are not restarted when another one is added", async () => {
        const more = await stackRun("poc", { settings: { "dns.replicas": 3 } });
        const { template } = (
            resource(more, "unbound", "Deployment").inputs as { spec: { template: { spec: PodSpec } } }
        ).spec;
        expect(template.spec).to.deep.equal(await podOf("poc", "unbound"));
    });

    it("are as many as the stack's file says, even after kubectl scale, and deleted without a wait", async () => {
        const { annotations } = metadataOf(resource(await stackRun("poc"), "unbound", "Deployment"));
        expect(annotations).to.have.property("pulumi.com/patchForce", "true");
        // So that `destroy` does not wait for the pods' pre-stop sleep.
        expect(annotations).to.have.property("pulumi.com/deletionPropagationPolicy", "background");
    });
});

describe("Unbound's pod", () => {
    it("starts on the mounted configuration", async () => {
        const { containers } = await podOf("poc", "unbound");
        expect(containers[0]?.args).to.deep.equal(["-d", "-c", "/config/unbound.conf"]);
    });

    it("is ready while it answers its own name, over TCP, and alive while it answers its control socket", async () => {
        const [unbound] = (await podOf("poc", "unbound")).containers;
        expect(unbound?.readinessProbe?.exec.command).to.include.members(["-t", healthName]);
        expect(unbound?.startupProbe?.exec.command).to.include.members(["-t", healthName]);
        expect(unbound?.livenessProbe?.exec.command).to.deep.equal([
            "/usr/sbin/unbound-control",
            "-c",
            "/config/unbound.conf",
            "status",
        ]);
    });

    it("is replaced only when another one is ready", async () => {
        expect(resource(await stackRun("poc"), "unbound", "Deployment").inputs).to.have.deep.nested.property(
            "spec.strategy.rollingUpdate",
            { maxUnavailable: 0, maxSurge: 1 },
        );
    });

    it("rolls when its configuration changes, because the ConfigMap gets a new name", async () => {
        const { inputs } = resource(await stackRun("poc"), "unbound-config");
        expect(inputs).not.to.have.nested.property("metadata.name");
        expect(resource(await stackRun("poc"), "unbound", "Deployment").propertyDependencies.spec).to.include(
            "noc:dns:Dns$kubernetes:core/v1:ConfigMap::unbound-config",
        );
    });

    it("is touched only after unbound-checkconf of the same image has accepted the same files", async () => {
        const run = await stackRun("poc");
        const check = resource(run, "unbound-check", "Job");
        expect(waitsFor(run, resource(run, "unbound", "Deployment"))).to.include(check.id);
        const [checker, server] = await Promise.all([podOf("poc", "unbound-check", "Job"), podOf("poc", "unbound")]);
        const [container] = checker.containers;
        expect(container).to.deep.include({
            image: (server.containers[0] as unknown as { image: string }).image,
            command: ["/usr/sbin/unbound-checkconf", "/config/unbound.conf"],
            // Pulumi shows the last lines of the log only with this.
            terminationMessagePolicy: "FallbackToLogsOnError",
        });
        expect((checker as unknown as { volumes: unknown[] }).volumes[0]).to.deep.equal(
            (server as unknown as { volumes: unknown[] }).volumes[0],
        );
    });
});

describe("the shell scripts of Unbound's pod", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "noc-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const program = (name: string, script: string) => standIn(folder, name, script);
    const run = (script: string, ...args: string[]) =>
        spawnSync("sh", ["-c", script, "test", ...args], {
            encoding: "utf8",
            env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, REDIS: "192.0.2.1" },
        });

    it("start the exporter again when it ends, with its arguments, and end when they are told to", () => {
        const runs = join(folder, "runs");
        const exporter = program(
            "exporter",
            `echo "$@" >> ${runs}; test "$(wc -l < ${runs})" -lt 3 || kill $PPID; exit 7`,
        );
        const { status, stdout } = run(keepRunning(exporter, 0), "-a", "b c");
        expect(status).to.equal(0);
        expect(stdout).to.contain("the exporter has ended with status 7");
        expect(spawnSync("cat", [runs], { encoding: "utf8" }).stdout).to.equal("-a b c\n".repeat(3));
    });

    it("go on as soon as Redis accepts connections", () => {
        program("redis-cli", `echo x >> ${folder}/tries; test "$(wc -l < ${folder}/tries)" -ge 2`);
        expect(run(waitForRedis)).to.include({ status: 0, stdout: "" });
    });

    it("go on without Redis in the end, even if a connection hangs", () => {
        program("redis-cli", "sleep 60");
        const { status, stdout } = run(waitForRedis.replace("timeout 10", "timeout 1"));
        expect([status, stdout]).to.deep.equal([0, "no Redis, starting without it\n"]);
    });
});

describe("DNS", () => {
    it("keeps passwords out of ConfigMaps, in secrets of the state", async () => {
        const run = await stackRun("poc");
        for (const name of ["unbound-cachedb", "redis-config"]) {
            expect(resource(run, name).inputs.stringData).to.equal("[secret]");
        }
        expect(resource(run, "redis-exporter", "Secret").inputs.stringData).to.equal("[secret]");
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("password-of-redis-");
    });

    it("serves UDP and TCP on the one address that was asked for, and sees the clients' addresses", async () => {
        const service = resource(await stackRun("poc"), "unbound", "v1:Service");
        expect(metadataOf(service).annotations).to.have.property("metallb.io/loadBalancerIPs", "192.168.139.50");
        expect(service.inputs.spec).to.deep.include({
            type: "LoadBalancer",
            externalTrafficPolicy: "Local",
            loadBalancerClass: "metallb.io/metallb",
            ports: [
                { name: "dns", port: 53, protocol: "UDP", targetPort: dnsPort },
                { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: dnsPort },
            ],
        });
    });

    it("selects by its Service only pods that serve", async () => {
        const service = resource(await stackRun("poc"), "unbound", "v1:Service").inputs.spec as { selector: object };
        const served = await Promise.all(
            workloads.map(async ([name, kind]) => {
                const { template } = resource(await stackRun("poc"), name, kind).inputs.spec as {
                    template: { metadata: { labels: Record<string, string> } };
                };
                const { labels } = template.metadata;
                return Object.entries(service.selector).every(([key, value]) => labels[key] === value) ? [name] : [];
            }),
        );
        expect(served.flat()).to.deep.equal(["unbound"]);
    });
});
