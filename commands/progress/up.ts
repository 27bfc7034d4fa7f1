/** `npm run up`: the preview and the question where a person is asked, then the deployment with what it waits for. */
import { createInterface } from "node:readline/promises";

import { environment } from "../../config/environment";
import { Cluster } from "../../tools/cluster";
import { runProgram } from "../../tools/mock-engine";
import { kubeContext } from "../../tools/stack-config";
import { runCommand } from "../subcommand";
import { withProgress } from "./index";

/** Deploys the stack and ends the process. @throws Error if the stack's context is not in the kubeconfig. */
export async function up(args: readonly string[]): Promise<void> {
    const { core } = new Cluster(kubeContext(environment.stack));
    const asks = environment.interactive && !args.some((arg) => arg === "--yes" || arg === "-y");
    if (asks) {
        const code = await runCommand({ name: "build", args, input: "inherit" });
        if (code !== 0 || !(await confirmed())) {
            process.exit(code);
        }
    }
    const { resources } = await runProgram(environment.stack);
    const code = await withProgress({
        // Without a terminal, the engine prints lines, between which others can stand, and asks nothing.
        run: (more, env) => runCommand({ name: "up:engine", args: [...args, ...more], env }),
        core,
        resources,
        print: (text) => text && console.log(text),
    });
    if (code !== 0) {
        process.exit(code);
    }
}

async function confirmed(): Promise<boolean> {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
        return /^y(es)?$/i.test((await terminal.question(`Deploy the stack ${environment.stack}? [y/N] `)).trim());
    } finally {
        terminal.close();
    }
}
