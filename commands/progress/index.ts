/** Runs `up` and says what it waits for, why it failed, and what took how long. */
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Step, StepLog } from "./events";
import { LogFile } from "./log-file";
import { summary, type Waits } from "./summary";
import { failure, placeOf, podsOf, type Trouble, troubleOf, wait } from "./waits";

/** Time between two looks at the cluster, in milliseconds. */
const period = 5000;
/** A step that takes longer is spoken of, in milliseconds; and again after as long. */
const quiet = 15_000;
/** Lines of a failed container's log. */
const lastLines = 10;

export interface ProgressOptions {
    /** Runs the engine with these further arguments and environment, and returns its exit code. */
    readonly run: (args: readonly string[], env: Record<string, string>) => Promise<number>;
    readonly core: CoreV1Api;
    /** What the program registers: it says what waits for what. */
    readonly resources: readonly Waits[];
    readonly print: (text: string) => void;
}

/** Runs the engine and accompanies it. Returns its exit code. */
export async function withProgress({ run, core, resources, print }: ProgressOptions): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), "noc-up-"));
    const log = new StepLog();
    const file = new LogFile(join(folder, "events.json"), log);
    const watch = new Watch(core, file, log, print);
    const timer = setInterval(() => void watch.look(), period);
    try {
        const code = await run(file.arguments, file.env);
        file.read();
        print(code === 0 ? summary(log.steps, resources) : watch.failures());
        return code;
    } finally {
        clearInterval(timer);
        rmSync(folder, { recursive: true });
    }
}

/** What a step was last seen to wait for. A failed release is rolled back, and its pods are gone by the end. */
interface Seen {
    readonly trouble?: Trouble;
    readonly log: readonly string[];
}

class Watch {
    private readonly seen = new Map<string, Seen>();
    private readonly spoken = new Map<string, number>();
    private looking = false;

    constructor(
        private readonly core: CoreV1Api,
        private readonly file: LogFile,
        private readonly log: StepLog,
        private readonly print: (text: string) => void,
    ) {}

    /** Looks at what the running steps wait for, and speaks of those that take long. */
    public async look(): Promise<void> {
        this.file.read();
        if (this.looking) {
            return;
        }
        this.looking = true;
        try {
            for (const step of this.log.running) {
                await this.lookAt(step);
            }
        } catch {
            // The cluster does not answer now; the engine will say so itself.
        } finally {
            this.looking = false;
        }
    }

    private async lookAt(step: Step): Promise<void> {
        const place = placeOf(step);
        const now = Date.now();
        if (!place || now - step.started < period) {
            return;
        }
        const { namespace } = place;
        const [pods, events] = await Promise.all([
            this.core.listNamespacedPod({ namespace }),
            this.core.listNamespacedEvent({ namespace }),
        ]);
        await this.remember(step, podsOf(place, pods.items));
        if (now - (this.spoken.get(step.urn) ?? step.started) >= quiet) {
            this.spoken.set(step.urn, now);
            this.print(`\n  waiting ${wait(step, pods.items, events.items, now)}`);
        }
    }

    private async remember(step: Step, pods: readonly V1Pod[]): Promise<void> {
        const troubled = pods.map((pod) => ({ pod, trouble: troubleOf(pod) })).filter(({ trouble }) => trouble);
        const [worst] = troubled.sort((a, b) => restarts(b.pod) - restarts(a.pod));
        if (worst) {
            this.seen.set(step.urn, { trouble: worst.trouble, log: await this.lastWords(worst.pod, worst.trouble) });
        }
    }

    /** The last lines that a container has logged, or its predecessor where it has just been restarted. */
    private async lastWords({ metadata }: V1Pod, trouble: Trouble | undefined): Promise<string[]> {
        const { name = "", namespace = "" } = metadata ?? {};
        if (trouble?.container === undefined) {
            return [];
        }
        for (const previous of [true, false]) {
            try {
                const log = await this.core.readNamespacedPodLog({
                    name,
                    namespace,
                    container: trouble.container,
                    previous,
                    tailLines: lastLines,
                });
                return log.trim().split("\n").filter(Boolean);
            } catch {
                // It has no log, or no predecessor.
            }
        }
        return [];
    }

    /** Why the run failed: a paragraph for each failed step. */
    public failures(): string {
        const { steps, errors } = this.log;
        return steps
            .filter(({ failed, urn }) => failed ?? errors.has(urn))
            .map((step) => {
                const { trouble, log = [] } = this.seen.get(step.urn) ?? {};
                return failure(step, errors.get(step.urn) ?? "", trouble, log);
            })
            .join("\n\n");
    }
}

const restarts = ({ status }: V1Pod): number =>
    (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
