import { expect } from "chai";

import { settingsOf } from "../settings";
import { stackSettings } from "../../tools/stack-config";
import { metadataOf, problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import { certManager } from "./index";
import { requestedCertificate } from "./issuers";
import { certManagerSettings } from "./settings";
import { certManagerValues } from "./values";

const { site } = stackSettings("homelab");
const values = (settings: object = {}, mirror?: string) =>
    certManagerValues(certManagerSettings.parse(settings), { ...site, imageMirror: mirror, metallb: true });

const acme = { email: "noc@example.org", zones: ["example.org"], cloudflareToken: "a-token-that-nobody-knows" };

describe("cert-manager", () => {
    it("keeps its CRDs, and with them everybody's Certificates, when it is removed", () => {
        expect(values())
            .to.deep.include({ crds: { enabled: true, keep: true } })
            .and.not.have.property("installCRDs");
    });

    it("refuses names and zones that a certificate cannot have", () => {
        const problems = (settings: object) => problemsWith({ certManager: { enabled: true, ...settings } });
        expect(problems({ authority: "Büro CA", acme: { ...acme, zones: ["a.example", "b.example."] } })).to.deep.equal(
            [],
        );
        for (const [settings, problem] of [
            [{ authority: "ü".repeat(33) }, /use at most 64 bytes/],
            [{ acme: { ...acme, zones: ["."] } }, /zones\[0\] = "." is no domain; write one/],
            [{ acme: { ...acme, zones: ["192.0.2.1"] } }, /is no domain; write one/],
            [{ acme: { ...acme, zones: ["a.example", "A.example."] } }, /lists a domain twice; list each once/],
        ] as const) {
            expect(problems(settings)[0]).to.match(problem);
        }
    });

    it("can be of a version whose chart installs the CRDs by another value", () => {
        expect(values({ version: "v1.13.3" }))
            .to.include({ installCRDs: true })
            .and.not.have.property("crds");
    });

    it("has a disruption budget only where a second pod takes over", () => {
        const budget = (replicas: number) =>
            (values({ replicas }).webhook as { podDisruptionBudget: object }).podDisruptionBudget;
        expect(budget(1)).to.include({ enabled: false });
        expect(budget(2)).to.include({ enabled: true, minAvailable: 1 });
    });

    it("pulls all its images from the site's mirror", () => {
        const mirrored = values({}, "registry.example.org");
        for (const part of [mirrored, mirrored.webhook, mirrored.cainjector, mirrored.acmesolver]) {
            expect((part as { image: { repository: string } }).image.repository).to.match(
                /^registry\.example\.org\/jetstack\/cert-manager-\w+$/,
            );
        }
    });

    it("signs by an authority that is itself signed first", async () => {
        const run = await stackRun("homelab");
        const issuer = resource(run, "ca-issuer");
        expect(issuer.inputs.spec).to.deep.equal({ ca: { secretName: "noc-ca" } });
        expect([...waitsFor(run, issuer)]).to.include.members([
            resource(run, "ca-certificate").id,
            resource(run, "self-signed").id,
            resource(run, "cert-manager", "Release").id,
        ]);
        expect(metadataOf(issuer).annotations).to.include({ "pulumi.com/waitFor": "condition=Ready" });
    });

    it("exports the authority's certificate, which no preview knows", async () => {
        const { outputs, secrets } = await stackRun("homelab");
        expect(outputs).to.have.property("caCertificate");
        expect(secrets.join()).not.to.contain("PRIVATE KEY");
    });

    it("keeps Cloudflare's token secret, and asks ACME's server for names in its zones alone", async () => {
        const run = await stackRun("homelab", { settings: { "certManager.acme": acme } });
        expect(JSON.stringify(run.resources)).not.to.contain(acme.cloudflareToken);
        expect(run.secrets).to.include(acme.cloudflareToken);
        expect(resource(run, "acme-issuer").inputs.spec)
            .to.have.nested.property("acme.solvers[0].selector")
            .deep.equal({
                dnsZones: ["example.org"],
            });
    });
});

describe("a certificate that a component asks for", () => {
    const issuer = (dnsNames: string[], ipAddresses?: string[]) => {
        const settings = certManagerSettings.parse({ acme });
        const { spec } = requestedCertificate({ name: "web", namespace: "noc", dnsNames, ipAddresses }, settings);
        return [spec.issuerRef.name, ...(spec.ipAddresses ?? [])].join(" ");
    };

    it("is public if all its names are in ACME's zones, and signed by the own authority otherwise", () => {
        expect(issuer(["grafana.example.org", "*.example.org", "example.org"])).to.equal("noc-acme");
        expect(issuer(["grafana.example.org", "grafana.home.arpa"])).to.equal("noc-ca");
        expect(issuer(["notexample.org"])).to.equal("noc-ca");
    });

    it("has addresses only if the own authority signs it", () => {
        expect(issuer(["dns.home.arpa"], ["192.0.2.1"])).to.equal("noc-ca 192.0.2.1");
        expect(issuer(["dns.example.org"], ["192.0.2.1"])).to.equal("noc-acme");
    });

    it("is put into a Secret of its name", () => {
        const request = { name: "web", namespace: "noc", dnsNames: ["web.home.arpa"] };
        expect(requestedCertificate(request, settingsOf(stackSettings("homelab"), certManager)).spec).to.include({
            secretName: "web",
        });
    });
});
