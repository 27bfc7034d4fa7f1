import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { stringify } from "yaml";

import { settingsSchema } from "../components/settings";
import { partOf, withStandIns } from "../config/schema";
import { stackFileName } from "../config/stack-file";
import { addressFlows, deploymentWaves } from "../tools/graph";
import { runProgram } from "../tools/mock-engine";
import { copyProject } from "../tools/project-copy";
import { projectFolder, stackConfig } from "../tools/stack-config";
import { existingStack, installedCli, pulumi } from "./pulumi";

/**
 * The dry run, which changes nothing: the engine's preview if the CLI is installed, otherwise the program on a simulated
 * cluster. `--mock` asks for the latter, `--graph FILE` draws it. All other arguments go to `pulumi preview`.
 */
export async function build(stack: string, args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: { mock: { type: "boolean" }, graph: { type: "string" } },
        strict: false,
    });
    if (values.graph !== undefined) {
        await draw(stack, typeof values.graph === "string" ? values.graph : `docs/${stack}.svg`);
    } else if (values.mock) {
        await simulate(stack);
    } else if (!(await preview(stack, args))) {
        await simulate(stack);
        console.log("Install the Pulumi CLI for a real preview: https://www.pulumi.com/docs/iac/download-install/");
    }
}

/** Previews the stack, or a new one if it does not exist yet. False if the CLI is not installed. */
async function preview(stack: string, args: readonly string[]): Promise<boolean> {
    const command = await installedCli();
    if (command === undefined) {
        return false;
    }
    // Checks the settings before the engine is started.
    const config = stackConfig(stack);
    const name = stackFileName(stack);
    const copy = copyProject({ name, content: readFileSync(join(projectFolder, name), "utf8") });
    process.on("exit", copy.remove).on("SIGINT", () => process.exit(130));
    const existing = await existingStack(copy.folder);
    if (existing) {
        existing.run(["preview", ...args]);
        return true;
    }
    console.log(`the stack ${stack} does not exist yet: this is the preview of a new one`);
    writeFileSync(join(copy.folder, name), stringify({ config: withoutCiphertexts(config) }));
    const cli = pulumi({ command, folder: copy.folder, env: copy.ownBackend });
    cli.read(["stack", "init", stack, "--no-select"]);
    cli.run(["preview", ...args]);
    return true;
}

/** The settings with examples in place of secrets, which only the owner of the passphrase can decrypt. */
function withoutCiphertexts(config: Readonly<Record<string, string>>): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(config).map(([key, text]) => {
            const [namespace, name = ""] = key.split(":");
            return [key, namespace === "noc" ? withStandIns(partOf(settingsSchema, name), JSON.parse(text)) : text];
        }),
    );
}

/** Prints what the program registers on a simulated cluster. */
async function simulate(stack: string): Promise<void> {
    const run = await runProgram(stack);
    console.log(`${stack}: ${run.resources.length} resources, in the order in which they can be created\n`);
    deploymentWaves(run).forEach((wave, i) => {
        console.log(`wave ${i + 1}`);
        wave.forEach(({ kind, name, component }) =>
            console.log(`  ${kind.padEnd(24)} ${name}${component ? `  (${component})` : ""}`),
        );
    });
    console.log("\naddresses");
    addressFlows(run).forEach(({ from, address, to }) => console.log(`  ${from} ─ ${address} → ${to}`));
    console.log(
        "\nThis ran on a simulated cluster: it knows neither the stack's state, nor the cluster, nor the charts.",
    );
}

/** Draws the graph of a run on the simulated cluster. */
async function draw(stack: string, file: string): Promise<void> {
    const { drawGraph } = await import("../tools/draw");
    const path = join(projectFolder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await drawGraph(await runProgram(stack)));
    console.log(`wrote ${file}`);
}
