/** Runs `verify` in a container beside the nodes, for machines that do not reach the nodes' network. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment } from "../../config/environment";
import { projectFolder } from "../../tools/stack-config";
import { existingStack } from "../pulumi";
import { type Engine, engineEnvironment, networkOf } from "./engine";
import { clusterName } from "./stack";

/** Node.js for the container. */
const nodeImage = "docker.io/library/node:22.20.0-bookworm-slim";

/**
 * Runs the suites, and ends the process with their exit code. The container gets a copy of the project, the cluster's
 * kubeconfig as it is valid inside the network, and the stack's outputs, so that it needs neither the CLI nor the state.
 */
export async function verifyInside(engine: Engine, kind: string, suites: readonly string[]): Promise<void> {
    const outputs = (await existingStack())?.read(["stack", "output", "--json", "--show-secrets"]) ?? "{}";
    const env = { ...environment.all, ...engineEnvironment(engine) };
    const kubeconfig = spawnSync(kind, ["get", "kubeconfig", "--internal", "--name", clusterName], {
        env,
        encoding: "utf8",
    }).stdout;
    const folder = mkdtempSync(join(tmpdir(), "noc-sandbox-"));
    try {
        writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
        writeFileSync(join(folder, "outputs.json"), outputs, { mode: 0o600 });
        console.log(`checking from a container in the network ${networkOf(engine)} …`);
        const { status } = spawnSync(engine, containerArguments(engine, folder, suites), { env, stdio: "inherit" });
        process.exitCode = status ?? 1;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** The command line of the container. */
export function containerArguments(engine: Engine, folder: string, suites: readonly string[]): string[] {
    // Packages with native parts, such as esbuild, fit the system that they were installed on.
    const shared = process.platform === "linux";
    const script = [
        "mkdir /project && cd /project",
        "tar -C /source --exclude=./node_modules --exclude=./.git -cf - . | tar -xf -",
        shared ? "ln -s /source/node_modules node_modules" : "npm ci --no-audit --no-fund --loglevel=error",
        `node commands/run.mjs verify ${suites.join(" ")}`,
    ].join(" && ");
    return [
        ...["run", "--rm", "--network", networkOf(engine)],
        ...["--volume", `${projectFolder}:/source:ro`, "--volume", `${folder}:/given:ro`],
        ...["--env", "KUBECONFIG=/given/kubeconfig", "--env", "STACK_OUTPUTS=/given/outputs.json"],
        ...["--env", `STACK=${environment.stack}`],
        ...[environment.checkImage ?? nodeImage, "sh", "-c", script],
    ];
}
