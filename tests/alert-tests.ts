/**
 * Turns the rules that a component deploys, and a scenario for each of its alerts, into unit tests of promtool:
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type PrometheusGroup, prometheusGroup } from "../components/lib/prometheus-rules";
import type { RecordingRule, RuleGroup } from "../components/lib/monitoring-spec";
import { installed } from "./support";

/** The values of series over time: first just within the threshold, then beyond it, then within it again. */
export interface Scenario {
    readonly alert: string;
    readonly series: readonly Series[];
    /** Minutes between the first bad sample and the alert: its `for`, and before that the time that its rates need. */
    readonly firesAfter: number;
    /** Minutes by which it may fire earlier: from promtool 3.0 on, a range excludes its start. Defaults to 0. */
    readonly slack?: number;
    /** Minutes between the last bad sample and the end of the alert. Defaults to 1. */
    readonly recoversAfter?: number;
    /** Minutes of good samples at the beginning, in which nothing may fire. Defaults to `firesAfter` + 30. */
    readonly calm?: number;
    /** Minutes between two samples and two evaluations. Defaults to 1. */
    readonly step?: number;
    /** The alert's labels, apart from `severity` and `component`. */
    readonly labels: Readonly<Record<string, string>>;
    /** The alert's description, with its values filled in. */
    readonly description: string;
    /** The description when it begins to fire, if a number in it changes later. Defaults to `description`. */
    readonly firstDescription?: string;
    /** Distinguishes the scenarios of an alert that has several. */
    readonly cause?: string;
}

/** The samples of one series. */
export interface Series {
    readonly series: string;
    /** The value of each sample; for a counter, its increase per minute. `absent`: there are no samples. */
    readonly well: number | "absent";
    readonly trouble: number | "absent";
    /** Whether it is a counter. Defaults to false. */
    readonly counter?: boolean;
}

/**
 * Tests each scenario, and that every alert has one. All scenarios are tested by one promtool, because starting it takes
 * longer than most tests.
 */
export function testAlerts(component: string, groups: readonly RuleGroup[], scenarios: readonly Scenario[]): void {
    const alerts = groups.flatMap((group) => group.alerts);
    let failures: Map<number, string> | undefined;

    before(function () {
        // Scenarios of several days take seconds, and longer while other tests run.
        this.timeout(120_000);
        if (installed("promtool")) {
            failures = promtool(component, groups, scenarios);
        }
    });

    it("have a scenario each, and no scenario is of an alert that does not exist", () => {
        const tested = new Set(scenarios.map(({ alert }) => alert));
        expect([...tested]).to.have.members(alerts.map(({ alert }) => alert));
    });

    scenarios.forEach(({ alert, cause }, i) => {
        const title = [alert, cause].filter(Boolean).join(", ");
        it(`${title}: fires beyond the threshold, not within it, and stops firing`, function () {
            if (!failures) {
                this.skip();
            }
            expect(failures.get(i) ?? "").to.equal("");
        });
    });
}

const runbooks = "https://runbooks.example.org";

/** Runs promtool. Returns its output for each scenario that fails, by the scenario's index. */
function promtool(
    component: string,
    groups: readonly RuleGroup[],
    scenarios: readonly Scenario[],
): Map<number, string> {
    const folder = mkdtempSync(join(tmpdir(), "noc-alerts-"));
    try {
        const tests = scenarios.map((scenario, i) => {
            const rules = withOnly(scenario.alert, groups).map((group) => prometheusGroup(group, component, runbooks));
            writeFileSync(join(folder, `rules-${i}.yaml`), JSON.stringify({ groups: rules }));
            writeFileSync(
                join(folder, `test-${i}.yaml`),
                JSON.stringify({ ...promtoolTest(rules, scenario), rule_files: [`rules-${i}.yaml`] }),
            );
            return `test-${i}.yaml`;
        });
        const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", ...tests], {
            cwd: folder,
            encoding: "utf8",
        });
        const results = `${stdout}${stderr}`.split(/^Unit Testing: +/m).slice(1);
        const failures = results.flatMap((result): [number, string][] => {
            const [, index = "-1"] = /^test-(\d+)\.yaml/.exec(result) ?? [];
            return /^\s*SUCCESS$/m.test(result) ? [] : [[Number(index), result]];
        });
        if (results.length !== scenarios.length || (status !== 0) !== failures.length > 0) {
            throw new Error(`promtool did not test all scenarios: ${stdout}${stderr}`);
        }
        return new Map(failures);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/**
 * The groups with one alert, because a scenario has no samples of the others, and with the recording rules that it
 * reads: promtool takes seconds to evaluate those of all windows over days.
 */
function withOnly(name: string, groups: readonly RuleGroup[]): RuleGroup[] {
    const all = groups.flatMap(({ records }) => records);
    const read = new Set<RecordingRule>();
    const addRead = (expr: string): void => {
        for (const record of all.filter((rule) => !read.has(rule) && expr.includes(rule.record))) {
            read.add(record);
            addRead(record.expr);
        }
    };
    const single = groups.map((group) => ({ ...group, alerts: group.alerts.filter(({ alert }) => alert === name) }));
    single.flatMap(({ alerts }) => alerts).forEach(({ expr }) => addRead(expr));
    return single.map((group) => ({ ...group, records: group.records.filter((rule) => read.has(rule)) }));
}

function promtoolTest(rules: readonly PrometheusGroup[], scenario: Scenario) {
    const rule = rules.flatMap((group) => group.rules).find((r) => "alert" in r && r.alert === scenario.alert);
    if (!rule || !("alert" in rule)) {
        throw new Error(`there is no alert ${scenario.alert}`);
    }
    const step = scenario.step ?? 1;
    const { firesAfter } = scenario;
    const recoversAfter = scenario.recoversAfter ?? step;
    const begins = scenario.calm ?? firesAfter + 30;
    const ends = begins + firesAfter + 6 * step;
    const fires = (description: string) => ({
        exp_labels: { ...rule.labels, ...scenario.labels },
        exp_annotations: { ...rule.annotations, description },
    });
    const at = (minute: number, exp_alerts: unknown[]) => ({
        eval_time: `${minute}m`,
        alertname: scenario.alert,
        exp_alerts,
    });
    return {
        evaluation_interval: `${step}m`,
        group_eval_order: rules.map(({ name }) => name),
        tests: [
            {
                interval: `${step}m`,
                input_series: scenario.series.map((series) => ({
                    series: series.series,
                    values: samples(series, begins / step, ends / step, (ends + recoversAfter) / step + 1, step),
                })),
                alert_rule_test: [
                    at(begins - step, []),
                    ...(firesAfter > 0 ? [at(begins + firesAfter - step - (scenario.slack ?? 0), [])] : []),
                    at(begins + firesAfter, [fires(scenario.firstDescription ?? scenario.description)]),
                    at(ends - step, [fires(scenario.description)]),
                    at(ends - step + recoversAfter, []),
                ],
            },
        ],
    };
}

/** Samples in promtool's notation: `1+0x9` is ten times 1, `5+2x9` is 5, 7, 9 and so on, ten samples. */
function samples(series: Series, begins: number, ends: number, length: number, step: number): string {
    const { well, trouble, counter } = series;
    let total = 0;
    const phase = (value: number | "absent", count: number) => {
        if (value === "absent") {
            // Prometheus writes a staleness marker when a scrape no longer has a series. Without it, queries would return the
            // last value for five more minutes.
            return `stale _x${count - 1}`;
        }
        if (!counter) {
            return `${value}+0x${count - 1}`;
        }
        const gain = value * step;
        const first = total + gain;
        total += gain * count;
        return `${first}+${gain}x${count - 1}`;
    };
    return [phase(well, begins), phase(trouble, ends - begins), phase(well, length - ends)].join(" ");
}
