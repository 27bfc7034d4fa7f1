import { expect } from "chai";

import { runProgram, valueOf } from "../../commands/mock-engine";
import { resource, stackRun, waitsFor } from "../../tests/support";

type Values = Record<string, Record<string, unknown>> & { prometheus: { prometheusSpec: Record<string, unknown> } };

const valuesOf = async (run = stackRun("poc")) =>
    (resource(await run, "kube-prometheus-stack", "Release").inputs as { values: Values }).values;

describe("monitoring", () => {
    it("picks up monitors, rules, probes and scrape configurations of everybody", async () => {
        const { prometheusSpec } = (await valuesOf()).prometheus;
        for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"]) {
            expect(prometheusSpec).to.have.property(`${kind}SelectorNilUsesHelmValues`, false);
        }
    });

    it("scrapes the control plane only where the stack says so", async () => {
        for (const [stack, enabled] of [
            ["poc", false],
            ["homelab", true],
        ] as const) {
            const values = await valuesOf(stackRun(stack));
            expect([
                values.kubeProxy,
                values.kubeEtcd,
                values.kubeScheduler,
                values.kubeControllerManager,
            ]).to.deep.equal(Array(4).fill({ enabled }));
        }
    });

    it("keeps samples as long as the stack says, on a volume where it names a size", async () => {
        expect((await valuesOf()).prometheus.prometheusSpec)
            .to.include({ retention: "7d" })
            .and.not.to.have.property("storageSpec");
        expect((await valuesOf(stackRun("homelab"))).prometheus.prometheusSpec).to.have.nested.property(
            "storageSpec.volumeClaimTemplate.spec.resources.requests.storage",
            "20Gi",
        );
    });

    it("generates Grafana's password, a secret in state and output", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "grafana-admin").inputs.stringData).to.equal("[secret]");
        expect(await valueOf(run.outputs.grafanaPassword as never)).to.equal("password-of-grafana-password");
        expect((await valuesOf()).grafana).to.deep.include({
            admin: { existingSecret: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
        });
    });

    it("takes a fixed password only where one is configured, and leaves it out of the state's plain text", async () => {
        const run = await runProgram("poc", { config: { "noc:monitoringGrafanaPassword": "correct horse battery" } });
        expect(await valueOf(run.outputs.grafanaPassword as never)).to.equal("correct horse battery");
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("correct horse");
    });

    it("switches on Git Sync where it is told to", async () => {
        expect((await valuesOf()).grafana).not.to.have.property("grafana.ini");
        const synced = await valuesOf(runProgram("poc", { config: { "noc:monitoringGitSync": "true" } }));
        expect(synced.grafana?.["grafana.ini"]).to.deep.equal({
            feature_toggles: { provisioning: true, kubernetesDashboards: true },
        });
    });

    it("runs the Grafana it names, under an address of its own", async () => {
        expect((await valuesOf()).grafana).to.deep.include({
            image: { registry: "docker.io", repository: "grafana/grafana", tag: "12.3.3" },
            service: { enabled: false },
        });
        expect(resource(await stackRun("poc"), "kube-prometheus-stack-grafana").inputs.spec).to.include({
            type: "LoadBalancer",
        });
    });

    it("owns the operator's CRDs and removes them, unless it is told to keep them", async () => {
        expect((await valuesOf()).crds).to.deep.equal({ enabled: false });
        expect(resource(await stackRun("poc"), "prometheus-operator-crds").inputs.values).to.deep.equal({});
        const kept = await runProgram("poc", { config: { "noc:monitoringKeepCrds": "true" } });
        expect(resource(kept, "prometheus-operator-crds").inputs.values).to.deep.equal({
            crds: { annotations: { "helm.sh/resource-policy": "keep" } },
        });
    });

    it("makes the kubelet's Service before the operator does, to remove it after the operator", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "kubelet").inputs).to.have.nested.include({
            "metadata.name": "kube-prometheus-stack-kubelet",
            "metadata.namespace": "kube-system",
        });
        expect(waitsFor(run, resource(run, "kube-prometheus-stack", "Release"))).to.include(
            "kubernetes:core/v1:Service::kubelet",
        );
    });

    it("watches every component, after the CRDs and after what it watches", async () => {
        const run = await stackRun("poc");
        const monitors = run.resources.filter(({ type }) => type.endsWith(":ServiceMonitor"));
        expect(monitors.map(({ name }) => name).sort()).to.deep.equal([
            "kea-dhcp-monitor",
            "metallb-monitor",
            "redis-monitor",
            "unbound-monitor",
        ]);
        for (const monitor of [...monitors, resource(run, "unbound-alerts")]) {
            expect([...waitsFor(run, monitor)], monitor.name).to.include(
                "kubernetes:helm.sh/v3:Release::prometheus-operator-crds",
            );
        }
        expect(waitsFor(run, resource(run, "kea-dhcp-monitor"))).to.include("kubernetes:helm.sh/v3:Release::kea-dhcp");
    });

    it("finds by its selectors the Services that there are", async () => {
        const { resources } = await stackRun("poc");
        for (const monitor of resources.filter(({ type }) => type.endsWith(":ServiceMonitor"))) {
            const { metadata, spec } = monitor.inputs as {
                metadata: { namespace: string };
                spec: { selector: { matchLabels: Record<string, string> }; endpoints: { port: string }[] };
            };
            const services = resources
                .filter(({ type }) => type === "kubernetes:core/v1:Service")
                .map(
                    ({ inputs }) =>
                        inputs as {
                            metadata: { namespace: string; labels: Record<string, string> };
                            spec: { ports: { name: string }[] };
                        },
                )
                .filter(
                    (service) =>
                        service.metadata.namespace === metadata.namespace &&
                        Object.entries(spec.selector.matchLabels).every(
                            ([key, value]) => service.metadata.labels[key] === value,
                        ),
                );
            expect(services, monitor.name).to.have.length(1);
            expect(services[0]?.spec.ports.map(({ name }) => name)).to.include(spec.endpoints[0]?.port);
        }
    });
});
