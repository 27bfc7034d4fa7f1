/** Rules and dashboards ask only for what the exporters export; `npm run record` records that. */
import { expect } from "chai";

import { enabledComponents, settingsOf } from "../components/settings";
import { partsOf, type Series } from "../tools/promql";
import { dashboardsOf, queriesOf } from "../tools/queries";
import { recordedSeries } from "../tools/record";
import { stackSettings } from "../tools/stack-config";
import { stackRun } from "./support";

/** Prometheus' own metrics on alerts. */
const builtIn = ["ALERTS"];

/**
 * What a query asks for and no recorded series has.
 * @param unrecorded namespaces whose exporters were never recorded: what a query asks of them is not missed.
 */
function missing(
    recorded: readonly Series[],
    expr: string,
    shown: readonly string[] = [],
    unrecorded: readonly string[] = [],
): string[] {
    const { selectors: all, groupedBy, added } = partsOf(expr);
    const selectors = all.filter(({ equals }) => !unrecorded.includes(equals.namespace ?? ""));
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

/** The namespaces of the components that have no recording. */
function namespacesWithoutRecording(stack: string): string[] {
    const settings = stackSettings(stack);
    const namespaces = (recorded: boolean) =>
        enabledComponents(settings)
            .filter(({ name }) => (recordedSeries(name) !== undefined) === recorded)
            .flatMap((definition) => definition.namespaces(settingsOf(settings, definition), settings.site));
    return namespaces(false).filter((namespace) => !namespaces(true).includes(namespace));
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
            const queries = queriesOf(await stackRun(stack));
            const bad: string[] = [];
            const notRecorded: string[] = [];
            const unrecorded = namespacesWithoutRecording(stack);
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
        expect(missing(recordedSeries("dns") ?? [], twoNamespaces, [], ["new"])).to.have.length(1);
        expect(() => missing(recordedSeries("dns") ?? [], "sum by (pod) (rate(unbound_up[5m])")).to.throw(
            "is not PromQL",
        );
    });
});
