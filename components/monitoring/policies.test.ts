import { expect } from "chai";

import type { Run } from "../../tools/mock-engine";
import { resource, stackRun } from "../../tests/support";

interface Flow {
    from?: { podSelector?: { matchLabels: Record<string, string> } }[];
    to?: { podSelector?: { matchLabels: Record<string, string> } }[];
    ports?: { port: number }[];
}
const peers = (list?: Flow["from"]) =>
    list?.map(({ podSelector }) => podSelector?.matchLabels["app.kubernetes.io/name"]).join() ?? "anyone";
const ports = (flow: Flow) => flow.ports?.map(({ port }) => port).join() ?? "any";

/** The flows of a policy as `PEERS PORTS`. */
function flows(run: Run, name: string) {
    const { ingress, egress } = resource(run, name, ":NetworkPolicy").inputs.spec as Record<
        "ingress" | "egress",
        Flow[]
    >;
    return {
        in: ingress.map((flow) => `${peers(flow.from)} ${ports(flow)}`),
        out: egress.map((flow) => `${peers(flow.to)} ${ports(flow)}`),
    };
}
const apiServer = "anyone 443,6443,8443,16443,26443";

describe("monitoring's network policies", () => {
    it("deny everything that is not listed, in both namespaces", async () => {
        const run = await stackRun("poc");
        for (const name of ["monitoring-default-deny", "node-exporter-default-deny"]) {
            expect(resource(run, name).inputs.spec).to.deep.equal({
                podSelector: { matchLabels: {} },
                policyTypes: ["Ingress", "Egress"],
                ingress: [],
                egress: [],
            });
        }
    });

    it("allow the connections between monitoring's own pods", async () => {
        const run = await stackRun("poc");
        expect(flows(run, "prometheus").in).to.deep.equal(["prometheus 9090,8080", "grafana 9090"]);
        expect(flows(run, "alertmanager").in).to.deep.equal(["prometheus 9093,8080", "grafana 9093"]);
        expect(flows(run, "grafana").out.slice(0, 2)).to.deep.equal(["prometheus 9090", "alertmanager 9093"]);
        expect(flows(run, "prometheus-operator")).to.deep.equal({ in: ["prometheus 8080"], out: [apiServer] });
        expect(flows(run, "kube-state-metrics")).to.deep.equal({ in: ["prometheus 8080"], out: [apiServer] });
    });

    it("let Prometheus scrape and the blackbox exporter probe whatever the monitors name", async () => {
        const run = await stackRun("poc");
        expect(flows(run, "prometheus").out).to.deep.equal(["anyone any"]);
        expect(flows(run, "blackbox-exporter")).to.deep.equal({ in: ["prometheus 9115"], out: ["anyone any"] });
    });

    it("let clients reach Grafana only if it has an address", async () => {
        expect(flows(await stackRun("poc"), "grafana").in).to.deep.equal([
            "prometheus 3000",
            "prometheus-blackbox-exporter 3000",
        ]);
        const settings = { "monitoring.grafanaAddress": "192.168.139.52", "monitoring.grafanaPlainHttp": true };
        expect(flows(await stackRun("poc", { settings }), "grafana").in).to.deep.equal(["anyone 3000"]);
    });

    it("let Alertmanager reach the ports of its receivers, and nothing without any", async () => {
        expect(flows(await stackRun("poc"), "alertmanager").out).to.deep.equal([]);
        const run = await stackRun("poc", {
            settings: {
                "monitoring.heartbeat": "http://beats.example.org/x",
                "monitoring.receivers": [
                    { name: "hook", webhook: { url: "https://hooks.example.org:8443/x" } },
                    { name: "mail", email: { to: "a@example.org", from: "b@example.org", smarthost: "mx:587" } },
                ],
            },
        });
        expect(flows(run, "alertmanager").out.at(-1)).to.equal("anyone 80,587,8443");
    });
});
