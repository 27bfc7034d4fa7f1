/** `npm run up`: the preview and the question where a person is asked, then the deployment with what it waits for. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";

import { environment } from "../../config/environment";
import { Cluster } from "../../tools/cluster";
import { runProgram } from "../../tools/mock-engine";
import { kubeContext, projectFolder } from "../../tools/stack-config";
import { withProgress } from "./index";

/** Deploys the stack and ends the process. @throws Error if the stack's context is not in the kubeconfig. */
export async function up(args: readonly string[]): Promise<void> {
    const { core } = new Cluster(kubeContext(environment.stack));
    const asks = environment.interactive && !args.some((arg) => arg === "--yes" || arg === "-y");
    if (asks) {
        const code = await command("build", args, {}, "inherit");
        if (code !== 0 || !(await confirmed())) {
            process.exit(code);
        }
    }
    const { resources } = await runProgram(environment.stack);
    const code = await withProgress({
        // Without a terminal, the engine prints lines, between which others can stand, and asks nothing.
        run: (more, env) => command("up:engine", [...args, ...more], env, "ignore"),
        core,
        resources,
        print: (text) => text && console.log(text),
    });
    if (code !== 0) {
        process.exit(code);
    }
}

/** Runs one of this program's commands as a process of its own, and returns its exit code. */
function command(
    name: string,
    args: readonly string[],
    env: Record<string, string>,
    stdin: "inherit" | "ignore",
): Promise<number> {
    // Ctrl-C reaches the engine as well, which ends what it has begun.
    const wait = () => undefined;
    process.on("SIGINT", wait);
    return new Promise<number>((resolve, reject) => {
        spawn(process.execPath, [join(projectFolder, "commands", "run.mjs"), name, ...args], {
            cwd: projectFolder,
            env: { ...environment.all, ...env, STACK: environment.stack },
            stdio: [stdin, "inherit", "inherit"],
        })
            .on("error", reject)
            .on("close", (code) => resolve(code ?? 1));
    }).finally(() => process.off("SIGINT", wait));
}

async function confirmed(): Promise<boolean> {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
        return /^y(es)?$/i.test((await terminal.question(`Deploy the stack ${environment.stack}? [y/N] `)).trim());
    } finally {
        terminal.close();
    }
}
