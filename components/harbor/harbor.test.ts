import { expect } from "chai";

import { problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import type { Run } from "../../tools/mock-engine";
import { harborPolicies } from "./policies";
import { signingKeyProvider } from "./signing-key";

const harbor = { enabled: true, externalHost: "harbor.example.org" };
const deployed = (own: object = {}) => stackRun("homelab", { settings: { harbor: { ...harbor, ...own } } });
const valuesOf = (run: Run) => (resource(run, "harbor", "Release").inputs as { values: object }).values;

describe("Harbor", () => {
    it("is behind the gateway by both names, for layers of any size, and hands out tokens by the outer one", async () => {
        const run = await deployed();
        for (const host of ["harbor.home.arpa", "harbor.example.org"]) {
            expect(resource(run, `${host}-route`).inputs.spec).to.have.nested.property(
                "rules[0].backendRefs[0].name",
                "harbor",
            );
            expect(resource(run, `${host}-body-limit`).inputs.spec).to.have.nested.property("body.maxSize", "0");
            expect(resource(run, `${host}-certificate`).inputs.spec).to.have.deep.property("dnsNames", [host]);
        }
        expect(valuesOf(run)).to.include({ externalURL: "https://harbor.example.org" });
        expect(valuesOf(await deployed({ externalHost: undefined }))).to.include({
            externalURL: "https://harbor.home.arpa",
        });
    });

    it("has every secret from the state, and none in plain text", async () => {
        const run = await deployed();
        const generated = run.resources.filter(
            ({ name, type }) => type.endsWith("RandomPassword") && /^harbor-/.test(name),
        );
        expect(generated.map(({ name }) => name)).to.have.members([
            "harbor-admin-password",
            "harbor-core-secret",
            "harbor-database-password",
            "harbor-jobservice-secret",
            "harbor-registry-password",
            "harbor-registry-secret",
            "harbor-robot-password",
            "harbor-secret-key",
            "harbor-xsrf-key",
        ]);
        for (const { name } of generated) {
            expect(run.secrets, name).to.satisfy((secrets: readonly string[]) =>
                secrets.some((secret) => secret.includes(`password-of-${name}`)),
            );
        }
        expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain("password-of-harbor-");
    });

    it("signs tokens with an RSA key that is made once", async () => {
        const { outs } = await signingKeyProvider.create({});
        expect(outs?.privateKey).to.match(/^-----BEGIN RSA PRIVATE KEY-----\n/);
        expect(signingKeyProvider.diff, "no input changes it").to.equal(undefined);
        expect(signingKeyProvider.update).to.equal(undefined);
        const run = await deployed();
        const keys = resource(run, "harbor-core-keys");
        expect([...waitsFor(run, keys)]).to.include(resource(run, "harbor-token-key").id);
    });

    it("is set up when it is there, by a Job that has no token and no other connection", async () => {
        const run = await deployed();
        const job = resource(run, "harbor-setup", ":Job");
        expect([...waitsFor(run, job)]).to.include(resource(run, "harbor", "Release").id);
        expect(job.inputs.spec).to.have.nested.property("template.spec.automountServiceAccountToken", false);
        expect(resource(run, "harbor-setup", "NetworkPolicy").inputs.spec).to.have.nested.property(
            "egress[1].to[0].podSelector.matchLabels.component",
            "core",
        );
    });

    it("refuses a change of each of its volumes that Kubernetes would refuse", async () => {
        const hooks = async (own: object) => resource(await deployed(own), "harbor", "Release").hooks.beforeUpdate;
        const always = [
            "claim-harbor-harbor-registry",
            "claim-harbor-harbor-jobservice",
            "volume-harbor-harbor-database",
            "volume-harbor-harbor-redis",
        ];
        expect(await hooks({})).to.have.members([...always, "volume-harbor-harbor-trivy"]);
        expect(await hooks({ trivy: false })).to.have.members(always);
    });

    it("admits to the database and to Redis, which has no password, only the parts that use them", () => {
        const policies = harborPolicies({ trivy: false });
        const clients = (name: string) =>
            policies
                .find((policy) => policy.name === name)
                ?.ingress?.flatMap(({ peers }) =>
                    peers === "anyone" ? [peers] : peers.map((peer) => JSON.stringify(peer)),
                );
        const pods = (part: string) => JSON.stringify({ pods: { app: "harbor", component: part } });
        expect(clients("harbor-database")).to.deep.equal(["core", "jobservice", "exporter"].map(pods));
        expect(clients("harbor-redis")).to.deep.equal(["core", "jobservice", "registry", "exporter"].map(pods));
    });

    it("lets every connection out that it lets in, and the other way round", () => {
        const ends = (direction: "ingress" | "egress") =>
            harborPolicies({ trivy: true }).flatMap(({ podSelector, [direction]: flows = [] }) =>
                flows.flatMap(({ peers, ports }) =>
                    (peers === "anyone" ? [] : peers)
                        .flatMap((peer) => ("pods" in peer && !("namespace" in peer) ? [peer.pods] : []))
                        .map((pods) =>
                            direction === "ingress" ? [pods, podSelector, ports] : [podSelector, pods, ports],
                        )
                        .map((connection) => JSON.stringify(connection)),
                ),
            );
        expect(ends("ingress")).to.have.members(ends("egress"));
    });

    it("has its database in the backups", async () => {
        const run = await deployed();
        const { spec } = resource(run, "backup-harbor", "CronJob").inputs;
        expect(spec).to.have.nested.property("jobTemplate.spec.template.spec.initContainers[0].command[0]", "pg_dump");
        expect(resource(run, "backup-harbor-from-backups").inputs).to.have.nested.property(
            "metadata.namespace",
            "harbor",
        );
    });

    it("refuses projects of the same name, and what is no project or registry", () => {
        const problems = (own: object) => problemsWith({ harbor: { ...harbor, ...own } })[0];
        expect(problems({ project: "docker.io" })).to.contain("give each project a name of its own");
        expect(problems({ project: "CI" })).to.contain("is not the name of a project");
        expect(problems({ proxyCaches: ["localhost"] })).to.contain("is not the host of a registry");
        expect(problems({ garbageCollection: "daily" })).to.contain("is not a cron schedule");
        expect(problems({ version: "1.17.0" })).to.contain("is not a tested version");
    });
});
