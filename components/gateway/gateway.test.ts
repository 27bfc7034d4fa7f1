import { expect } from "chai";

import { runProgram } from "../../tools/mock-engine";
import { problemsWith, resource, waitsFor } from "../../tests/support";
import { gatewayValues } from "./values";
import { gatewaySettings } from "./settings";
import { stackSettings } from "../../tools/stack-config";

const site = { ...stackSettings("homelab").site, metallb: true };
const wiki = { host: "wiki.home.arpa", namespaces: ["wiki"] };
const deployedWith = (changes: object) =>
    runProgram("homelab", { settings: { "argoCd.enabled": false, "gateway.hosts": [wiki], ...changes } });
let unchanged: ReturnType<typeof deployedWith> | undefined;
const deployed = () => (unchanged ??= deployedWith({}));

interface Listener {
    name: string;
    hostname?: string;
    tls?: { certificateRefs: { name: string }[] };
    allowedRoutes: { namespaces: { from: string; selector?: { matchExpressions: { values: string[] }[] } } };
}
interface Policy {
    podSelector: { matchLabels: object };
    ingress: object[];
    egress: { to?: { namespaceSelector?: { matchLabels: object } }[] }[];
}
const specOf = (run: Awaited<ReturnType<typeof deployed>>, name: string, kind = "") =>
    resource(run, name, kind).inputs.spec;

describe("the gateway", () => {
    it("has a listener for each host, with a certificate of its own, for routes of the named namespaces", async () => {
        const run = await deployed();
        const { listeners } = specOf(run, "gateway", "v1:Gateway") as { listeners: Listener[] };
        const hosts = listeners.flatMap(({ hostname, tls, allowedRoutes: { namespaces } }) =>
            hostname === undefined
                ? []
                : [[hostname, tls?.certificateRefs[0]?.name, namespaces.selector?.matchExpressions[0]?.values]],
        );
        expect(hosts).to.have.deep.members([
            ["wiki.home.arpa", "wiki.home.arpa", ["wiki"]],
            ["grafana.home.arpa", "grafana.home.arpa", ["monitoring"]],
        ]);
        for (const host of ["wiki.home.arpa", "grafana.home.arpa"]) {
            expect(specOf(run, `${host}-certificate`)).to.deep.include({ secretName: host, dnsNames: [host] });
        }
    });

    it("takes no route for HTTP but its own, which redirects to HTTPS", async () => {
        const run = await deployed();
        const { listeners } = specOf(run, "gateway", "v1:Gateway") as { listeners: Listener[] };
        expect(listeners[0]).to.deep.include({ name: "http", allowedRoutes: { namespaces: { from: "Same" } } });
        expect(specOf(run, "https-redirect")).to.deep.include({
            parentRefs: [{ name: "noc", sectionName: "http" }],
            rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
        });
    });

    it("passes Grafana's host on to Grafana, which then has no address of its own", async () => {
        const run = await deployed();
        expect(specOf(run, "grafana.home.arpa-route")).to.deep.include({
            parentRefs: [{ name: "noc", namespace: "gateway", sectionName: "grafana.home.arpa" }],
            hostnames: ["grafana.home.arpa"],
            rules: [{ backendRefs: [{ name: "kube-prometheus-stack-grafana", port: 80 }] }],
        });
        expect(specOf(run, "kube-prometheus-stack-grafana", "v1:Service")).to.include({ type: "ClusterIP" });
        expect(run.outputs.grafanaAddress).to.equal(undefined);
        const { values } = resource(run, "kube-prometheus-stack").inputs as {
            values: { grafana: { "grafana.ini": object } };
        };
        expect(values.grafana["grafana.ini"])
            .to.have.property("server")
            .deep.equal({ root_url: "https://grafana.home.arpa/" });
    });

    it("can connect to the backends alone, and they accept it", async () => {
        const run = await deployed();
        const { egress } = specOf(run, "gateway-nginx", "v1:NetworkPolicy") as Policy;
        const namespaces = egress
            .flatMap(({ to = [] }) => to)
            .flatMap(({ namespaceSelector }) => namespaceSelector?.matchLabels ?? []);
        expect(namespaces).to.have.deep.members(
            ["kube-system", "wiki", "monitoring"].map((name) => ({ "kubernetes.io/metadata.name": name })),
        );
        const { podSelector, ingress } = specOf(run, "grafana.home.arpa-from-gateway") as Policy;
        expect(podSelector.matchLabels).to.include({ "app.kubernetes.io/name": "grafana" });
        expect(ingress).to.have.nested.property("[0].ports[0].port", 3000);
    });

    it("is made after the CRDs and the address pools, and routes after it", async () => {
        const run = await deployed();
        const release = resource(run, "nginx-gateway-fabric", "Release");
        expect([...waitsFor(run, release)]).to.include(resource(run, "default-pool").id);
        expect(release.hooks).to.deep.include({
            beforeCreate: ["apply-crds-gateway"],
            beforeUpdate: ["apply-crds-gateway"],
        });
        const route = waitsFor(run, resource(run, "grafana.home.arpa-route"));
        expect([...route]).to.include(resource(run, "gateway", "v1:Gateway").id);
        expect([...route]).not.to.include(resource(run, "kube-prometheus-stack", "Release").id);
    });

    it("asks any load balancer for its address, and tolerates the loss of a node where it has two pods", async () => {
        const values = gatewayValues(gatewaySettings.parse({ address: "192.0.2.1" }), site) as {
            nginx: { replicas: number; service: object };
        };
        expect(values.nginx).to.include({ replicas: 2 });
        expect(values.nginx.service).to.include({ loadBalancerIP: "192.0.2.1", externalTrafficPolicy: "Local" });
        const budgets = ({ resources }: Awaited<ReturnType<typeof deployed>>) =>
            resources.filter(
                ({ type, parent }) => type.endsWith(":PodDisruptionBudget") && parent?.includes("gateway"),
            );
        expect(budgets(await deployed())).to.have.length(2);
        expect(budgets(await deployedWith({ "gateway.replicas": 1 }))).to.have.length(0);
    });

    it("probes every host but those with *", async () => {
        const apps = { host: "*.apps.home.arpa", namespaces: ["apps"] };
        const run = await deployedWith({ "gateway.hosts": [wiki, apps] });
        const probes = run.resources.filter(({ type }) => type.endsWith(":Probe")).map(({ name }) => name);
        expect(probes.filter((name) => name.startsWith("gateway-"))).to.have.members([
            "gateway-wiki.home.arpa",
            "gateway-grafana.home.arpa",
        ]);
    });
});

describe("the gateway's settings", () => {
    const enabled = { "gateway.enabled": true };

    it("name each host once", () => {
        expect(problemsWith({ ...enabled, "gateway.hosts": [wiki, wiki] })).to.include(
            'error: noc:gateway.hosts[1].host = "wiki.home.arpa" is also noc:gateway.hosts[0].host; give each host to one service.',
        );
    });

    it("are needed by a host", () => {
        expect(problemsWith({ "monitoring.grafanaHost": "grafana.home.arpa" })).to.include(
            'warning: noc:monitoring.grafanaHost = "grafana.home.arpa" has no effect while noc:gateway.enabled is false; remove it.',
        );
    });

    it("leave Grafana no second way in", () => {
        const both = { "monitoring.grafanaHost": "grafana.home.arpa", "monitoring.grafanaTlsSecret": "grafana-tls" };
        expect(problemsWith({ ...enabled, ...both })).to.include(
            'error: noc:monitoring.grafanaHost = "grafana.home.arpa" contradicts noc:monitoring.grafanaTlsSecret: behind the gateway, Grafana serves HTTP and has no address of its own; remove one of them.',
        );
    });

    it("refuse what is no host, no size and no tested version", () => {
        const [host] = problemsWith({ ...enabled, "gateway.hosts": [{ host: "*", namespaces: ["a"] }] });
        expect(host).to.contain("is not a host name");
        expect(problemsWith({ ...enabled, "gateway.hosts": [{ host: "10.0.0.1", namespaces: ["a"] }] })[0]).to.contain(
            "is an address and not a name; write a host name, like argocd.home.arpa",
        );
        expect(problemsWith({ ...enabled, "gateway.maxBody": "10MB" })[0]).to.contain("is not a size of nginx");
        expect(problemsWith({ ...enabled, "gateway.version": "2.7.0" })[0]).to.contain("use 2.6.7 or 2.3.0");
    });
});
