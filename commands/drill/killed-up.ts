/** `npm run up` that is killed while it works, and the one after it. */
import { randomInt } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Settings } from "../../components/settings";
import { environment } from "../../config/environment";
import { stackFileName } from "../../config/stack-file";
import { projectFolder } from "../../tools/stack-config";
import { existingStack } from "../pulumi";
import { type Subcommand, runCommand } from "../subcommand";
import { type Changes, changedFile } from "../walk/rounds";

/** Changes for an `up` to work on: a resource of its own, a Helm release and custom resources. Clients do not notice them. */
export const harmlessChanges = ({ dns, dhcp, monitoring }: Pick<Settings, "dns" | "dhcp" | "monitoring">): Changes => ({
    ...(dns.enabled && {
        "dns.localRecords": [...dns.localRecords, { name: "drill.home.arpa", type: "A", value: "192.0.2.1" }],
    }),
    ...(dhcp.enabled && { "dhcp.declineProbation": dhcp.declineProbation + 1 }),
    ...(monitoring.enabled && { "monitoring.runbooks": "https://example.org/drill" }),
});

/** How long the first `up` is expected to take, in milliseconds. */
const firstDuration = 60_000;

/** Deploys changes of the stack and takes them back, and kills some of these runs. */
export class KilledUps {
    private readonly folder = mkdtempSync(join(tmpdir(), "noc-drill-"));
    private readonly file = join(this.folder, "stack.yaml");
    private readonly own = readFileSync(join(projectFolder, stackFileName(environment.stack)), "utf8");
    private duration = firstDuration;
    /** Runs that were killed and after which the next one failed, with its exit code. */
    public readonly problems: string[] = [];

    constructor(private readonly settings: Settings) {}

    /** @param kills how often it is killed. After that, it is interrupted once more as by Ctrl-C. */
    public async run(kills: number): Promise<void> {
        for (let i = 0; i <= kills; i++) {
            const changes = i % 2 === 0 ? harmlessChanges(this.settings) : {};
            writeFileSync(this.file, changedFile(this.own, changes));
            await this.killAndRepeat(i < kills ? "SIGKILL" : "SIGINT");
        }
    }

    /** Deploys the stack as it was. @throws Error if that fails, or if another `up` would still change something. */
    public async restore(): Promise<void> {
        writeFileSync(this.file, this.own);
        await this.unlock();
        for (const more of [[], ["--expect-no-changes"]]) {
            const code = await runCommand(this.up(more));
            if (code !== 0) {
                throw new Error(
                    `npm run up ${more.join(" ")} has failed with code ${code} on the stack's own settings`,
                );
            }
        }
        rmSync(this.folder, { recursive: true });
    }

    private async killAndRepeat(signal: "SIGKILL" | "SIGINT"): Promise<void> {
        const after = randomInt(this.duration);
        await killed(this.up(), after, signal);
        await this.unlock();
        const started = Date.now();
        const code = await runCommand(this.up());
        this.duration = Date.now() - started;
        const text = `${signal} after ${(after / 1000).toFixed(1)} s, then up: code ${code} in ${(this.duration / 1000).toFixed(0)} s`;
        console.log(`  ${text}`);
        if (code !== 0) {
            this.problems.push(text);
        }
    }

    /** What the engine's message says to do about the lock that a killed run leaves behind. */
    private async unlock(): Promise<void> {
        const cli = await existingStack();
        try {
            cli?.read(["cancel", "--yes"]);
        } catch {
            // There is no lock.
        }
    }

    private readonly up = (more: readonly string[] = []): Subcommand => ({
        name: "up:engine",
        args: ["--skip-preview", "--yes", "--config-file", this.file, ...more],
        output: "ignore",
    });
}

/** Runs a command and sends a signal to it and to the engine that it has started. */
async function killed({ name, args }: Subcommand, milliseconds: number, signal: NodeJS.Signals): Promise<void> {
    const child = spawn(process.execPath, [join(projectFolder, "commands", "run.mjs"), name, ...args], {
        cwd: projectFolder,
        env: { ...environment.all, STACK: environment.stack },
        stdio: "ignore",
        detached: true,
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await Promise.race([sleep(milliseconds), ended]);
    if (child.exitCode === null && child.pid !== undefined) {
        process.kill(-child.pid, signal);
    }
    await ended;
}
