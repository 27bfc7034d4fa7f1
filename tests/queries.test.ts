/** Rules and pages ask only for what real exporters export; `npm run record` writes down what they do. */
import { expect } from "chai";
import { readFileSync } from "node:fs";

import { askedFor, readSeries, type Series } from "../commands/promql";
import { pagesOf, queriesOf, recordedFile, recordsOf } from "../commands/queries";
import { stackRun } from "./support";

/** Alertmanager's own view, which Prometheus makes up. */
const madeUp = ["ALERTS"];

describe("queries", () => {
    const recorded = new Map<string, Series[]>();
    for (const series of readSeries(readFileSync(recordedFile, "utf8"))) {
        recorded.set(series.name, [...(recorded.get(series.name) ?? []), series]);
    }
    /** The stack that was recorded; it has all there is. */
    const everything = () => stackRun("homelab");

    /** What of a query no exporter exports. */
    function missing(expr: string, shown: readonly string[] = []): string[] {
        const { selectors, groupedBy } = askedFor(expr);
        const found = selectors.map((selector) => ({
            selector,
            series: (recorded.get(selector.name) ?? []).filter(({ labels }) => selector.matches(labels)),
        }));
        const known = new Set(found.flatMap(({ series }) => series.flatMap(labelNames)));
        // Labels that the query itself makes.
        for (const [, label = ""] of expr.matchAll(/label_(?:replace|join)\(.*?, "(\w+)"/g)) {
            known.add(label);
        }
        return [
            ...found
                .filter(({ selector, series }) => series.length === 0 && !madeUp.includes(selector.name))
                .map(({ selector }) => `${selector.name} with ${selector.labels.join(", ")}`),
            ...(selectors.some(({ name }) => madeUp.includes(name))
                ? []
                : [...groupedBy, ...shown].filter((label) => !known.has(label)).map((label) => `label ${label}`)),
        ];
    }

    it("of rules and pages name only metrics and labels that exporters export", async () => {
        const run = await everything();
        const bad = queriesOf(run).flatMap(({ of, expr, shown }) =>
            missing(expr, shown).map((what) => `${of}: ${what}`),
        );
        expect(bad).to.deep.equal([]);
    });

    it("were recorded of every recording rule", async () => {
        const run = await everything();
        expect(recordsOf(run).filter((name) => !recorded.has(name))).to.deep.equal([]);
    });

    it("are many, on every page", async () => {
        const run = await everything();
        expect(pagesOf(run).map(({ title }) => title)).to.have.length(5);
        expect(queriesOf(run).length).to.be.greaterThan(100);
    });

    it("are found out where they ask for what nobody exports", () => {
        expect(missing("unbound_total_num_queries_total")).to.deep.equal(["unbound_total_num_queries_total with "]);
        expect(missing('unbound_answer_rcodes_total{rcode="SERVFAIl"}')).to.have.length(1);
        expect(missing("sum by (instanze) (unbound_up)")).to.deep.equal(["label instanze"]);
        expect(missing("unbound_up", ["host"])).to.deep.equal(["label host"]);
        expect(() => missing("sum by (pod) (rate(unbound_up[5m])")).to.throw("is no PromQL");
    });
});

const labelNames = ({ labels }: Series): string[] => Object.keys(labels);
