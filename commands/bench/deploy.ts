/** `npm run bench:deploy`: how long `preview`, `destroy` and `up` take, and which waits make them that long. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { environment } from "../../config/environment";
import { runProgram } from "../../tools/mock-engine";
import { stackSettings } from "../../tools/stack-config";
import { requireConfirmation } from "../deploy";
import { StepLog } from "../progress/events";
import { LogFile } from "../progress/log-file";
import { runCommand } from "../subcommand";
import { type Deployment, deployReport } from "./deploy-report";
import { commandLine, machine, writeReport } from "./report";
import { median } from "./statistics";

/** How often the engine's log is read, in milliseconds: the precision of the steps' times. */
const period = 100;

/**
 * Measures previews and, with `--redeploy`, one `destroy` and one `up` of the stack. The leases and all samples are lost.
 * @throws Error if a command fails.
 */
export async function benchDeploy(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: {
            previews: { type: "string", default: "3" },
            redeploy: { type: "boolean", default: false },
            yes: { type: "boolean", default: false },
            out: { type: "string", default: "results" },
        },
    });
    if (values.redeploy) {
        requireConfirmation("bench:deploy -- --redeploy", args, false);
    }
    const conditions = machine();
    const { resources } = await runProgram(environment.stack);
    const previews: number[] = [];
    for (let i = 0; i < Number(values.previews); i++) {
        previews.push((await timed("build", ["--non-interactive"])).seconds);
    }
    const unasked = ["--yes", "--skip-preview"];
    const destroy = values.redeploy ? await timed("destroy", unasked) : undefined;
    const up = values.redeploy ? await timed("up:engine", unasked) : undefined;
    const { site } = stackSettings(environment.stack);
    writeReport(
        deployReport({
            command: commandLine("bench:deploy", args),
            conditions: { stack: `${environment.stack}, context ${site.kubeContext}`, ...conditions() },
            resources,
            preview: median(previews),
            previews,
            destroy,
            up,
        }),
        values.out,
    );
}

/** Runs a command and keeps its steps. @throws Error if it fails. */
async function timed(command: string, args: readonly string[]): Promise<Deployment> {
    const folder = mkdtempSync(join(tmpdir(), "noc-bench-"));
    const log = new StepLog();
    const file = new LogFile(join(folder, "events.json"), log);
    const started = Date.now();
    const timer = setInterval(() => file.read(), period);
    try {
        console.log(`${command} …`);
        const code = await runCommand({
            name: command,
            args: [...args, ...file.arguments],
            env: file.env,
            output: "ignore",
        });
        const seconds = (Date.now() - started) / 1000;
        file.read();
        if (code !== 0) {
            const reasons = [...log.errors.values()].map((error) => error.split("\n")[0]).join("; ");
            throw new Error(`${command} has failed with code ${code}: ${reasons || "run it alone to see why"}`);
        }
        return { seconds, started, steps: log.steps };
    } finally {
        clearInterval(timer);
        rmSync(folder, { recursive: true });
    }
}
