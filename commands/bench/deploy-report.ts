/** The report of bench:deploy: times, and the steps that made them that long. */
import { isCustom, type Step, titleOf } from "../progress/events";
import { longestChain, type Waits } from "../progress/summary";
import { barChart } from "./chart";
import type { Picture, Report, ReportTable } from "./report";
import { shown } from "./statistics";

/** A run of the engine. */
export interface Deployment {
    readonly seconds: number;
    /** Milliseconds since 1970. */
    readonly started: number;
    readonly steps: readonly Step[];
}

export interface DeployReportOptions {
    readonly command: string;
    readonly conditions: Readonly<Record<string, string>>;
    /** What the program registers: it says what waits for what. */
    readonly resources: readonly Waits[];
    /** Median of the previews, in seconds. */
    readonly preview: number;
    readonly previews: readonly number[];
    readonly destroy?: Deployment;
    readonly up?: Deployment;
}

/**
 * The steps that a `destroy` could not have been shorter than. The engine deletes in waves: it begins the next one when
 * the whole wave before has ended (https://github.com/pulumi/pulumi, ScheduleDeletes). So each step waited for the one
 * that ended last before it began.
 */
export function waveChain(steps: readonly Step[]): Step[] {
    const ended = steps.filter(({ finished }) => finished !== undefined);
    const end = ({ finished = 0 }: Step): number => finished;
    const latest = (some: readonly Step[]): Step | undefined => [...some].sort((a, b) => end(b) - end(a))[0];
    const chain: Step[] = [];
    for (
        let next = latest(ended);
        next !== undefined;
        next = latest(ended.filter((step) => end(step) <= (chain[0]?.started ?? 0) && step !== chain[0]))
    ) {
        chain.unshift(next);
    }
    return chain;
}

const chainTable = (title: string, chain: readonly Step[], { started }: Deployment): ReportTable => ({
    title,
    head: ["step", "began after, s", "took, s"],
    rows: chain.map((step) => [
        titleOf(step.urn),
        shown((step.started - started) / 1000, 1),
        shown(((step.finished ?? step.started) - step.started) / 1000, 1),
    ]),
});

const chainPicture = (name: string, title: string, chain: readonly Step[], { started }: Deployment): Picture => ({
    name,
    title,
    svg: barChart({
        title,
        x: "seconds since the beginning",
        bars: chain.map((step) => ({
            label: titleOf(step.urn),
            from: (step.started - started) / 1000,
            to: ((step.finished ?? step.started) - started) / 1000,
        })),
    }),
});

export function deployReport(options: DeployReportOptions): Report {
    const { command, conditions, resources, preview, previews, destroy, up } = options;
    const custom = (run: Deployment | undefined) => run?.steps.filter(({ urn }) => isCustom(urn)) ?? [];
    const runs = [
        { name: "destroy", run: destroy, chain: waveChain(custom(destroy)) },
        { name: "up", run: up, chain: longestChain(custom(up), resources) },
    ];
    return {
        name: "deploy",
        title: "Deployment: preview, destroy, up",
        command,
        description: [
            "`destroy` and `up` run without a preview of their own. The times of the steps are read from the engine's event log, every 0.1 s. A chain lists the steps of which each had to wait for the one before: the run could not have been shorter.",
        ],
        conditions,
        tables: [
            {
                title: "Times",
                head: ["command", "seconds", "resources", "longest chain, s"],
                rows: [
                    [`preview, median of ${previews.length}`, shown(preview, 1), String(resources.length), "-"],
                    ...runs.flatMap(({ name, run, chain }) =>
                        run
                            ? [[name, shown(run.seconds, 1), String(run.steps.length), shown(chainSeconds(chain), 1)]]
                            : [],
                    ),
                ],
            },
            ...runs.flatMap(({ name, run, chain }) => (run ? [chainTable(`The chain of ${name}`, chain, run)] : [])),
        ],
        pictures: runs.flatMap(({ name, run, chain }) =>
            run ? [chainPicture(`deploy-${name}`, `The chain of ${name}`, chain, run)] : [],
        ),
        data: { previews, destroy: summary(destroy), up: summary(up) },
    };
}

/** The time from the beginning of a chain to its end, in seconds. */
const chainSeconds = (chain: readonly Step[]): number =>
    ((chain.at(-1)?.finished ?? NaN) - (chain[0]?.started ?? NaN)) / 1000;

/** The steps without their inputs, which may hold secrets. */
const summary = (run: Deployment | undefined): object | undefined =>
    run && {
        seconds: run.seconds,
        steps: run.steps.map(({ urn, op, started, finished }) => ({
            step: titleOf(urn),
            op,
            began: (started - run.started) / 1000,
            ended: finished === undefined ? undefined : (finished - run.started) / 1000,
        })),
    };
