/** Rules and dashboards ask only for what the exporters export; `npm run record` records that. */
import { expect } from "chai";

import { componentNamespaces, enabledComponents } from "../components/settings";
import type { Run } from "../tools/mock-engine";
import { partsOf, type Series } from "../tools/promql";
import { dashboardsOf, jobsOf, queriesOf } from "../tools/queries";
import { recordedSeries } from "../tools/record";
import { stackSettings } from "../tools/stack-config";
import { stackRun } from "./support";

/** Prometheus' own metrics on alerts. */
const builtIn = ["ALERTS"];

/** What belongs to components that have no recording: what a query asks of it is not missed. */
interface Unrecorded {
    readonly namespaces: readonly string[];
    readonly jobs: readonly string[];
    readonly metrics: readonly string[];
}

/** What a query asks for and no recorded series has. */
function missing(
    recorded: readonly Series[],
    expr: string,
    shown: readonly string[] = [],
    unrecorded: Unrecorded = { namespaces: [], jobs: [], metrics: [] },
): string[] {
    const { selectors: all, groupedBy, added } = partsOf(expr);
    const selectors = all.filter(
        ({ name, equals }) =>
            !unrecorded.namespaces.includes(equals.namespace ?? "") &&
            !unrecorded.jobs.includes(equals.job ?? "") &&
            !(unrecorded.metrics.includes(name) && recorded.every((series) => series.name !== name)),
    );
    if (selectors.length === 0) {
        return [];
    }
    const found = selectors.map((selector) => ({
        selector,
        series: recorded.filter(({ name, labels }) => name === selector.name && selector.matches(labels)),
    }));
    const known = new Set([...added, ...found.flatMap(({ series }) => series.flatMap(labelNames))]);
    const withoutSeries = found.filter(
        ({ selector, series }) => series.length === 0 && !builtIn.includes(selector.name),
    );
    const labels = selectors.some(({ name }) => builtIn.includes(name)) ? [] : [...groupedBy, ...shown];
    return [
        ...withoutSeries.map(({ selector }) => `${selector.name} with ${selector.labels.join(", ")}`),
        ...labels.filter((label) => !known.has(label)).map((label) => `label ${label}`),
    ];
}

const labelNames = ({ labels }: Series): string[] => Object.keys(labels);

/** The namespaces and jobs of the components that have no recording, and the metrics that their own queries name. */
function withoutRecording(stack: string, run: Run): Unrecorded {
    const settings = stackSettings(stack);
    const isRecorded = (component: string) => recordedSeries(component) !== undefined;
    const namespaces = (recorded: boolean) =>
        enabledComponents(settings)
            .filter(({ name }) => isRecorded(name) === recorded)
            .flatMap((definition) => componentNamespaces(settings, definition));
    return {
        namespaces: namespaces(false).filter((namespace) => !namespaces(true).includes(namespace)),
        jobs: jobsOf(run).flatMap(({ component, job }) => (isRecorded(component) ? [] : [job])),
        metrics: queriesOf(run)
            .filter(({ component }) => !isRecorded(component))
            .flatMap(({ expr }) => partsOf(expr).selectors.map(({ name }) => name)),
    };
}

/** The stack whose exporters were recorded. */
const recordedStack = "homelab";

describe("the queries of rules and dashboards", () => {
    for (const stack of [recordedStack]) {
        it(`of ${stack}: every dashboard has some`, async () => {
            const run = await stackRun(stack);
            const queries = queriesOf(run);
            const silent = dashboardsOf(run).filter(
                ({ title }) => !queries.some(({ source }) => source.startsWith(`${title}: `)),
            );
            expect(silent.map(({ title }) => title)).to.deep.equal([]);
        });

        it(`of ${stack}: name only metrics and labels that were recorded from real exporters`, async function () {
            const run = await stackRun(stack);
            const queries = queriesOf(run);
            const bad: string[] = [];
            const notRecorded: string[] = [];
            const unrecorded = withoutRecording(stack, run);
            for (const component of new Set(queries.map((query) => query.component))) {
                const recorded = recordedSeries(component);
                if (!recorded) {
                    notRecorded.push(component);
                    continue;
                }
                for (const { source, expr, shown, kind } of queries.filter((query) => query.component === component)) {
                    bad.push(...missing(recorded, expr, shown, unrecorded).map((what) => `${source}: ${what}`));
                    if (kind === "rule" && source.includes(":") && !recorded.some(({ name }) => name === source)) {
                        bad.push(`${source}: the recording rule itself was not recorded`);
                    }
                }
            }
            expect(bad).to.deep.equal([]);
            if (notRecorded.length > 0) {
                console.log(
                    `      not recorded: ${notRecorded.join(", ")}; npm run record, on a cluster that has them`,
                );
                this.skip();
            }
        });
    }

    it("are found out where they ask for what nobody exports", () => {
        expect(missing(recordedSeries("dns") ?? [], "unbound_total_num_queries_total")).to.deep.equal([
            "unbound_total_num_queries_total with ",
        ]);
        expect(missing(recordedSeries("dns") ?? [], 'unbound_answer_rcodes_total{rcode="SERVFAIl"}')).to.have.length(1);
        expect(missing(recordedSeries("dns") ?? [], "sum by (instanze) (unbound_up)")).to.deep.equal([
            "label instanze",
        ]);
        expect(missing(recordedSeries("dns") ?? [], "unbound_up", ["host"])).to.deep.equal(["label host"]);
        const twoNamespaces = 'absent(up{namespace="noc",job="none"}) or absent(up{namespace="new",job="none"})';
        expect(
            missing(recordedSeries("dns") ?? [], twoNamespaces, [], { namespaces: ["new"], jobs: [], metrics: [] }),
        ).to.have.length(1);
        expect(() => missing(recordedSeries("dns") ?? [], "sum by (pod) (rate(unbound_up[5m])")).to.throw(
            "is not PromQL",
        );
    });
});
