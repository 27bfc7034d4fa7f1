import { expect } from "chai";

import { environment } from "../../config/environment";
import { runProgram } from "../../tools/mock-engine";
import { queriesOf } from "../../tools/queries";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";

interface Target {
    labels: { job: string; instance: string };
    health: string;
    lastError: string;
}
/** What kubeadm lets listen on loopback alone. */
const controlPlane = ["kube-etcd", "kube-scheduler", "kube-controller-manager", "kube-proxy"];
const remedy = (job: string): string =>
    controlPlane.includes(job) ? " (docs/kubeadm.md, or set noc:monitoring.controlPlane to false)" : "";

interface Rule {
    name: string;
    health: string;
    lastError?: string;
}

describe("monitoring", () => {
    let stack: Deployed;
    let grafana: string;
    let prometheus: { port: number; close: () => void } | undefined;

    before(async function () {
        stack = await deployed();
        grafana = `http://${stack.outputs.grafanaAddress ?? unchecked(this, "monitoring is switched off")}`;
        prometheus = await stack.cluster.forwardMonitoring("app.kubernetes.io/name=prometheus", 9090);
    });

    after(() => prometheus?.close());

    async function api<T>(path: string): Promise<T> {
        const response = await fetch(`http://127.0.0.1:${prometheus?.port}/api/v1/${path}`);
        return ((await response.json()) as { data: T }).data;
    }

    it("has every target up, those of this stack's components among them", async () => {
        const { metallb, dns, dhcp, monitoring } = stack.settings;
        const jobs = [
            metallb.enabled && "metallb",
            dns.enabled && "unbound",
            dns.enabled && "redis",
            dns.enabled && "dns-probe",
            dhcp.enabled && "kea-dhcp",
            ...(monitoring.controlPlane ? controlPlane : []),
        ].filter(Boolean);
        await eventually(async () => {
            const { activeTargets } = await api<{ activeTargets: Target[] }>("targets?state=active");
            const down = activeTargets.filter(({ health }) => health !== "up");
            expect(
                down.map(
                    ({ labels, lastError }) => `${labels.job} ${labels.instance}: ${lastError}${remedy(labels.job)}`,
                ),
            ).to.deep.equal([]);
            expect([...new Set(activeTargets.map(({ labels }) => labels.job))]).to.include.members(jobs);
            // The kubelet takes its time to mount a new configuration into Prometheus' pod.
        }, 180);
    });

    it("has its rules loaded and evaluates every one of them", async () => {
        const ours = queriesOf(await runProgram(environment.stack))
            .filter(({ kind }) => kind === "rule")
            .map(({ source }) => source);
        await eventually(async () => {
            const { groups } = await api<{ groups: { name: string; rules: Rule[] }[] }>("rules");
            const loaded = groups.flatMap(({ rules }) => rules.map(({ name }) => name));
            expect(loaded).to.include.members(ours);
            const bad = groups.flatMap(({ rules }) => rules).filter(({ health }) => health !== "ok");
            expect(bad.map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ""}`)).to.deep.equal([]);
        }, 90);
    });

    it("is answered by everything that it probes", async () => {
        await eventually(async () => {
            const { result } = await api<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
                "query?query=probe_success",
            );
            expect(result).not.to.deep.equal([]);
            const unanswered = result.filter(({ value }) => value[1] !== "1");
            expect(
                unanswered.map(({ metric }) => [metric.instance, metric.transport, metric.query].join(" ").trim()),
                "a resolver refuses whom noc:dns.allowFrom leaves out; the probes come from the pod network",
            ).to.deep.equal([]);
        }, 90);
    });

    it("has an Alertmanager that knows whom to tell", async () => {
        const alertmanager = await stack.cluster.forwardMonitoring("app.kubernetes.io/name=alertmanager", 9093);
        try {
            const { receivers, heartbeat } = stack.settings.monitoring;
            const response = await fetch(`http://127.0.0.1:${alertmanager.port}/api/v2/receivers`);
            const known = ((await response.json()) as { name: string }[]).map(({ name }) => name);
            expect(known).to.have.members([
                "null",
                ...(heartbeat ? ["heartbeat"] : []),
                ...receivers.map(({ name }) => name),
            ]);
        } finally {
            alertmanager.close();
        }
    });

    it("measures what nodes and pods use (kubectl top)", async function () {
        if (stack.settings.monitoring.metricsServer === "off") {
            unchecked(this, "noc:monitoring.metricsServer is off");
        }
        await eventually(async () => {
            expect((await stack.cluster.usage.getNodeMetrics()).items).not.to.deep.equal([]);
        }, 90);
    });

    it("has a healthy Grafana under its own address", async () => {
        const health = (await (await fetch(`${grafana}/api/health`)).json()) as { database: string };
        expect(health.database).to.equal("ok");
    });

    it("lets the admin into Grafana with the stack's password, and with no other", async function () {
        const login = (password: string) =>
            fetch(`${grafana}/api/user`, {
                headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` },
            });
        const { status } = await login(stack.outputs.grafanaPassword ?? "");
        if (status === 404) {
            unchecked(this, "this Grafana has no API");
        }
        expect(status).to.equal(200);
        expect((await login("prom-operator")).status).to.equal(401);
    });
});
