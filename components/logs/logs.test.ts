import { expect } from "chai";

import { metadataOf, problemsWith, resource, stackRun } from "../../tests/support";
import { collectorConfig } from "./collector-config";

const settings = { logs: { enabled: true, retentionDays: 3, size: "5Gi" } };
const run = () => stackRun("homelab", { settings });

interface Spec {
    ingress: { from?: unknown[]; ports: { port: number }[] }[];
    egress: { to?: unknown[]; ports: { port: number }[] }[];
}
const peer = (namespace: string, labels: object) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
});
const lokiPods = { "app.kubernetes.io/name": "loki", "app.kubernetes.io/component": "single-binary" };
const collectorPods = { "app.kubernetes.io/name": "alloy", "app.kubernetes.io/instance": "log-collector" };

describe("logs", () => {
    it("lets only the collector read the nodes' files, in a namespace of its own", async () => {
        const level = async (name: string) =>
            metadataOf(resource(await run(), name, "Namespace")).labels["pod-security.kubernetes.io/enforce"];
        expect(await level("logs")).to.equal("restricted");
        expect(await level("log-collector")).to.equal("privileged");
        const { values } = resource(await run(), "log-collector", "Release").inputs as {
            values: { alloy: { securityContext: object }; rbac: Record<"rules" | "clusterRules", unknown[]> };
        };
        expect(values.alloy.securityContext).to.deep.include({
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
        });
        expect([...values.rbac.rules, ...values.rbac.clusterRules]).to.deep.equal([
            { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
            { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
        ]);
    });

    it("opens Loki, which has no password, to Grafana, the collectors and Prometheus alone", async () => {
        const { ingress, egress } = resource(await run(), "loki", "NetworkPolicy").inputs.spec as Spec;
        expect(ingress.flatMap(({ from }) => from ?? ["anyone"])).to.deep.equal([
            peer("monitoring", { "app.kubernetes.io/name": "grafana" }),
            peer("log-collector", collectorPods),
            peer("monitoring", { "app.kubernetes.io/name": "prometheus" }),
        ]);
        expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([3100, 3100]);
        expect(egress).to.deep.equal([]);
    });

    it("shows Loki in Grafana, and lets Grafana connect, only where there is one", async () => {
        const grafana = async (stack: Awaited<ReturnType<typeof stackRun>>) =>
            Promise.resolve((resource(stack, "grafana", "NetworkPolicy").inputs.spec as Spec).egress);
        const toLoki = { to: [peer("logs", lokiPods)], ports: [{ port: 3100, protocol: "TCP" }] };
        expect(await grafana(await run())).to.deep.include(toLoki);
        expect(await grafana(await stackRun("poc"))).not.to.deep.include(toLoki);
        const { data } = resource(await run(), "grafana-source-loki").inputs as { data: Record<string, string> };
        expect(JSON.parse(Object.values(data)[0] ?? "")).to.deep.equal({
            apiVersion: 1,
            datasources: [
                {
                    name: "Loki",
                    uid: "loki",
                    type: "loki",
                    url: "http://loki.logs.svc:3100",
                    access: "proxy",
                    editable: false,
                },
            ],
        });
    });

    it("keeps the logs as long as the settings say, on a volume of their size, and gives Loki no right in the cluster", async () => {
        const { values } = resource(await run(), "loki", "Release").inputs as {
            values: {
                loki: { limits_config: object; compactor: object; auth_enabled: boolean };
                singleBinary: { persistence: object };
                rbac: object;
                sidecar: object;
            };
        };
        expect(values.loki.limits_config).to.deep.equal({ retention_period: "72h" });
        expect(values.loki.compactor).to.include({ retention_enabled: true });
        expect(values.singleBinary.persistence).to.deep.equal({ size: "5Gi" });
        // Without both, the chart lets Loki read all Secrets of the cluster.
        expect(values.rbac).to.deep.equal({ namespaced: true });
        expect(values.sidecar).to.deep.equal({ rules: { enabled: false } });
    });

    it("is scraped in both namespaces, and watched in both", async () => {
        for (const [name, namespace] of [
            ["loki", "logs"],
            ["log-collector", "log-collector"],
        ] as const) {
            const { metadata } = resource(await run(), `${name}-monitor`).inputs as { metadata: { namespace: string } };
            expect(metadata.namespace).to.equal(namespace);
        }
        const rules = JSON.stringify(resource(await run(), "deployment-rules").inputs);
        expect(rules).to.contain("|log-collector|").and.to.contain("|logs|");
    });

    it("needs Grafana, which shows them", () => {
        expect(problemsWith({ logs: { enabled: true }, "monitoring.enabled": false }).join()).to.contain(
            "noc:logs.enabled = true needs monitoring",
        );
    });

    it("shows of DNS and DHCP what is deployed", async () => {
        const titles = async (changes: object) => {
            const stack = await stackRun("homelab", { settings: { ...settings, ...changes } });
            return JSON.stringify(resource(stack, "noc-logs").inputs);
        };
        expect(await titles({}))
            .to.contain("Unbound")
            .and.to.contain("Kea");
        expect(await titles({ "dhcp.enabled": false })).not.to.contain("Kea");
    });
});

describe("the collector's configuration", () => {
    const config = collectorConfig([
        { name: "local", url: "http://loki.logs.svc:3100/loki/api/v1/push", waitsForever: true },
        {
            name: "cloud",
            url: "https://logs.example.org/push",
            credentials: { user: "123", passwordFile: "/etc/token" },
        },
    ]);

    it("sends every line to all destinations, and holds back what the local one does not take", () => {
        expect(config).to.contain("forward_to = [loki.write.local.receiver, loki.write.cloud.receiver]");
        expect(config.match(/max_backoff_retries = 0/g)).to.have.length(1);
    });

    it("reads the password from a file, and writes none down", () => {
        expect(config).to.contain('password_file = "/etc/token"');
    });

    it("drops the answers to health checks, and no others", () => {
        const [, expression = ""] = /expression = (".*")/.exec(config) ?? [];
        const dropped = new RegExp(JSON.parse(expression) as string);
        const answer = (name: string) => `unbound[1:0] reply: 127.0.0.1 ${name} A IN NOERROR 0.000000 1 56`;
        expect(dropped.test(answer("health.noc.internal."))).to.equal(true);
        expect(dropped.test(answer("www.health.noc.internal."))).to.equal(false);
        expect(dropped.test(answer("healthXnoc.internal."))).to.equal(false);
    });
});
