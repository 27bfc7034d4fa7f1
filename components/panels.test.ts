import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";

import { dhcpDashboard } from "./dhcp/dashboard";
import { keaRecords } from "./dhcp/alerts";
import { unboundRecords } from "./dns/alerts";
import { dnsDashboard } from "./dns/dashboard";
import { sloRecords } from "./dns/slo";
import { metallbRecords } from "./metallb/alerts";
import { loadBalancerDashboard } from "./metallb/dashboard";
import { clusterDashboard } from "./monitoring/cluster";
import { overviewDashboard } from "./monitoring/overview";
import { bars, type Dashboard, graph, page, stat, table } from "./panels";

interface Placed {
    id: number;
    type: string;
    title: string;
    description?: string;
    datasource?: unknown;
    gridPos: { x: number; y: number; w: number; h: number };
    fieldConfig?: { defaults: { unit?: string; thresholds?: { steps: unknown } } };
    targets?: { refId: string; expr: string; datasource: unknown; instant?: boolean; range?: boolean }[];
    transformations?: { id: string; options: unknown }[];
}

const datasource = { type: "prometheus", uid: "prometheus" };
const everything = { namespaces: ["noc", "monitoring"], dns: "noc", dhcp: "noc", metallb: "metallb-system" };
const pages = [
    dnsDashboard("noc"),
    dhcpDashboard("noc"),
    loadBalancerDashboard("metallb-system"),
    overviewDashboard(everything),
    clusterDashboard({ controlPlane: true }),
];

// As Grafana reads them.
const panelsOf = ({ panels }: Dashboard) => JSON.parse(JSON.stringify(panels)) as Placed[];
const dataPanelsOf = (dashboard: Dashboard) => panelsOf(dashboard).filter(({ type }) => type !== "row");
const queriesOf = (dashboard: Dashboard) =>
    dataPanelsOf(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const heightOf = (dashboard: Dashboard) => Math.max(...panelsOf(dashboard).map(({ gridPos: { y, h } }) => y + h));

describe("the pages of Grafana", () => {
    it("are told apart by their uids, and linked by a tag", () => {
        expect(pages.map(({ uid }) => uid)).to.deep.equal([
            "noc-dns",
            "noc-dhcp",
            "noc-load-balancer",
            "noc-overview",
            "noc-cluster",
        ]);
        for (const { tags, links, refresh, time } of pages) {
            expect(tags).to.deep.equal(["k8s-noc"]);
            expect(links).to.have.length(1);
            expect(links?.[0]).to.deep.include({ type: "dashboards", tags, placement: undefined });
            expect({ refresh, time }).to.deep.equal({ refresh: "30s", time: { from: "now-3h", to: "now" } });
        }
    });

    for (const dashboard of pages) {
        describe(dashboard.title ?? "", () => {
            it("places each panel once, on the grid, and none upon another", () => {
                const panels = panelsOf(dashboard);
                expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
                const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
                    expect([x >= 0, w > 0, h > 0, x + w <= 24]).to.deep.equal([true, true, true, true]);
                    return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
                });
                expect(new Set(cells).size).to.equal(cells.length);
                // Nor does it leave a gap.
                expect(cells.length).to.equal(heightOf(dashboard) * 24);
            });

            it("says of each panel what it tells, in which unit and by which queries", () => {
                for (const panel of dataPanelsOf(dashboard)) {
                    expect(panel.description, panel.title).to.match(/^[^\n]{20,}\.$/);
                    expect(panel.fieldConfig?.defaults.unit, panel.title).to.be.a("string");
                    expect(panel.datasource, panel.title).to.deep.equal(datasource);
                    expect(panel.targets, panel.title).not.to.be.empty;
                    for (const target of panel.targets ?? []) {
                        expect(target.expr, panel.title).not.to.be.empty;
                        expect(target.datasource, panel.title).to.deep.equal(datasource);
                    }
                    const refIds = panel.targets?.map(({ refId }) => refId);
                    expect(new Set(refIds).size, panel.title).to.equal(refIds?.length);
                }
            });

            it("asks in PromQL, for rates over the interval that fits its width", () => {
                for (const expr of queriesOf(dashboard)) {
                    const query = expr.replaceAll("$__rate_interval", "5m").replaceAll("$pod", ".*");
                    parser.parse(query).iterate({
                        enter: ({ type, from }) => {
                            expect(type.isError, `${query} at ${from}`).to.be.false;
                        },
                    });
                    for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g)) {
                        expect(window, expr).to.equal("$__rate_interval");
                    }
                }
            });

            it("asks for recording rules that there are", () => {
                const records = [
                    ...unboundRecords("noc"),
                    ...sloRecords("noc", { availability: 0.999, latency: 0.99, latencySeconds: 0.262144 }),
                    ...keaRecords("noc"),
                    ...metallbRecords("metallb-system"),
                ].map(({ record }) => record);
                const asked = queriesOf(dashboard).flatMap((expr) =>
                    [...expr.matchAll(/\b(?:namespace|pool)\w*:\w+:\w+/g)].map(([name]) => name),
                );
                expect(records).to.include.members(asked);
            });
        });
    }

    it("can be narrowed to some of the resolvers, all of them at first", () => {
        const [variable] = dnsDashboard("noc").templating?.list ?? [];
        expect(variable).to.deep.include({
            name: "pod",
            query: 'label_values(unbound_up{namespace="noc"}, pod)',
            datasource,
            multi: true,
            includeAll: true,
            allValue: ".*",
        });
    });

    it("show the control plane's processes only where they are scraped", () => {
        const jobs = /kube-(etcd|scheduler|controller-manager|proxy)/;
        expect(queriesOf(clusterDashboard({ controlPlane: true })).join()).to.match(jobs);
        expect(queriesOf(clusterDashboard({ controlPlane: false })).join()).not.to.match(jobs);
    });
});

describe("the page for the wall", () => {
    it("fits on a screen of 1920x1080 without scrolling", () => {
        expect(heightOf(overviewDashboard(everything))).to.be.at.most(26);
    });

    it("leaves out what is switched off", () => {
        const parts = { dns: /unbound|dns/, dhcp: /kea/, metallb: /metallb_/ };
        for (const [part, names] of Object.entries(parts)) {
            const others = overviewDashboard({ ...everything, [part]: undefined });
            expect(queriesOf(overviewDashboard(everything)).join()).to.match(names);
            expect(queriesOf(others).join()).not.to.match(names);
        }
        const alone = overviewDashboard({ namespaces: ["monitoring"] });
        expect(dataPanelsOf(alone)).to.have.length(5);
        expect(heightOf(alone)).to.equal(11);
    });
});

describe("panels", () => {
    const only = (panel: Parameters<typeof page>[0]["content"][number]) =>
        panelsOf(page({ uid: "x", title: "X", description: "X", content: [panel] }))[0];
    const queries = { used: "a", free: "b" };
    const steps = (...all: [number | null, string][]) => all.map(([value, color]) => ({ value, color }));

    it("get worse above their limits, or below them", () => {
        const stepsOf = (...limits: Parameters<typeof stat>[4][]) =>
            only([4, stat("X", "X.", "none", queries, ...limits)])?.fieldConfig?.defaults.thresholds?.steps;
        expect(stepsOf({ above: [1, 2] })).to.deep.equal(
            steps([null, "semi-dark-green"], [1, "dark-orange"], [2, "dark-red"]),
        );
        expect(stepsOf({ above: [1] })).to.deep.equal(steps([null, "semi-dark-green"], [1, "dark-orange"]));
        expect(stepsOf({ below: [2, 1] })).to.deep.equal(
            steps([null, "dark-red"], [1, "dark-orange"], [2, "semi-dark-green"]),
        );
        expect(stepsOf()).to.deep.equal(steps([null, "semi-dark-blue"]));
    });

    it("that show figures of now ask for now, so that nothing stays of a series that has ended", () => {
        for (const panel of [stat("X", "X.", "none", queries), bars("X", "X.", "none", queries)]) {
            expect(only([4, panel])?.targets?.map(({ instant, range }) => [instant, range])).to.deep.equal([
                [true, false],
                [true, false],
            ]);
        }
        expect(only([4, graph("X", "X.", "none", queries)])?.targets?.[0]).to.include({ instant: false, range: true });
    });

    it("that are tables name their columns, and leave out values without a heading", () => {
        const organized = (queries: Record<string, string>) =>
            only([4, table("X", "X.", "none", { Node: "node" }, queries)])?.transformations?.at(-1)?.options;
        expect(organized({ Used: "a", Free: "b" })).to.deep.equal({
            renameByName: { node: "Node", "Value #A": "Used", "Value #B": "Free" },
            indexByName: { node: 0, "Value #A": 1, "Value #B": 2 },
        });
        expect(organized({ "": "a" })).to.deep.equal({ renameByName: { node: "Node" }, indexByName: { node: 0 } });
    });
});
