import { expect } from "chai";
import * as http from "node:http";
import * as https from "node:https";
import { text } from "node:stream/consumers";

import { environment } from "../../config/environment";
import { fetchForwarded } from "../../tools/cluster";
import { runProgram } from "../../tools/mock-engine";
import { queriesOf } from "../../tools/queries";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";

interface Target {
    labels: { job: string; instance: string };
    health: string;
    lastError: string;
}
/** Jobs of the components that kubeadm makes listen on loopback only. */
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
    let prometheus: number;

    const forwards: { close: () => void }[] = [];

    before(async function () {
        stack = await deployed();
        const { grafanaAddress, grafanaPassword } = stack.outputs;
        if (grafanaPassword === undefined) {
            unchecked(this, "monitoring is switched off");
        }
        const scheme = stack.settings.monitoring.grafanaTlsSecret ? "https" : "http";
        const host = grafanaAddress ?? `127.0.0.1:${await forwarded("grafana", 3000)}`;
        grafana = `${scheme}://${host}`;
        prometheus = await forwarded("prometheus", 9090);
    });

    after(() => forwards.forEach((forward) => forward.close()));

    /** A local port that leads to the port of a pod. */
    async function forwarded(name: string, podPort: number): Promise<number> {
        const forward = await stack.cluster.forwardMonitoring(`app.kubernetes.io/name=${name}`, podPort);
        forwards.push(forward);
        return forward.port;
    }

    async function api<T>(path: string): Promise<T> {
        const response = await fetchForwarded(`http://127.0.0.1:${prometheus}/api/v1/${path}`);
        return ((await response.json()) as { data: T }).data;
    }

    it("scrapes every target, including those of this stack's components", async () => {
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
            // It may take the kubelet more than a minute to mount a new configuration into Prometheus' pod.
        }, 180);
    });

    it("has loaded all rules and evaluates them without errors", async () => {
        const ours = queriesOf(await runProgram(environment.stack))
            .filter(({ kind }) => kind === "rule")
            .map(({ source }) => source);
        await eventually(async () => {
            const { groups } = await api<{ groups: { name: string; rules: Rule[] }[] }>("rules");
            const loaded = groups.flatMap(({ rules }) => rules.map(({ name }) => name));
            expect(loaded).to.include.members(ours);
            const bad = groups.flatMap(({ rules }) => rules).filter(({ health }) => health !== "ok");
            expect(bad.map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ""}`)).to.deep.equal([]);
            // Some of the chart's groups are evaluated every three minutes.
        }, 200);
    });

    it("gets an answer to every probe", async () => {
        await eventually(async () => {
            const { result } = await api<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
                "query?query=probe_success",
            );
            expect(result).not.to.deep.equal([]);
            const unanswered = result.filter(({ value }) => value[1] !== "1");
            expect(
                unanswered.map(({ metric }) => [metric.instance, metric.transport, metric.query].join(" ").trim()),
                "the probes come from the pod network, which noc:dns.allowFrom must include",
            ).to.deep.equal([]);
        }, 90);
    });

    it("has the receivers of the settings in Alertmanager", async () => {
        const { receivers, heartbeat } = stack.settings.monitoring;
        const response = await fetchForwarded(
            `http://127.0.0.1:${await forwarded("alertmanager", 9093)}/api/v2/receivers`,
        );
        const loaded = ((await response.json()) as { name: string }[]).map(({ name }) => name);
        expect(loaded).to.have.members([
            "null",
            ...(heartbeat ? ["heartbeat"] : []),
            ...receivers.map(({ name }) => name),
        ]);
    });

    it("denies a connection that no network policy allows", async function () {
        const [pod] = await stack.cluster.pods(monitoringNamespace, "app.kubernetes.io/name=kube-state-metrics");
        const target = `http://${pod?.status?.podIP ?? ""}:8080/healthz`;
        // Only Prometheus may connect to kube-state-metrics, so the blackbox exporter must get no answer.
        const exporter = `http://127.0.0.1:${await forwarded("prometheus-blackbox-exporter", 9115)}`;
        const result = await (
            await fetchForwarded(`${exporter}/probe?module=http&target=${encodeURIComponent(target)}`)
        ).text();
        if (result.includes("\nprobe_success 1")) {
            unchecked(this, "the cluster's network plugin does not enforce network policies");
        }
        expect(result).to.include("\nprobe_success 0");
    });

    it("measures the resources that nodes and pods use (kubectl top)", async function () {
        if (stack.settings.monitoring.metricsServer === "off") {
            unchecked(this, "noc:monitoring.metricsServer is off");
        }
        await eventually(async () => {
            expect((await stack.cluster.usage.getNodeMetrics()).items).not.to.deep.equal([]);
        }, 90);
    });

    it("has a Grafana that answers", async () => {
        const { body } = await request(`${grafana}/api/health`);
        expect((JSON.parse(body) as { database: string }).database).to.equal("ok");
    });

    it("lets the user admin log in to Grafana with the stack's password, and with no other", async function () {
        const login = (password: string) =>
            request(`${grafana}/api/user`, {
                authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
            });
        const { status } = await login(stack.outputs.grafanaPassword ?? "");
        if (status === 404) {
            unchecked(this, "this Grafana has no API");
        }
        expect(status).to.equal(200);
        expect((await login("prom-operator")).status).to.equal(401);
    });
});

/** Sends a GET request, over HTTPS without verifying the certificate: it need not be from a known issuer. */
async function request(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
    const { get } = url.startsWith("https:") ? https : http;
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        get(url, { headers, rejectUnauthorized: false }, resolve).on("error", reject);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
}
