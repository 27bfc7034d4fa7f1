import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { drawGraph } from "../tools/draw";
import { addressFlows, deploymentWaves } from "../tools/graph";
import { projectFolder, stackConfig } from "../tools/stack-config";
import { row } from "../commands/status";
import { missingContext, realContexts } from "../config/kube-context";
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

    it("runs with nothing but Node, and says that it is not the engine's word", function () {
        this.timeout(30_000);
        const { status, stdout } = spawnSync(process.execPath, [join(projectFolder, "commands", "run.mjs"), "build"], {
            cwd: projectFolder,
            encoding: "utf8",
            env: { PATH: "", STACK: "homelab" },
        });
        expect(status).to.equal(0);
        expect(stdout).to.contain("wave 1").and.contain("192.168.122.101").and.contain("not the engine's word");
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
    it("is answered with those there are, and the three ways on", () => {
        const message = missingContext("orbstack", ["lab", "prod"]);
        expect(message).to.contain('"orbstack"').and.contain("lab, prod");
        expect(message.split("\n").slice(1)).to.have.length(3);
        expect(message)
            .to.contain("start the cluster")
            .and.contain("noc:site.kubeContext NAME")
            .and.contain("npm run sandbox");
        expect(missingContext("orbstack", [])).to.contain("there are none");
    });

    it("is not listed where the client made it up for want of a kubeconfig", () => {
        const config = new KubeConfig();
        config.loadFromClusterAndUser(
            { name: "cluster", server: "http://localhost:8080", skipTLSVerify: false },
            { name: "user" },
        );
        expect(config.getContexts()).to.have.length(1);
        expect(realContexts(config)).to.deep.equal([]);
    });
});

describe("a stack without a file", () => {
    it("is named", () => {
        expect(() => stackConfig("venue")).to.throw("there is no Pulumi.venue.yaml");
    });
});
