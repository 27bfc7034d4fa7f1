import { expect } from "chai";

import { problemsWith, resource, stackRun } from "../../tests/support";
import type { Registration, Run } from "../../tools/mock-engine";
import { signals } from "./names";
import { grafanaCloudSettings } from "./settings";

const token = (signal: string) => `glc_${signal}_token`;
const destination = (signal: string) => ({
    url: `https://${signal}.example.net/push`,
    user: "123",
    token: token(signal),
});
const all = { enabled: true, ...Object.fromEntries(signals.map((signal) => [signal, destination(signal)])) };

/** Beside Prometheus and the collectors of logs, and instead of both. */
const beside = () => stackRun("homelab", { settings: { logs: { enabled: true }, grafanaCloud: all } });
const instead = () =>
    stackRun("homelab", {
        settings: { "monitoring.enabled": false, "monitoring.grafanaHost": undefined, grafanaCloud: all },
    });

interface Values {
    destinations: Record<string, unknown>;
    collectors: Record<string, { extraConfig?: string }>;
    clusterMetrics?: unknown;
    podLogsViaLoki?: unknown;
}
const chartIn = (run: Run): Values | undefined =>
    (
        run.resources.find(({ name, type }) => name === "k8s-monitoring" && type.endsWith(":Release")) as
            { inputs: { values: Values } } | undefined
    )?.inputs.values;
const ofKind = (run: Run, kind: string): Registration[] =>
    run.resources.filter(({ type }) => type.endsWith(`:${kind}`));

describe("Grafana Cloud", () => {
    it("gets from Prometheus what that scrapes, where there is one, and scrapes nothing itself", async () => {
        const run = await beside();
        const { values } = resource(run, "kube-prometheus-stack", "Release").inputs as {
            values: { prometheus: { prometheusSpec: { remoteWrite: Record<string, unknown>[] } } };
        };
        expect(values.prometheus.prometheusSpec.remoteWrite).to.deep.equal([
            {
                name: "grafana-cloud",
                url: "https://metrics.example.net/push",
                basicAuth: {
                    username: { name: "remote-write-grafana-cloud", key: "user" },
                    password: { name: "remote-write-grafana-cloud", key: "token" },
                },
                writeRelabelConfigs: [{ targetLabel: "cluster", replacement: "homelab" }],
            },
        ]);
        const chart = chartIn(run);
        expect(Object.keys(chart?.destinations ?? {})).to.deep.equal(["traces"]);
        expect(Object.keys(chart?.collectors ?? {})).to.deep.equal(["traces"]);
        expect(chart).not.to.have.any.keys("clusterMetrics", "hostMetrics", "podLogsViaLoki", "telemetryServices");
    });

    it("gets logs from the collectors of logs, where there are any, and otherwise has its own", async () => {
        const config = (run: Run) => JSON.stringify(resource(run, "log-collector", "Release").inputs);
        expect(config(await beside())).to.contain("https://logs.example.net/push");
        const alone = await stackRun("homelab", { settings: { grafanaCloud: all } });
        expect(chartIn(alone)).to.have.property("podLogsViaLoki");
        expect(alone.resources.map(({ name }) => name)).not.to.include("log-collector");
    });

    it("scrapes every monitor of the components once, where there is no Prometheus, and may connect", async () => {
        // Without monitoring, there is no Alertmanager for Argo CD's notifications.
        const local = await stackRun("homelab", { settings: { "argoCd.notifications": false } });
        const monitors = ofKind(local, "ServiceMonitor").map(({ inputs }) => {
            const { metadata } = inputs as { metadata: { name: string; namespace: string } };
            return metadata;
        });
        const run = await instead();
        expect(ofKind(run, "ServiceMonitor")).to.deep.equal([]);
        const { extraConfig = "" } = chartIn(run)?.collectors.metrics ?? {};
        const scraped = [...extraConfig.matchAll(/job_name +=\s"(.+)"/g)].map(([, job]) => job);
        expect(scraped).to.have.members(monitors.map(({ name }) => name));
        expect(new Set(scraped).size).to.equal(scraped.length);
        const open = ofKind(run, "NetworkPolicy").filter(({ name }) => name.endsWith("-from-grafana-cloud"));
        expect(open.map(({ inputs }) => (inputs.metadata as { namespace: string }).namespace)).to.have.members([
            ...new Set(monitors.map(({ namespace }) => namespace)),
        ]);
    });

    it("has one collector for each signal, never two", async () => {
        for (const [run, own] of [
            [await beside(), ["traces"]],
            [await instead(), ["metrics", "logs", "traces"]],
        ] as const) {
            expect(chartIn(run)?.collectors).to.have.all.keys(own);
        }
    });

    it("needs no chart where Prometheus and the collectors of logs send everything", async () => {
        const { metrics, logs } = all as Record<string, unknown>;
        const run = await stackRun("homelab", {
            settings: { logs: { enabled: true }, grafanaCloud: { enabled: true, metrics, logs } },
        });
        expect(chartIn(run)).to.equal(undefined);
        expect(run.resources.map(({ name }) => name)).not.to.include("grafana-cloud-default-deny");
    });

    it("keeps every token a secret", async () => {
        for (const run of [await beside(), await instead()]) {
            const readable = run.resources.filter(({ inputs }) => /glc_\w+_token/.test(JSON.stringify(inputs)));
            expect(readable.map(({ id }) => id)).to.deep.equal([]);
        }
    });

    it("takes each image from the site's mirror by the path of its registry", async () => {
        const run = await stackRun("homelab", {
            settings: {
                "monitoring.enabled": false,
                "monitoring.grafanaHost": undefined,
                "site.imageMirror": "mirror.lan/{registry}",
                grafanaCloud: all,
            },
        });
        const registries = JSON.stringify(chartIn(run)).match(/(?<="registry":")[^"]+/g) ?? [];
        expect([...registries].sort()).to.deep.equal([
            "mirror.lan/docker.io",
            "mirror.lan/ghcr.io",
            "mirror.lan/ghcr.io",
            "mirror.lan/quay.io",
            "mirror.lan/quay.io",
            "mirror.lan/registry.k8s.io",
        ]);
    });

    it("may run as root, and read the nodes' files, only for metrics and logs", async () => {
        const level = (run: Run) =>
            (resource(run, "grafana-cloud", "Namespace").inputs as { metadata: { labels: Record<string, string> } })
                .metadata.labels["pod-security.kubernetes.io/enforce"];
        expect(level(await beside())).to.equal("restricted");
        expect(level(await instead())).to.equal("privileged");
    });

    it("is refused without a destination, and over HTTP without TLS", () => {
        expect(problemsWith({ grafanaCloud: { enabled: true } }).join()).to.contain(
            "sends nothing; set noc:grafanaCloud.metrics",
        );
        const plain = { ...destination("logs"), url: "http://logs.example.net" };
        expect(grafanaCloudSettings.safeParse({ enabled: true, logs: plain }).success).to.equal(false);
    });
});
