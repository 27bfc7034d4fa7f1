import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { addressFlows, deploymentWaves } from "../tools/graph";
import { runProgram } from "../tools/mock-engine";
import { projectFolder } from "../tools/stack-config";

/**
 * The dry run: the engine's preview where the CLI is installed, the program on mocks elsewhere.
 * `--mock` asks for the latter, `--graph FILE` writes it as a picture.
 */
export async function build(stack: string, args: readonly string[]): Promise<void> {
    const graph = args.indexOf("--graph");
    const mock = args.includes("--mock") || graph >= 0;
    if (!mock && spawnSync("pulumi", ["version"]).status === 0) {
        const { pulumi } = await import("./pulumi");
        (await pulumi()).run(["preview", ...args]);
        return;
    }
    const run = await runProgram(stack);
    if (graph >= 0) {
        const file = args[graph + 1] ?? `docs/${stack}.svg`;
        const { drawGraph } = await import("../tools/draw");
        mkdirSync(dirname(join(projectFolder, file)), { recursive: true });
        writeFileSync(join(projectFolder, file), await drawGraph(run));
        console.log(`wrote ${file}`);
        return;
    }
    console.log(`${stack}: ${run.resources.length} resources, in the order in which they can come to be\n`);
    deploymentWaves(run).forEach((wave, i) => {
        console.log(`wave ${i + 1}`);
        wave.forEach(({ kind, name, component }) =>
            console.log(`  ${kind.padEnd(24)} ${name}${component ? `  (${component})` : ""}`),
        );
    });
    console.log("\naddresses");
    addressFlows(run).forEach(({ from, address, to }) => console.log(`  ${from} ─ ${address} → ${to}`));
    console.log(
        "\nThis is the program on made-up resources, not the engine's word: it knows no state, no cluster and no chart.",
    );
    console.log("Install the Pulumi CLI for a real preview: https://www.pulumi.com/docs/iac/download-install/");
}
