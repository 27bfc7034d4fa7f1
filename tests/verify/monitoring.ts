import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "./deployed";

interface Target {
    labels: { job: string; instance: string };
    health: string;
    lastError: string;
}
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
        const [pod] = await stack.cluster.pods("monitoring", "app.kubernetes.io/name=prometheus");
        prometheus = await stack.cluster.forward(pod ?? expect.fail("no Prometheus pod runs"), 9090);
    });

    after(() => prometheus?.close());

    async function api<T>(path: string): Promise<T> {
        const response = await fetch(`http://127.0.0.1:${prometheus?.port}/api/v1/${path}`);
        return ((await response.json()) as { data: T }).data;
    }

    it("has every target up, those of this stack's components among them", async () => {
        const { metallb, dns, dhcp } = stack.settings;
        const jobs = [
            metallb.enabled && "metallb",
            dns.enabled && "unbound",
            dns.enabled && "redis",
            dhcp.enabled && "kea-dhcp",
        ].filter(Boolean);
        await eventually(async () => {
            const { activeTargets } = await api<{ activeTargets: Target[] }>("targets?state=active");
            const down = activeTargets.filter(({ health }) => health !== "up");
            expect(down.map(({ labels, lastError }) => `${labels.job} ${labels.instance}: ${lastError}`)).to.deep.equal(
                [],
            );
            expect([...new Set(activeTargets.map(({ labels }) => labels.job))]).to.include.members(jobs);
            // The kubelet takes its time to mount a new configuration into Prometheus' pod.
        }, 180);
    });

    it("has its rules loaded and evaluates every one of them", async () => {
        await eventually(async () => {
            const { groups } = await api<{ groups: { name: string; rules: Rule[] }[] }>("rules");
            if (stack.settings.dns.enabled) {
                expect(groups.find(({ name }) => name === "unbound")?.rules).to.have.length(6);
            }
            const bad = groups.flatMap(({ rules }) => rules).filter(({ health }) => health !== "ok");
            expect(bad.map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ""}`)).to.deep.equal([]);
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
