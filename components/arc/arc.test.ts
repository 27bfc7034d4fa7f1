import { expect } from "chai";
import { parse } from "yaml";

import { problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import type { Run } from "../../tools/mock-engine";
import { violations } from "../../tools/pod-security";

const token = "ghp_a-token-that-is-secret";
const dind = { name: "homelab", url: "https://github.com/example", cache: "10Gi" };
const kubernetes = { ...dind, name: "pods", mode: "kubernetes" };
const arc = { enabled: true, github: { token }, scaleSets: [dind, kubernetes] };
const harbor = { enabled: true };
const deployed = (own: object = {}, settings: object = { harbor }) =>
    stackRun("homelab", { settings: { arc: { ...arc, ...own }, ...settings } });

interface Container {
    name: string;
    image: string;
    command?: string[];
    securityContext?: { privileged?: boolean };
    env?: { name: string; value?: string }[];
    volumeMounts: { name: string; mountPath: string }[];
}
interface Values {
    flags: { watchSingleNamespace?: string };
    containerMode?: { type: string };
    controllerServiceAccount: { namespace: string; name: string };
    githubConfigSecret: string;
    minRunners: number;
    maxRunners: number;
    template: {
        spec: { initContainers?: Container[]; containers: [Container]; automountServiceAccountToken?: boolean };
    };
    listenerTemplate: { spec: Parameters<typeof violations>[0] };
}
const release = (run: Run, name: string) => resource(run, name, "Release");
const valuesOf = (run: Run, name: string) => (release(run, name).inputs as unknown as { values: Values }).values;
const versionOf = (run: Run, name: string) => (release(run, name).inputs as { version: string }).version;
const enforced = (run: Run, name: string) =>
    (resource(run, name, "Namespace").inputs.metadata as { labels: Record<string, string> }).labels[
        "pod-security.kubernetes.io/enforce"
    ];

describe("the CI runners", () => {
    it("have a controller and scale sets of the same version, whatever it is", async () => {
        for (const version of ["0.14.2", "0.13.1"]) {
            const run = await deployed({ version });
            for (const name of ["gha-runner-scale-set-controller", "arc-homelab", "arc-pods"]) {
                expect(versionOf(run, name), name).to.equal(version);
            }
        }
    });

    it("are removed before the controller, which signs them off, and that before the credentials", async () => {
        const run = await deployed();
        const controller = release(run, "gha-runner-scale-set-controller");
        for (const [name, secret] of [
            ["arc-homelab", "arc-dind-github"],
            ["arc-pods", "arc-kubernetes-github"],
        ] as const) {
            const before = [...waitsFor(run, release(run, name))];
            expect(before).to.include.members([controller.id, resource(run, secret).id]);
            expect(release(run, name).inputs, "Helm waits until all of it is gone").to.include({ atomic: true });
        }
    });

    it("have privileges only where they need a Docker daemon", async () => {
        const run = await deployed();
        expect(enforced(run, "arc-dind")).to.equal("privileged");
        expect(enforced(run, "arc-kubernetes")).to.equal("baseline");
        expect(enforced(run, "arc-system")).to.equal("restricted");
        const {
            initContainers = [],
            containers,
            automountServiceAccountToken,
        } = valuesOf(run, "arc-homelab").template.spec;
        expect(
            [...initContainers, ...containers].filter(({ securityContext }) => securityContext?.privileged),
        ).to.have.length(1);
        expect(automountServiceAccountToken).to.equal(false);
        expect(violations(valuesOf(run, "arc-pods").template.spec, "baseline")).to.deep.equal([]);
        expect(violations(valuesOf(run, "arc-pods").listenerTemplate.spec, "restricted")).to.deep.equal([]);
        expect(run.resources.filter(({ name }) => name === "arc-dind")).to.have.length.above(0);
        const without = await deployed({ scaleSets: [kubernetes] });
        expect(without.resources.filter(({ name }) => name === "arc-dind")).to.deep.equal([]);
    });

    it("are watched by a controller with rights in their namespace alone, if they share one", async () => {
        const watched = async (scaleSets: object[]) =>
            valuesOf(await deployed({ scaleSets }), "gha-runner-scale-set-controller").flags.watchSingleNamespace;
        expect(await watched([dind])).to.equal("arc-dind");
        expect(await watched([dind, kubernetes])).to.equal(undefined);
        const { controllerServiceAccount } = valuesOf(await deployed(), "arc-homelab");
        expect(controllerServiceAccount).to.deep.equal({ namespace: "arc-system", name: "arc-controller" });
    });

    it("run images with a fixed version", async () => {
        const { initContainers = [], containers } = valuesOf(await deployed(), "arc-homelab").template.spec;
        for (const { image } of [...initContainers, ...containers]) {
            expect(image).to.match(/^[\w.]+\/[\w./-]+:[\w.-]*\d/);
        }
    });

    it("keep the credentials secret, of a token and of an App", async () => {
        const privateKey = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----";
        const app = { id: "1", installationId: "2", privateKey };
        for (const [github, secret] of [
            [{ token }, token],
            [{ app }, privateKey],
        ] as const) {
            const run = await deployed({ github });
            expect(JSON.stringify(run.resources.map(({ inputs }) => inputs))).not.to.contain(secret);
            expect(run.secrets).to.include(secret);
            expect(valuesOf(run, "arc-homelab").githubConfigSecret).to.equal("github");
        }
    });

    it("log in to Harbor with the robot account, and trust the stack's authority, if there are such", async () => {
        const run = await deployed();
        const [{ command, volumeMounts, env }] = valuesOf(run, "arc-homelab").template.spec.containers;
        expect(command?.at(-1)).to.contain("cp /etc/noc/registry/config.json");
        expect(volumeMounts.map(({ mountPath }) => mountPath)).to.include.members(["/cache", "/etc/noc/ca"]);
        expect(env?.map(({ name }) => name)).to.include("NODE_EXTRA_CA_CERTS");
        const daemon = valuesOf(run, "arc-homelab").template.spec.initContainers?.find(({ name }) => name === "dind");
        expect(daemon?.volumeMounts.map(({ mountPath }) => mountPath)).to.include(
            "/etc/docker/certs.d/harbor.home.arpa/ca.crt",
        );
        const alone = await deployed({}, { harbor: { enabled: false } });
        expect(JSON.stringify(valuesOf(alone, "arc-homelab"))).not.to.contain("registry");
        expect(alone.resources.filter(({ name }) => name.endsWith("-registry"))).to.deep.equal([]);
    });

    it("give the pods of jobs in mode kubernetes the same, and no token", async () => {
        const { data } = resource(await deployed(), "arc-kubernetes-job-pod").inputs as {
            data: Record<string, string>;
        };
        const { spec } = parse(data["pods.yaml"] ?? "") as {
            spec: { automountServiceAccountToken: boolean; containers: [Container] };
        };
        expect(spec.automountServiceAccountToken).to.equal(false);
        expect(spec.containers[0].name).to.equal("$job");
        expect(spec.containers[0].volumeMounts.map(({ name }) => name)).to.deep.equal([
            "cache",
            "registry",
            "authority",
        ]);
    });

    it("reach the internet, Harbor's gateway and the networks of the settings, and no other address", async () => {
        const policy = async (own: object, settings?: object) =>
            JSON.stringify(resource(await deployed(own, settings), "arc-dind", "NetworkPolicy").inputs.spec);
        const plain = await policy({}, { harbor: { enabled: false } });
        expect(plain).to.contain('"cidr":"0.0.0.0/0","except":["10.0.0.0/8"');
        expect(plain).not.to.contain('"kubernetes.io/metadata.name":"gateway"');
        expect(await policy({})).to.contain('"kubernetes.io/metadata.name":"gateway"');
        expect(await policy({ allowTo: ["192.168.122.0/24"] })).to.contain('"cidr":"192.168.122.0/24"');
    });

    it("refuse what cannot be deployed", () => {
        const problems = (own: object) => problemsWith({ arc: { ...arc, ...own } }).join("\n");
        expect(problems({ github: {} })).to.contain("noc:arc.github has no credentials");
        expect(problems({ scaleSets: [] })).to.contain("list at least one scale set");
        expect(problems({ scaleSets: [dind, dind] })).to.contain("give each scale set a name of its own");
        expect(problems({ scaleSets: [{ ...dind, min: 4 }] })).to.contain("is more than noc:arc.scaleSets[0].max = 3");
        expect(problems({ version: "0.13.1", scaleSets: [{ ...dind, labels: ["linux"] }] })).to.contain(
            "needs version 0.14.0",
        );
        expect(problems({ scaleSets: [{ ...dind, url: "https://github.com" }] })).to.contain(
            "is not the URL of an organization",
        );
        expect(problems({ runnerImage: "runner" })).to.contain("is not an image with registry and tag");
    });
});
