/** What holds for the Grafana dashboards of every component. */
import { expect } from "chai";

import { stacks } from "../tools/expected";
import { partsOf } from "../tools/promql";
import { dashboardsOf, queriesOf, rulesOf } from "../tools/queries";
import { panelsOf, type PlacedPanel } from "./dashboard-panels";
import { stackRun, without } from "./support";

interface Dashboard {
    uid: string;
    title: string;
    tags: string[];
    links: unknown[];
    refresh: string;
    time: unknown;
    panels?: unknown[];
    templating?: { list?: unknown[] };
}

const datasource = { type: "prometheus", uid: "prometheus" };
const logs = { type: "loki", uid: "loki" };
const dataPanelsOf = (dashboard: Dashboard) => panelsOf(dashboard).filter(({ type }) => type !== "row");
const heightOf = (dashboard: Dashboard) => Math.max(...panelsOf(dashboard).map(({ gridPos: { y, h } }) => y + h));
const deployed = async (run: ReturnType<typeof stackRun>) => dashboardsOf(await run) as unknown as Dashboard[];
const exprsOf = (panels: PlacedPanel[]) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

for (const stack of stacks) {
    describe(`the dashboards of ${stack}`, () => {
        it("have unique uids, and links to each other by a tag", async () => {
            const all = await deployed(stackRun(stack));
            expect(new Set(all.map(({ uid }) => uid)).size).to.equal(all.length);
            for (const { uid, tags, links, refresh, time } of all) {
                expect(uid).to.match(/^noc-/);
                expect(tags).to.deep.equal(["k8s-noc"]);
                expect(links).to.have.length(1);
                expect(links[0]).to.deep.include({ type: "dashboards", tags }).and.not.have.property("placement");
                expect({ refresh, time }).to.deep.equal({ refresh: "30s", time: { from: "now-3h", to: "now" } });
            }
        });

        it("place every panel once on the grid, without gaps or overlaps", async () => {
            for (const dashboard of await deployed(stackRun(stack))) {
                const panels = panelsOf(dashboard);
                expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
                const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
                    expect([x >= 0, w > 0, h > 0, x + w <= 24]).to.deep.equal([true, true, true, true]);
                    return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
                });
                expect(new Set(cells).size, dashboard.title).to.equal(cells.length);
                expect(cells.length, dashboard.title).to.equal(heightOf(dashboard) * 24);
            }
        });

        it("describe every panel, and give it a unit and queries", async () => {
            for (const panel of (await deployed(stackRun(stack))).flatMap(dataPanelsOf)) {
                expect(panel.description, panel.title).to.match(/^[^\n]{20,}\.$/);
                expect(panel.fieldConfig?.defaults.unit, panel.title).to.be.a("string");
                expect(panel.datasource, panel.title).to.deep.equal(panel.type === "logs" ? logs : datasource);
                expect(panel.targets, panel.title).not.to.be.empty;
                for (const target of panel.targets ?? []) {
                    expect(target.expr, panel.title).not.to.be.empty;
                    expect(target.datasource, panel.title).to.deep.equal(panel.datasource);
                }
                const refIds = panel.targets?.map(({ refId }) => refId);
                expect(new Set(refIds).size, panel.title).to.equal(refIds?.length);
            }
        });

        it("query in PromQL, rates over the interval that fits the panel's width, and recording rules that exist", async () => {
            const run = await stackRun(stack);
            const records = new Set(rulesOf(run).flatMap((rule) => ("record" in rule ? [rule.record] : [])));
            for (const { source, expr } of queriesOf(run).filter(({ kind }) => kind === "panel")) {
                const own = partsOf(expr).selectors.filter(({ name }) => /^(namespace|pool)\w*:/.test(name));
                expect([...records], source).to.include.members(own.map(({ name }) => name));
            }
            for (const expr of exprsOf((await deployed(stackRun(stack))).flatMap(dataPanelsOf))) {
                for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g)) {
                    expect(window, expr).to.equal("$__rate_interval");
                }
            }
        });

        it("have an overview that fits on a screen of 1920x1080 without scrolling", async () => {
            const overview = (await deployed(stackRun(stack))).find(({ uid }) => uid === "noc-overview");
            expect(heightOf(overview ?? expect.fail("there is no overview"))).to.be.at.most(26);
        });
    });
}

describe("dashboards", () => {
    const find = async (uid: string, settings = {}) => {
        const all = await deployed(stackRun("poc", { settings }));
        return all.find((dashboard) => dashboard.uid === uid) ?? expect.fail(`there is no ${uid}`);
    };

    it("of DNS can be narrowed to some of the resolvers, and show all at first", async () => {
        const [variable] = (await find("noc-dns")).templating?.list ?? [];
        expect(variable).to.deep.include({
            name: "pod",
            query: 'label_values(unbound_up{namespace="noc-poc"}, pod)',
            datasource,
            multi: true,
            includeAll: true,
            allValue: ".*",
        });
    });

    it("of the cluster show the control plane's processes only where they are scraped", async () => {
        const jobs = /kube-(etcd|scheduler|controller-manager|proxy)/;
        const scraped = await find("noc-cluster", { "monitoring.controlPlane": true });
        expect(exprsOf(dataPanelsOf(scraped)).join()).to.match(jobs);
        expect(exprsOf(dataPanelsOf(await find("noc-cluster"))).join()).not.to.match(jobs);
    });

    it("leave components that are switched off out of the overview", async () => {
        const switches = { metallb: /metallb_/, dns: /unbound|dns/, dhcp: /kea/ };
        const all = exprsOf(dataPanelsOf(await find("noc-overview"))).join();
        for (const [component, names] of Object.entries(switches)) {
            expect(all).to.match(names);
            expect(exprsOf(dataPanelsOf(await find("noc-overview", without(component)))).join()).not.to.match(names);
        }
    });
});
