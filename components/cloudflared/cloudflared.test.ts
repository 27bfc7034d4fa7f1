import { expect } from "chai";

import { problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import { cloudflaredSettings } from "./settings";

const tokenOf = (fields: object) => Buffer.from(JSON.stringify(fields)).toString("base64");
const token = tokenOf({ a: "account", t: "tunnel", s: "a-secret-that-nobody-knows" });
const deployed = (own: object = {}, others: object = {}) =>
    stackRun("homelab", { settings: { cloudflared: { enabled: true, token, ...own }, ...others } });

interface PolicySpec {
    ingress: { from: object[]; ports: object[] }[];
    egress: { to: { ipBlock?: { cidr: string; except?: string[] } }[]; ports: { port: number; protocol: string }[] }[];
}
interface PodTemplate {
    metadata: { annotations: Record<string, string> };
    spec: {
        automountServiceAccountToken: boolean;
        containers: [{ args: string[]; readinessProbe: { httpGet: object }; livenessProbe: { httpGet: object } }];
        volumes: { name: string }[];
    };
}
const templateOf = async (own: object = {}, others: object = {}) => {
    const { spec } = resource(await deployed(own, others), "cloudflared", ":Deployment").inputs as {
        spec: { replicas: number; template: PodTemplate };
    };
    return spec;
};

describe("cloudflared", () => {
    it("has two pods, one of which stays while a node is drained", async () => {
        expect((await templateOf()).replicas).to.equal(2);
        expect(resource(await deployed(), "cloudflared", ":PodDisruptionBudget").inputs.spec).to.include({
            minAvailable: 1,
        });
        const { resources } = await deployed({ replicas: 1 });
        const budgets = resources.filter(
            ({ name, type }) => name === "cloudflared" && type.endsWith("DisruptionBudget"),
        );
        expect(budgets).to.deep.equal([]);
    });

    it("reads its token from a file, and keeps it secret", async () => {
        const run = await deployed();
        expect(JSON.stringify(run.resources)).not.to.contain(token);
        expect(run.secrets).to.include(token);
        const { containers } = (await templateOf()).template.spec;
        expect(containers[0].args).to.include.members(["--no-autoupdate", "--token-file=/etc/cloudflared/token/token"]);
    });

    it("is ready with a connection, and not restarted without one", async () => {
        const { spec } = (await templateOf()).template;
        expect(spec.containers[0].readinessProbe.httpGet).to.deep.equal({ path: "/ready", port: 2000 });
        expect(spec.containers[0].livenessProbe.httpGet).to.deep.equal({ path: "/healthcheck", port: 2000 });
        expect(spec.automountServiceAccountToken).to.equal(false);
    });

    it("accepts connections from Prometheus alone", async () => {
        const { ingress } = resource(await deployed(), "cloudflared", ":NetworkPolicy").inputs.spec as PolicySpec;
        expect(ingress).to.have.length(1);
        expect(ingress[0]?.ports).to.deep.equal([{ port: 2000, protocol: "TCP" }]);
        expect(JSON.stringify(ingress[0]?.from)).to.contain("monitoring");
    });

    it("connects to Cloudflare's port on the internet, to the gateway and to DNS, and to nothing else", async () => {
        const { egress } = resource(await deployed(), "cloudflared", ":NetworkPolicy").inputs.spec as PolicySpec;
        expect(
            egress.map(({ ports }) => ports.map(({ port, protocol }) => `${port}/${protocol}`).join(" ")),
        ).to.deep.equal(["53/UDP 53/TCP", "7844/TCP 7844/UDP", "443/TCP"]);
        expect(egress[1]?.to.find(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0")?.ipBlock?.except).to.include.members([
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
        ]);
        expect(JSON.stringify(egress[2]?.to)).to.contain('"kubernetes.io/metadata.name":"gateway"');
    });

    it("is made after the gateway, with the certificate of the stack's own authority", async () => {
        const run = await deployed();
        const before = [...waitsFor(run, resource(run, "cloudflared-ca", ":ConfigMap"))];
        expect(before).to.include(resource(run, "ca-certificate").id);
        expect((await templateOf()).template.spec.volumes.map(({ name }) => name)).to.deep.equal(["token", "ca"]);
        const without = { "certManager.enabled": false };
        expect((await templateOf({}, without)).template.spec.volumes.map(({ name }) => name)).to.deep.equal(["token"]);
    });
});

describe("cloudflared's settings", () => {
    it("need a token, and the gateway", () => {
        const problems = problemsWith({ cloudflared: { enabled: true } });
        expect(problems).to.include(
            "error: noc:cloudflared.token is missing; set it: pulumi config set --path --secret noc:cloudflared.token TOKEN.",
        );
        expect(problems.join()).to.contain("needs gateway; set noc:gateway.enabled to true as well");
    });

    it("refuse what is no token, without showing it", () => {
        const remedy = /is not the token of a tunnel; copy what follows `--token`/;
        for (const wrong of ["s3cret", tokenOf({ a: "account" }), `${token} `, ""]) {
            const [problem = ""] = problemsWith({ cloudflared: { enabled: true, token: wrong } });
            expect(problem).to.match(remedy);
            if (wrong !== "") {
                expect(problem).not.to.contain(wrong);
            }
        }
        expect(cloudflaredSettings.safeParse({ token }).success).to.equal(true);
    });
});
