/**
 * `npm run walk`: changes every setting of the running stack to another valid value and back, and writes down what each
 * change replaces, restarts and interrupts. It needs a stack that may be disturbed, and a machine that reaches the
 * load balancer's addresses. `npm run walk -- dns` walks only the rounds that change a setting whose path has that word.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { deployedNamespaces } from "../../components/settings";
import { environment } from "../../config/environment";
import { readStackFile, stackFileName } from "../../config/stack-file";
import { Cluster } from "../../tools/cluster";
import { type Registration, runProgram } from "../../tools/mock-engine";
import { projectFolder, stackSettings } from "../../tools/stack-config";
import { type Step, StepLog } from "../progress/events";
import { LogFile } from "../progress/log-file";
import { runCommand } from "../subcommand";
import { affectedBy, type Effect, effectOf, type Effects, settingName, writeEffects } from "./effects";
import { base, changedFile, type Changes, rounds } from "./rounds";
import { type Observation, watch } from "./watch";

/** What one `up` did. */
interface Deployment {
    readonly steps: readonly Step[];
    readonly seen: Observation;
    /** Why it failed, if it did. */
    readonly error?: string;
}

/** Walks over the settings. Ends the process with 1 if a change failed without being refused, or could not be undone. */
export async function walk(words: readonly string[]): Promise<void> {
    const walker = new Walker();
    const chosen = rounds.filter(
        (round) => words.length === 0 || Object.keys(round).some((path) => words.some((word) => path.includes(word))),
    );
    try {
        await walker.run(chosen);
    } finally {
        walker.close();
    }
    process.exit(walker.failures > 0 ? 1 : 0);
}

class Walker {
    public failures = 0;
    private readonly written = new Set<string>();
    private readonly folder = mkdtempSync(join(tmpdir(), "noc-walk-"));
    private readonly stackFile = readFileSync(join(projectFolder, stackFileName(environment.stack)), "utf8");
    private readonly settings = stackSettings(environment.stack);
    private readonly watched = {
        // metrics-server is in kube-system.
        namespaces: [...deployedNamespaces(this.settings), "kube-system"],
        resolver: this.settings.dns.address,
    };
    private readonly cluster = new Cluster(this.settings.site.kubeContext);

    /** The stack is first given the settings that the rounds change, and in the end its own again. */
    public async run(rounds: readonly Changes[]): Promise<void> {
        await this.mustEndWell("base", base);
        const registered = await this.registered(base);
        for (const round of rounds) {
            await this.walkRound(round, registered);
        }
        await this.mustEndWell("stack", {});
        const { steps } = await this.mustEndWell("again", {});
        console.log(steps.length === 0 ? "the stack is as it was" : `${steps.length} resources were changed again`);
    }

    public close(): void {
        rmSync(this.folder, { recursive: true });
    }

    /** Changes settings and sets them back. Where that fails, each half of them is tried alone. */
    private async walkRound(round: Changes, registered: readonly Registration[]): Promise<void> {
        const paths = Object.keys(round);
        const there = await this.deploy({ ...base, ...round });
        report(`${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""}`, there);
        const back = await this.mustEndWell("  back", base);
        if (there.error !== undefined && paths.length > 1) {
            const half = Math.ceil(paths.length / 2);
            for (const part of [paths.slice(0, half), paths.slice(half)]) {
                await this.walkRound(Object.fromEntries(part.map((path) => [path, round[path]])), registered);
            }
            return;
        }
        if (there.error !== undefined) {
            const hook = /^before hook "[^"]*" failed: /;
            this.failures += hook.test(there.error) || there.steps.length === 0 ? 0 : 1;
            this.write({ [settingName(paths[0] ?? "")]: { ...nothing, refused: there.error.replace(hook, "") } });
            return;
        }
        const effects: Record<string, Effect> = {};
        for (const path of paths) {
            effects[settingName(path)] = await this.effect(path, round, registered, there, back);
        }
        this.write(effects);
    }

    /** Writes down the effects of settings that no earlier round has changed: a later one changes them because of others. */
    private write(effects: Effects): void {
        const own = Object.entries(effects).filter(([setting]) => !this.written.has(setting));
        own.forEach(([setting]) => this.written.add(setting));
        writeEffects(Object.fromEntries(own));
    }

    /** The effect of one setting of a round: of both ways, whatever was seen on either. */
    private async effect(
        path: string,
        round: Changes,
        registered: readonly Registration[],
        there: Deployment,
        back: Deployment,
    ): Promise<Effect> {
        // A setting that is only valid together with others of its component has the effects of all of them.
        const [component = ""] = path.split(".");
        const own = Object.fromEntries(Object.entries(round).filter(([other]) => other.startsWith(`${component}.`)));
        const alone = await this.registered({ ...base, [path]: round[path] })
            .catch(() => this.registered({ ...base, ...own }))
            .catch(() => this.registered({ ...base, ...round }));
        const affected = affectedBy(registered, alone);
        const [a, b] = [there, back].map(({ steps, seen }) => effectOf(affected, steps, seen));
        return merged(a ?? nothing, b ?? nothing);
    }

    private async mustEndWell(title: string, changes: Changes): Promise<Deployment> {
        const deployment = await this.deploy(changes);
        report(title, deployment);
        if (deployment.error !== undefined) {
            throw new Error(`the stack could not be set back: ${deployment.error}`);
        }
        return deployment;
    }

    private async deploy(changes: Changes): Promise<Deployment> {
        const file = join(this.folder, "stack.yaml");
        const output = join(this.folder, "output.txt");
        const events = join(this.folder, "events.json");
        writeFileSync(file, changedFile(this.stackFile, changes));
        writeFileSync(events, "");
        const log = new StepLog();
        const logFile = new LogFile(events, log);
        const out = openSync(output, "w");
        let code = 1;
        const seen = await watch(this.cluster.core, this.watched, async () => {
            code = await runCommand({
                name: "up:engine",
                args: ["--skip-preview", "--config-file", file, ...logFile.arguments],
                env: logFile.env,
                output: out,
            });
        });
        closeSync(out);
        logFile.read();
        const reasons = [...log.errors.values()];
        return {
            steps: log.steps,
            seen,
            ...(code !== 0 && { error: reasons[0] ?? readFileSync(output, "utf8").trim() }),
        };
    }

    /** What the program registers with these settings. */
    private async registered(changes: Changes): Promise<readonly Registration[]> {
        const { config } = readStackFile("the walk's file", changedFile(this.stackFile, changes));
        const components = Object.entries(config).map(([key, text]) => [
            key.slice("noc:".length),
            JSON.parse(text) as unknown,
        ]);
        return (await runProgram(environment.stack, { settings: Object.fromEntries(components) as Changes })).resources;
    }
}

const nothing: Effect = { changes: [], dangers: [], restarted: [], down: {} };

/** What either of two effects has. */
function merged(a: Effect, b: Effect): Effect {
    const either = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])].sort();
    const down = { ...a.down };
    for (const [workload, time] of Object.entries(b.down)) {
        down[workload] = Math.max(down[workload] ?? 0, time);
    }
    const lost = (b.lost?.[0] ?? 0) > (a.lost?.[0] ?? 0) ? b.lost : a.lost;
    return {
        changes: either(a.changes, b.changes),
        dangers: either(a.dangers, b.dangers),
        restarted: either(a.restarted, b.restarted),
        down,
        ...(lost && { lost }),
    };
}

function report(title: string, { steps, seen, error }: Deployment): void {
    const { restarted, down, lost, queries } = seen;
    console.log(
        [
            `${new Date().toISOString().slice(11, 19)} ${title}: ${error === undefined ? "ok" : "FAILED"}`,
            `${steps.length} resources`,
            `restarted ${restarted.join(" ") || "nothing"}`,
            ...(Object.keys(down).length > 0 ? [`down ${JSON.stringify(down)}`] : []),
            `${lost} of ${queries} queries lost`,
            ...(error === undefined ? [] : [error.slice(0, 600)]),
        ].join("; "),
    );
}
