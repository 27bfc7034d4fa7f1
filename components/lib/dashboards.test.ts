import { expect } from "chai";

import { panelsOf } from "../../tests/dashboard-panels";
import { bars, dashboard, graph, stat, table } from "./dashboards";

describe("panels", () => {
    const only = (panel: Parameters<typeof dashboard>[0]["rows"][number]) =>
        panelsOf(dashboard({ uid: "x", title: "X", description: "X", rows: [panel] }))[0];
    const queries = { used: "a", free: "b" };
    const steps = (...all: [number | null, string][]) => all.map(([value, color]) => ({ value, color }));

    it("turn orange and red above their thresholds, or below them", () => {
        const stepsOf = (...thresholds: Parameters<typeof stat>[4][]) =>
            only([4, stat("X", "X.", "none", queries, ...thresholds)])?.fieldConfig?.defaults.thresholds?.steps;
        expect(stepsOf({ above: [1, 2] })).to.deep.equal(
            steps([null, "semi-dark-green"], [1, "dark-orange"], [2, "dark-red"]),
        );
        expect(stepsOf({ above: [1] })).to.deep.equal(steps([null, "semi-dark-green"], [1, "dark-orange"]));
        expect(stepsOf({ below: [2, 1] })).to.deep.equal(
            steps([null, "dark-red"], [1, "dark-orange"], [2, "semi-dark-green"]),
        );
        expect(stepsOf()).to.deep.equal(steps([null, "semi-dark-blue"]));
    });

    it("with current values send instant queries, so that they do not show series that have ended", () => {
        for (const panel of [stat("X", "X.", "none", queries), bars("X", "X.", "none", queries)]) {
            expect(only([4, panel])?.targets?.map(({ instant, range }) => [instant, range])).to.deep.equal([
                [true, false],
                [true, false],
            ]);
        }
        expect(only([4, graph("X", "X.", "none", queries)])?.targets?.[0]).to.include({ instant: false, range: true });
    });

    it("in tables name their columns, and leave out values without a heading", () => {
        const organized = (queries: Record<string, string>) =>
            only([4, table("X", "X.", "none", { Node: "node" }, queries)])?.transformations?.at(-1)?.options;
        expect(organized({ Used: "a", Free: "b" })).to.deep.equal({
            renameByName: { node: "Node", "Value #A": "Used", "Value #B": "Free" },
            indexByName: { node: 0, "Value #A": 1, "Value #B": 2 },
        });
        expect(organized({ "": "a" })).to.deep.equal({ renameByName: { node: "Node" }, indexByName: { node: 0 } });
    });

    it("in tables colour only the columns of values", () => {
        const panel = table("X", "X.", "none", { Node: "node" }, { Used: "a" }, { above: [0.9] });
        const { defaults, overrides } = only([4, panel])?.fieldConfig as {
            defaults: { thresholds: { steps: unknown } };
            overrides: { matcher: { options: string } }[];
        };
        expect(defaults.thresholds.steps).to.deep.equal(steps([null, "semi-dark-green"], [0.9, "dark-orange"]));
        expect(overrides.map(({ matcher }) => matcher.options)).to.deep.equal(["Used"]);
    });
});
