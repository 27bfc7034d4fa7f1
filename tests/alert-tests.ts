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

/** What happens to the samples: all is well but only just, then there is trouble, then all is well again. */
export interface Scenario {
    readonly alert: string;
    readonly series: readonly Series[];
    /** Minutes from the beginning of the trouble until the alert fires: its `for`, and before it what its rates take. */
    readonly firesAfter: number;
    /** How many minutes earlier it may fire as well: a window leaves out its beginning from promtool 3.0 on. Defaults to 0. */
    readonly slack?: number;
    /** Minutes from the end of the trouble until it no longer does. Defaults to 1. */
    readonly recoversAfter?: number;
    /** Minutes of being well beforehand, in which nothing may fire. Defaults to 30 more than `firesAfter`. */
    readonly calm?: number;
    /** Minutes between two samples and two evaluations. Defaults to 1. */
    readonly step?: number;
    /** The labels that it fires with, beside `severity` and `component`. */
    readonly labels: Readonly<Record<string, string>>;
    /** The description as people read it. */
    readonly description: string;
    /** The description at the moment it fires, where the number in it still grows. Defaults to `description`. */
    readonly firstDescription?: string;
    /** Which of the alert's causes this is, where it has several. */
    readonly cause?: string;
}

/** The samples of one series. */
export interface Series {
    readonly series: string;
    /** Its value, or, of a counter, what it gains a minute. `absent`: there are no samples. */
    readonly well: number | "absent";
    readonly trouble: number | "absent";
    /** Whether it counts. Defaults to false. */
    readonly counter?: boolean;
}

/**
 * Tests each scenario, and requires one of every alert. One promtool tests all of them: it takes longer to start than
 * to test.
 */
export function testAlerts(component: string, groups: readonly RuleGroup[], scenarios: readonly Scenario[]): void {
    const alerts = groups.flatMap((group) => group.alerts);
    let failures: Map<number, string> | undefined;

    before(function () {
        // Scenarios over days take seconds, and longer while all other tests run.
        this.timeout(120_000);
        if (installed("promtool")) {
            failures = promtool(component, groups, scenarios);
        }
    });

    it("have a scenario each, and there is no scenario of another", () => {
        const tested = new Set(scenarios.map(({ alert }) => alert));
        expect([...tested]).to.have.members(alerts.map(({ alert }) => alert));
    });

    scenarios.forEach(({ alert, cause }, i) => {
        const title = [alert, cause].filter(Boolean).join(", ");
        it(`${title}: fires when it should, stays silent just under the threshold, recovers`, function () {
            if (!failures) {
                this.skip();
            }
            expect(failures.get(i) ?? "").to.equal("");
        });
    });
}

const runbooks = "https://runbooks.example.org";

/** What promtool says of the scenarios that fail, by their indexes. */
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

/** In promtool's notation: `1+0x9` are ten ones, `5+2x9` goes up by two a minute. */
function samples(series: Series, begins: number, ends: number, length: number, step: number): string {
    const { well, trouble, counter } = series;
    let total = 0;
    const phase = (value: number | "absent", count: number) => {
        if (value === "absent") {
            // Prometheus marks what a scrape no longer gives; without the mark it would be seen for five minutes more.
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
