import { expect } from "chai";

import { runProgram, valueOf } from "../../tools/mock-engine";
import { metadataOf, resource, stackRun } from "../../tests/support";
import { dnsPort, healthName } from "./unbound-config";

interface PodSpec {
    initContainers: Container[];
    containers: Container[];
    volumes: { name: string; projected?: unknown }[];
    securityContext: Record<string, unknown>;
    topologySpreadConstraints?: Record<string, unknown>[];
}
interface Container {
    name: string;
    args?: string[];
    securityContext: Record<string, unknown>;
    readinessProbe?: { exec: { command: string[] } };
    livenessProbe?: { exec: { command: string[] } };
}

async function podOf(stack: string, name: string): Promise<PodSpec> {
    return (resource(await stackRun(stack), name, "Deployment").inputs as { spec: { template: { spec: PodSpec } } })
        .spec.template.spec;
}

describe("DNS", () => {
    it("runs Unbound without root, privilege or a writable root file system", async () => {
        for (const app of ["unbound", "redis"]) {
            const pod = await podOf("poc", app);
            expect(pod.securityContext).to.include({ runAsNonRoot: true });
            for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
                expect(container.securityContext, container.name).to.deep.include({
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                });
            }
        }
    });

    it("starts Unbound on the mounted configuration, beside its exporter", async () => {
        const { containers } = await podOf("poc", "unbound");
        expect(containers.map(({ name }) => name)).to.deep.equal(["unbound", "unbound-exporter"]);
        expect(containers[0]?.args).to.deep.equal(["-d", "-c", "/config/unbound.conf"]);
    });

    it("probes for a name that no other server is asked for", async () => {
        const { containers } = await podOf("poc", "unbound");
        expect(containers[0]?.readinessProbe?.exec.command).to.include(healthName);
        expect(containers[0]?.livenessProbe?.exec.command).to.include(healthName);
        const { data } = resource(await stackRun("poc"), "unbound-config").inputs as { data: Record<string, string> };
        expect(data["unbound.conf"]).to.contain(`local-data: "${healthName}`);
    });

    it("spreads replicas over nodes and keeps one from being drained with the other", async () => {
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

    it("does not restart a pod because there shall be another", async () => {
        const more = await runProgram("poc", { settings: { "dns.replicas": 3 } });
        const { template } = (
            resource(more, "unbound", "Deployment").inputs as { spec: { template: { spec: PodSpec } } }
        ).spec;
        expect(template.spec).to.deep.equal(await podOf("poc", "unbound"));
    });

    it("takes the number of replicas back from whoever scaled by hand", async () => {
        const { annotations } = metadataOf(resource(await stackRun("poc"), "unbound", "Deployment"));
        expect(annotations).to.have.property("pulumi.com/patchForce", "true");
    });

    it("takes down no pod before another is ready", async () => {
        expect(resource(await stackRun("poc"), "unbound", "Deployment").inputs).to.have.deep.nested.property(
            "spec.strategy.rollingUpdate",
            { maxUnavailable: 0, maxSurge: 1 },
        );
    });

    it("names the pods' configuration anew when it changes, so that they roll", async () => {
        const { inputs } = resource(await stackRun("poc"), "unbound-config");
        expect(inputs).not.to.have.nested.property("metadata.name");
        expect(resource(await stackRun("poc"), "unbound", "Deployment").propertyDependencies.spec).to.include(
            "noc:dns:Dns$kubernetes:core/v1:ConfigMap::unbound-config",
        );
    });

    it("keeps passwords out of ConfigMaps, in secrets of the state", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "unbound-cachedb").inputs.stringData).to.equal("[secret]");
        expect(resource(run, "redis-config").inputs.stringData).to.equal("[secret]");
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("password-of-redis-password");
    });

    it("serves UDP and TCP on the one address that was asked for, and sees who asks", async () => {
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

    it("tells the address that was handed out, be it another than was asked for", async () => {
        const other = await runProgram("poc", { ingress: () => [{ ip: "192.0.2.7" }] });
        expect(await valueOf(other.outputs.dnsAddress as never)).to.equal("192.0.2.7");
    });

    it("tells a host name where the load balancer gives only that", async () => {
        const settings = { "dhcp.enabled": false };
        const named = await runProgram("poc", { settings, ingress: () => [{ hostname: "lb.example.org" }] });
        expect(await valueOf(named.outputs.dnsAddress as never)).to.equal("lb.example.org");
    });
});
