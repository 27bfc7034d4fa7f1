import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseSettings } from "../components/settings";
import { drawGraph } from "../tools/draw";
import { addressFlows, deploymentWaves } from "../tools/graph";
import { withSettings } from "../tools/mock-engine";
import { copyProject } from "../tools/project-copy";
import { projectFolder, stackConfig } from "../tools/stack-config";
import { requireConfirmation } from "../commands/deploy";
import { passphrase, type PassphraseOptions } from "../commands/passphrase";
import { namespacesOf, row } from "../commands/status";
import { kubeConfig } from "../config/kube-config";
import { missingContext } from "../config/kube-context";
import { stackRun } from "./support";

describe("the dry run without an engine", () => {
    it("lists every resource once, none before what it needs", async () => {
        const run = await stackRun("poc");
        const waves = deploymentWaves(run);
        const listed = waves.flat().map(({ id }) => id);
        expect(listed.sort()).to.deep.equal(
            run.resources
                .filter(({ custom }) => custom)
                .map(({ id }) => id)
                .sort(),
        );
    });

    it("shows the resolver's address flow into Kea", async () => {
        expect(addressFlows(await stackRun("poc"))).to.deep.include({
            from: "Service unbound",
            address: "192.168.139.50",
            to: "Release kea-dhcp (values)",
        });
    });

    it("draws all of it", async () => {
        const svg = await drawGraph(await stackRun("poc"));
        expect(svg).to.contain("<svg").and.contain("192.168.139.50").and.contain("IPAddressPool");
    });

    it("runs with nothing but Node.js, and says that the cluster is a simulated one", () => {
        const { status, stdout } = spawnSync(process.execPath, [join(projectFolder, "commands", "run.mjs"), "build"], {
            cwd: projectFolder,
            encoding: "utf8",
            env: { PATH: "", STACK: "homelab" },
        });
        expect(status).to.equal(0);
        expect(stdout).to.contain("wave 1").and.contain("192.168.122.101").and.contain("a simulated cluster");
    });
});

describe("status", () => {
    const labels = { app: "unbound" };
    const deployment = {
        metadata: { name: "unbound" },
        spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    containers: [
                        { name: "exporter", image: "e:9" },
                        { name: "unbound", image: "docker.io/klutchell/unbound:1.24.2" },
                    ],
                },
            },
        },
        status: { readyReplicas: 1 },
    };
    const service = {
        spec: { type: "LoadBalancer", selector: labels },
        status: { loadBalancer: { ingress: [{ ip: "192.0.2.53" }] } },
    };
    const pod = (finishedAt: string) => ({
        metadata: { labels },
        status: { containerStatuses: [{ lastState: { terminated: { finishedAt: new Date(finishedAt) } } }] },
    });

    it("shows version, ready pods, address and last restart", () => {
        const pods = [pod("2026-01-01T10:00:00Z"), pod("2026-01-02T10:00:00Z")];
        expect(row("DNS", deployment, [service] as never, pods as never)).to.deep.equal({
            component: "DNS",
            name: "unbound",
            version: "1.24.2",
            ready: "1/2",
            address: "192.0.2.53",
            lastRestart: "2026-01-02T10:00:00Z",
        });
    });

    it("shows no ciphertext of a setting", () => {
        const config = withSettings(stackConfig("poc"), { "monitoring.grafanaPassword": { secure: "v1:ciphertext" } });
        const settings = parseSettings(config);
        expect(settings.monitoring.grafanaPassword).to.be.a("string");
        expect(JSON.stringify([settings, ...namespacesOf(settings)])).not.to.contain("ciphertext");
    });

    it("shows what is not there yet", () => {
        const pending = { ...service, status: { loadBalancer: {} } };
        expect(row("DNS", { ...deployment, status: {} }, [pending] as never, [])).to.include({
            ready: "0/2",
            address: "none yet",
            lastRestart: "never",
        });
    });
});

describe("a context that does not exist", () => {
    const empty = mkdtempSync(join(tmpdir(), "noc-"));
    after(() => rmSync(empty, { recursive: true }));

    it("is answered with those there are and how to name one", () => {
        const message = missingContext("orbstack", ["lab", "prod"]);
        expect(message.split("\n")).to.have.length(4);
        expect(message)
            .to.contain('"orbstack"')
            .and.contain("lab, prod")
            .and.contain("start the cluster")
            .and.contain("noc:site.kubeContext NAME")
            .and.contain("npm run sandbox");
    });

    it("is answered with the files that name none, where there is no kubeconfig", () => {
        expect(kubeConfig(KubeConfig, [join(empty, "config")]).contexts).to.deep.equal([]);
        expect(missingContext("orbstack", [])).to.contain("neither $KUBECONFIG nor ~/.kube/config");
    });
});

describe("the kubeconfig", () => {
    const folder = mkdtempSync(join(tmpdir(), "noc-"));
    after(() => rmSync(folder, { recursive: true }));
    const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    };
    const config = (server: string, ...contexts: string[]) =>
        JSON.stringify({
            clusters: [{ name: "c", cluster: { server } }],
            users: [{ name: "u", user: { token: "t" } }],
            contexts: contexts.map((name) => ({ name, context: { cluster: "c", user: "u" } })),
            "current-context": contexts[0],
        });

    it("is merged from its files as kubectl does: the first entry of a name counts, missing files do not", () => {
        const merged = kubeConfig(KubeConfig, [
            join(folder, "missing"),
            file("empty", ""),
            file("first", config("https://first", "lab")),
            file("second", config("https://second", "lab", "prod")),
        ]);
        expect(merged.contexts.map(({ name }) => name)).to.deep.equal(["lab", "prod"]);
        expect(merged.getCurrentCluster()?.server).to.equal("https://first");
    });

    it("is named where it cannot be read", () => {
        const broken = file("broken", "a: [");
        expect(() => kubeConfig(KubeConfig, [broken]))
            .to.throw(`${broken} is not a kubeconfig: `)
            .and.not.match(/\n/);
    });
});

describe("an npm script", () => {
    it("refuses an option for the stack, which it takes from the environment", () => {
        const { status, stderr } = spawnSync(
            process.execPath,
            [join(projectFolder, "commands", "run.mjs"), "destroy", "--yes", "--stack=homelab"],
            { cwd: projectFolder, encoding: "utf8", env: { PATH: "" } },
        );
        expect(status).to.equal(64);
        expect(stderr).to.contain("npm run destroy does not know --stack=homelab").and.contain("STACK=homelab");
    });
});

describe("npm run destroy", () => {
    it("is refused without a terminal, unless an argument says yes", () => {
        expect(() => requireConfirmation("destroy", [], false)).to.throw(
            "npm run destroy has no terminal to ask on; to destroy without a question: npm run destroy -- --yes",
        );
        expect(() => requireConfirmation("destroy", ["--skip-preview", "--yes"], false)).not.to.throw();
        expect(() => requireConfirmation("destroy", [], true)).not.to.throw();
    });
});

describe("the passphrase of a stack", () => {
    const folder = mkdtempSync(join(tmpdir(), "noc-"));
    after(() => rmSync(folder, { recursive: true }));
    const file = (stack: string, options: Partial<PassphraseOptions> = {}) =>
        passphrase(stack, { isNew: true, encrypted: false, given: false, folder, ...options })
            .PULUMI_CONFIG_PASSPHRASE_FILE;

    it("is generated with the stack, for its owner alone, and found again", () => {
        const venue = file("venue") ?? expect.fail("there is none");
        expect(statSync(venue).mode & 0o777).to.equal(0o600);
        expect(readFileSync(venue, "utf8")).to.match(/^[\w-]{32}$/);
        expect(file("venue", { isNew: false })).to.equal(venue);
    });

    it("is another one for each stack", () => {
        const [venue, lab] = [file("venue") ?? "", file("lab") ?? ""];
        expect(readFileSync(venue, "utf8")).not.to.equal(readFileSync(lab, "utf8"));
    });

    it("is asked for where the stack was created elsewhere, or its backend needs none", () => {
        expect(file("remote", { isNew: false })).to.equal(undefined);
        expect(file("cloned", { encrypted: true })).to.equal(undefined);
        expect(file("cloud", { backend: "https://api.pulumi.com" })).to.equal(undefined);
        expect(file("own", { given: true })).to.equal(undefined);
        expect(readdirSync(join(folder, "passphrases")).sort()).to.deep.equal(["lab", "venue"]);
    });

    it("is the one that all stacks shared, for a stack that was created with it", () => {
        writeFileSync(join(folder, "passphrase"), "shared");
        expect(file("old", { isNew: false })).to.equal(join(folder, "passphrase"));
        expect(file("new")).to.equal(join(folder, "passphrases", "new"));
    });
});

describe("the copy of the project for previews", () => {
    it("is compiled with the project's own settings, by whose path ts-node keeps its results", () => {
        const { folder, remove } = copyProject();
        const line = `tsconfig: ${join(projectFolder, "config/tsconfig.engine.json")}\n`;
        expect(readFileSync(join(folder, "Pulumi.yaml"), "utf8")).to.contain(line);
        remove();
        expect(existsSync(folder)).to.equal(false);
    });
});

describe("a stack without a file", () => {
    it("is named", () => {
        expect(() => stackConfig("venue")).to.throw("there is no Pulumi.venue.yaml");
    });
});
