import { expect } from "chai";

import { type Run, type SettingChanges, valueOf } from "../../tools/mock-engine";
import { metadataOf, resource, stackRun } from "../../tests/support";

const grafanaOf = (run: Run) =>
    (resource(run, "kube-prometheus-stack", "Release").inputs as { values: { grafana: Record<string, unknown> } })
        .values.grafana;
const serviceOf = (run: Run) =>
    resource(run, "kube-prometheus-stack-grafana", ":Service").inputs.spec as Record<string, unknown>;
const changed = (settings: SettingChanges) => stackRun("poc", { settings });

describe("Grafana", () => {
    it("has a generated password, which is a secret in state and outputs", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "grafana-admin").inputs.stringData).to.equal("[secret]");
        expect(await valueOf(run.outputs.grafanaPassword as never)).to.equal("password-of-grafana-password");
    });

    it("has the password of the settings, which no input shows", async () => {
        const run = await changed({ "monitoring.grafanaPassword": "correct horse battery" });
        expect(await valueOf(run.outputs.grafanaPassword as never)).to.equal("correct horse battery");
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("correct horse");
    });

    it("restarts with a changed password, because the new Secret has another name", async () => {
        const run = await stackRun("poc");
        const admin = resource(run, "grafana-admin");
        expect(metadataOf(admin)).not.to.have.property("name");
        expect(grafanaOf(run)).to.deep.include({
            admin: { existingSecret: "grafana-admin-1a2b3c", userKey: "admin-user", passwordKey: "admin-password" },
        });
        expect(resource(run, "kube-prometheus-stack", "Release").propertyDependencies.values).to.include(admin.id);
    });

    it("has the feature toggles for Git Sync if the settings say so", async () => {
        expect(grafanaOf(await stackRun("poc"))).not.to.have.nested.property("grafana\\.ini.feature_toggles");
        expect(grafanaOf(await changed({ "monitoring.gitSync": true }))).to.have.deep.nested.property(
            "grafana\\.ini.feature_toggles",
            { provisioning: true, kubernetesDashboards: true },
        );
    });

    it("reads only ConfigMaps, and only those of monitoring", async () => {
        const run = await stackRun("poc");
        const { rbac, sidecar } = grafanaOf(run) as {
            rbac: object;
            sidecar: Record<"dashboards" | "datasources", { resource: string; searchNamespace: string }>;
        };
        expect(rbac).to.deep.equal({ create: false });
        for (const { resource, searchNamespace } of [sidecar.dashboards, sidecar.datasources]) {
            expect([resource, searchNamespace]).to.deep.equal(["configmap", "monitoring"]);
        }
        const role = resource(run, "grafana-sidecars", ":Role").inputs as {
            metadata: { namespace: string };
            rules: object[];
        };
        expect(role.metadata.namespace).to.equal("monitoring");
        expect(role.rules).to.deep.equal([
            { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
        ]);
        expect(resource(run, "grafana-sidecars", ":RoleBinding").inputs.subjects).to.deep.equal([
            { kind: "ServiceAccount", name: "kube-prometheus-stack-grafana", namespace: "monitoring" },
        ]);
    });

    it("has no address on the network unless the settings name one", async () => {
        const run = await stackRun("poc");
        expect(serviceOf(run)).to.deep.equal({
            type: "ClusterIP",
            selector: { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": "kube-prometheus-stack" },
            ports: [{ name: "http-web", port: 80, targetPort: 3000 }],
        });
        expect(run.outputs.grafanaAddress).to.equal(undefined);
        expect(resource(run, "grafana", ":Probe").inputs).to.have.nested.property(
            "spec.targets.staticConfig.static[0]",
            "http://kube-prometheus-stack-grafana.monitoring.svc/api/health",
        );
    });

    it("serves its address over plain HTTP where the settings choose that", async () => {
        const run = await changed({
            "monitoring.grafanaAddress": "192.168.139.52",
            "monitoring.grafanaPlainHttp": true,
        });
        expect(serviceOf(run)).to.deep.include({
            type: "LoadBalancer",
            ports: [{ name: "http-web", port: 80, targetPort: 3000 }],
        });
        expect(await valueOf(run.outputs.grafanaAddress as never)).to.equal("192.168.139.52");
        expect(resource(run, "grafana", ":Probe").inputs).to.have.nested.property(
            "spec.targets.staticConfig.static[0]",
            "http://192.168.139.52/api/health",
        );
    });

    it("serves HTTPS with the certificate of a Secret, to the networks that may connect", async () => {
        const run = await changed({
            "monitoring.grafanaAddress": "192.168.139.52",
            "monitoring.grafanaTlsSecret": "grafana-tls",
            "monitoring.grafanaSourceRanges": ["192.168.0.0/16"],
        });
        expect(serviceOf(run)).to.deep.include({
            ports: [{ name: "http-web", port: 443, targetPort: 3000 }],
            loadBalancerSourceRanges: ["192.168.0.0/16"],
        });
        expect(grafanaOf(run)).to.deep.nested.include({
            "grafana\\.ini.server.protocol": "https",
            "grafana\\.ini.server.cert_file": "/etc/grafana/tls/tls.crt",
            "readinessProbe.httpGet.scheme": "HTTPS",
            "livenessProbe.httpGet.scheme": "HTTPS",
            "serviceMonitor.scheme": "https",
            "sidecar.dashboards.reloadURL": "https://localhost:3000/api/admin/provisioning/dashboards/reload",
            "extraSecretMounts[0].secretName": "grafana-tls",
        });
        expect(resource(run, "grafana", ":Probe").inputs).to.have.nested.property(
            "spec.targets.staticConfig.static[0]",
            "https://192.168.139.52/api/health",
        );
    });
});
