import { expect } from "chai";

import { runProgram } from "../../tools/mock-engine";
import { metadataOf, resource, stackRun, waitsFor } from "../../tests/support";

type Values = Record<string, Record<string, unknown>> & { prometheus: { prometheusSpec: Record<string, unknown> } };

const valuesOf = async (run = stackRun("poc")) =>
    (resource(await run, "kube-prometheus-stack", "Release").inputs as { values: Values }).values;

describe("monitoring", () => {
    it("selects the monitors, rules, probes and scrape configurations of all namespaces", async () => {
        const { prometheusSpec } = (await valuesOf()).prometheus;
        for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"]) {
            expect(prometheusSpec).to.have.property(`${kind}SelectorNilUsesHelmValues`, false);
        }
    });

    it("scrapes the control plane only if the settings say so", async () => {
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
            ]).to.deep.equal(Array(4).fill({ enabled, service: { enabled: true } }));
        }
    });

    it("replaces the chart's Service by its own for components with addresses, so that both can be changed back", async () => {
        const run = await stackRun("homelab", {
            settings: { "monitoring.controlPlaneEndpoints": { etcd: ["192.168.122.20", "192.168.122.21"] } },
        });
        const values = await valuesOf(Promise.resolve(run));
        expect(values.kubeEtcd).to.deep.equal({ enabled: true, service: { enabled: false } });
        expect(values.kubeProxy).to.deep.equal({ enabled: true, service: { enabled: true } });
        const name = "kube-prometheus-stack-kube-etcd-addresses";
        const service = resource(run, name, ":Service");
        // The labels that the chart's ServiceMonitor selects by.
        expect(metadataOf(service).labels).to.deep.equal({
            app: "kube-prometheus-stack-kube-etcd",
            release: "kube-prometheus-stack",
            jobLabel: "kube-etcd",
        });
        expect(service.inputs.spec).to.include({ clusterIP: "None" }).and.not.to.have.property("selector");
        expect(resource(run, name, ":Endpoints").inputs.subsets).to.deep.equal([
            {
                addresses: [{ ip: "192.168.122.20" }, { ip: "192.168.122.21" }],
                ports: [{ name: "http-metrics", port: 2381 }],
            },
        ]);
    });

    it("keeps samples as long as the settings say, on a volume if they name its size", async () => {
        expect((await valuesOf()).prometheus.prometheusSpec)
            .to.include({ retention: "7d" })
            .and.not.to.have.property("storageSpec");
        expect((await valuesOf(stackRun("homelab"))).prometheus.prometheusSpec).to.have.nested.property(
            "storageSpec.volumeClaimTemplate.spec.resources.requests.storage",
            "20Gi",
        );
    });

    it("installs the operator's CRDs and removes them on destroy, unless the settings say to keep them", async () => {
        expect((await valuesOf()).crds).to.deep.equal({ enabled: false });
        expect(resource(await stackRun("poc"), "prometheus-operator-crds").inputs.values).to.deep.equal({});
        const kept = await stackRun("poc", { settings: { "monitoring.keepCrds": true } });
        expect(resource(kept, "prometheus-operator-crds").inputs.values).to.deep.equal({
            crds: { annotations: { "helm.sh/resource-policy": "keep" } },
        });
    });

    it("creates the kubelet's Service before the operator does, and so deletes it after the operator", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "kubelet").inputs).to.have.nested.include({
            "metadata.name": "kube-prometheus-stack-kubelet",
            "metadata.namespace": "kube-system",
        });
        expect(waitsFor(run, resource(run, "kube-prometheus-stack", "Release"))).to.include(
            "noc:monitoring:Monitoring$kubernetes:core/v1:Service::kubelet",
        );
    });

    it("creates the monitors of every component, after the CRDs and after the component", async () => {
        const run = await stackRun("poc");
        const named = (kind: string) =>
            run.resources
                .filter(({ type }) => type.endsWith(`:${kind}`))
                .map(({ name }) => name)
                .sort();
        expect(named("ServiceMonitor")).to.include.members([
            "kea-dhcp-monitor",
            "metallb-monitor",
            "redis-monitor",
            "unbound-monitor",
        ]);
        expect(named("PrometheusRule")).to.include.members([
            "deployment-rules",
            "dhcp-rules",
            "dns-rules",
            "metallb-rules",
        ]);
        expect(named("Probe")).to.include.members(["api-server", "dns-tcp-0-address", "dns-udp-0-address", "grafana"]);
        expect(named("PodMonitor")).to.include.members(["dns-tcp-0-pods", "dns-udp-0-pods"]);
        for (const monitor of run.resources.filter(({ type }) => type.includes("monitoring.coreos.com"))) {
            expect([...waitsFor(run, monitor)], monitor.name).to.include(
                "noc:monitoring:OperatorCrds$kubernetes:helm.sh/v3:Release::prometheus-operator-crds",
            );
        }
        for (const name of ["kea-dhcp-monitor", "dhcp-rules"]) {
            expect(waitsFor(run, resource(run, name))).to.include(
                "noc:dhcp:Dhcp$kubernetes:helm.sh/v3:Release::kea-dhcp",
            );
        }
    });

    it("alerts when any of its jobs has no samples, or is gone", async () => {
        const { resources } = await stackRun("poc");
        const jobs = resources.flatMap(({ type, inputs }) => {
            const { metadata, spec } = inputs as { metadata: { name: string }; spec: { jobName: string } };
            return type.endsWith(":ServiceMonitor") ? [metadata.name] : type.endsWith(":Probe") ? [spec.jobName] : [];
        });
        const rules = JSON.stringify(resource(await stackRun("poc"), "deployment-rules").inputs.spec);
        for (const job of [...jobs, "kube-state-metrics"]) {
            expect(rules).to.contain(String.raw`absent(up{job=\"${job}\",namespace=`);
        }
    });

    it("probes the resolver at the address that the load balancer assigned, and each of its pods", async () => {
        const run = await runProgram("poc", {
            ingress: (service) => [{ ip: service === "unbound" ? "192.0.2.7" : "192.0.2.8" }],
        });
        expect(resource(run, "dns-udp-0-address").inputs.spec).to.deep.include({
            module: "dns-udp-0",
            targets: {
                staticConfig: {
                    static: ["192.0.2.7:53"],
                    labels: { transport: "udp", query: "health.noc.internal.", target: "address" },
                },
            },
        });
        const { selector, podMetricsEndpoints } = resource(run, "dns-tcp-0-pods").inputs.spec as {
            selector: object;
            podMetricsEndpoints: [{ port: string; params: object; relabelings: object[] }];
        };
        expect(selector).to.deep.equal({ matchLabels: { app: "unbound" } });
        expect(podMetricsEndpoints[0]).to.deep.include({ port: "dns-tcp", params: { module: ["dns-tcp-0"] } });
        // The pod's address becomes a parameter, and the blackbox exporter's address the target.
        expect(podMetricsEndpoints[0].relabelings).to.deep.include.members([
            { sourceLabels: ["__address__"], targetLabel: "__param_target" },
            { targetLabel: "__address__", replacement: "blackbox-exporter.monitoring.svc:9115" },
            { targetLabel: "job", replacement: "dns-probe" },
        ]);
    });

    it("has a module for every probe, with a timeout shorter than the probe's interval", async () => {
        const run = await stackRun("poc", { settings: { "dns.probeNames": ["example.org"] } });
        const { config } = (resource(run, "prometheus-blackbox-exporter").inputs as { values: { config: unknown } })
            .values;
        const { modules } = config as { modules: Record<string, { timeout: string; dns?: object } | null> };
        expect(Object.keys(modules).sort()).to.deep.equal([
            "dns-tcp-0",
            "dns-tcp-1",
            "dns-udp-0",
            "dns-udp-1",
            "http",
            "http_2xx",
        ]);
        expect(modules["dns-tcp-1"]?.dns).to.include({ transport_protocol: "tcp", query_name: "example.org" });
        for (const { inputs } of run.resources.filter(({ type }) => type.endsWith(":Probe"))) {
            const { module, interval } = inputs.spec as { module: string; interval: string };
            expect(Number.parseInt(modules[module]?.timeout ?? "")).to.be.lessThan(Number.parseInt(interval));
        }
    });

    it("notifies the receivers of the settings, and keeps their secrets", async () => {
        const receivers = [{ name: "noc", webhook: { url: "https://hooks.example.org/s3cret" } }];
        const run = await stackRun("poc", {
            settings: {
                "monitoring.receivers": receivers,
                "monitoring.heartbeat": "https://beats.example.org/s3cret",
            },
        });
        expect(resource(run, "alertmanager-routes").inputs.stringData).to.equal("[secret]");
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("s3cret");
        expect((await valuesOf(Promise.resolve(run))).alertmanager).to.deep.nested.include({
            "alertmanagerSpec.useExistingSecret": true,
            "alertmanagerSpec.configSecret": "alertmanager-routes",
        });
        expect(waitsFor(run, resource(run, "kube-prometheus-stack", "Release"))).to.include(
            "noc:monitoring:Monitoring$kubernetes:core/v1:Secret::alertmanager-routes",
        );
    });

    it("gives Grafana its dashboards, in a folder of their own, and opens with the overview", async () => {
        const run = await stackRun("poc");
        const dashboards = run.resources.filter(
            ({ name, type }) => name.startsWith("noc-") && type.endsWith(":ConfigMap"),
        );
        expect(dashboards.map(({ name }) => name).sort()).to.include.members([
            "noc-cluster",
            "noc-dhcp",
            "noc-dns",
            "noc-load-balancer",
            "noc-overview",
        ]);
        for (const dashboard of dashboards) {
            expect(metadataOf(dashboard).labels).to.include({ grafana_dashboard: "1" });
            // They are deployed also with monitoring alone.
            expect(
                [...waitsFor(run, dashboard)].filter((id) => id.includes("noc:dns") || id.includes("::unbound")),
            ).to.deep.equal([]);
            expect(metadataOf(dashboard).annotations).to.include({ "k8s-sidecar-target-directory": "NOC" });
        }
        expect((await valuesOf()).grafana).to.have.nested.property(
            "grafana\\.ini.dashboards.default_home_dashboard_path",
            "/tmp/dashboards/NOC/noc-overview.json",
        );
    });

    it("installs metrics-server if the settings say so", async () => {
        expect((await stackRun("poc")).resources.map(({ name }) => name)).not.to.include("metrics-server");
        const { inputs } = resource(await stackRun("homelab"), "metrics-server");
        expect(inputs).to.deep.include({ namespace: "kube-system" });
        expect(inputs.values).to.deep.include({ args: ["--kubelet-insecure-tls"] });
        const checked = await stackRun("homelab", { settings: { "monitoring.metricsServer": "on" } });
        expect(resource(checked, "metrics-server").inputs.values).to.deep.include({ args: [] });
    });

    it("selects exactly one Service with each ServiceMonitor", async () => {
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
