/** What all pages of Grafana have in common, and the kinds of panel that they are made of. */
import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as heat from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries";
import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

/** A page as Grafana reads it from a file. Its successor is for Grafana's new API alone. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
export type Dashboard = dashboard.Dashboard;

/** A panel that is still to be placed; the SDK's own methods fit it to its page. */
export type PanelBuilder = BarGauge | heat.PanelBuilder | Stat | StateTimeline | Table | TimeSeries;

/** The expressions of a panel by their legends, in which `{{label}}` stands for a label's value. */
export type Queries = Readonly<Record<string, string>>;

/** From where on a value is a warning and, if given, from where on it is critical. */
export type Limits = { readonly above: readonly [number, number?] } | { readonly below: readonly [number, number] };

/** A height, in units of Grafana's grid of 38 pixels each, and panels side by side, which share the page's width. */
export type Line = readonly [number, ...PanelBuilder[]];

export interface PageOptions {
    readonly uid: string;
    readonly title: string;
    readonly description: string;
    /** What can be chosen at the top of the page. Defaults to nothing. */
    readonly variables?: readonly Builder<dashboard.VariableModel>[];
    /** Its lines from top to bottom, and headings between them. */
    readonly content: readonly (Line | string)[];
}

const datasource: common.DataSourceRef = { type: "prometheus", uid: "prometheus" };
const tags = ["k8s-noc"];

/** A page with links to all others. */
export function page({ uid, title, description, variables = [], content }: PageOptions): Dashboard {
    const type = dashboard.DashboardLinkType.Dashboards;
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const builder = new dashboard.DashboardBuilder(title)
        .uid(uid)
        .description(description)
        .tags(tags)
        .time({ from: "now-3h", to: "now" })
        .refresh("30s")
        .tooltip(dashboard.DashboardCursorSync.Crosshair)
        .variables([...variables])
        .link({
            // Unlike the SDK's builder, which hides the links in a menu.
            build: () => ({ ...dashboard.defaultDashboardLink(), type, tags, keepTime: true, placement: undefined }),
        });
    let [id, y] = [0, 0];
    for (const item of content) {
        if (typeof item === "string") {
            builder.withRow(new dashboard.RowBuilder(item).id(++id).gridPos({ x: 0, y, w: 24, h: 1 }));
            y += 1;
        } else {
            const [h, ...panels] = item;
            const edge = (i: number) => Math.round((24 * i) / panels.length);
            panels.forEach((panel, i) => {
                builder.withPanel(panel.id(++id).gridPos({ x: edge(i), y, w: edge(i + 1) - edge(i), h }));
            });
            y += h;
        }
    }
    return builder.build();
}

/** A choice of the values that a label has in a metric's series, all at first. */
export const choice = (label: string, series: string) =>
    new dashboard.QueryVariableBuilder(label)
        .datasource(datasource)
        .query(`label_values(${series}, ${label})`)
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".*")
        .current({ text: "All", value: "$__all" });

/** Lines over time. */
export function graph(title: string, tells: string, unit: string, queries: Queries, limits?: Limits): TimeSeries {
    const panel = fill(new TimeSeries(), { title, tells, unit, queries }, (query) => query.range())
        .min(0)
        .fillOpacity(8)
        .showPoints(common.VisibilityMode.Never)
        .legend(new common.VizLegendOptionsBuilder().showLegend(true))
        .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
    const dashed = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
    return limits ? panel.thresholds(thresholds(limits)).thresholdsStyle(dashed) : panel;
}

/** Layers over time, which add up to a whole. */
export const layers = (title: string, tells: string, unit: string, queries: Queries): TimeSeries =>
    graph(title, tells, unit, queries)
        .fillOpacity(40)
        .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));

/** Figures of now. */
export const stat = (title: string, tells: string, unit: string, queries: Queries, limits?: Limits): Stat =>
    ofNow(new Stat(), { title, tells, unit, queries }, limits).graphMode(common.BigValueGraphMode.None);

/** Figures of now as bars. */
export const bars = (title: string, tells: string, unit: string, queries: Queries, limits?: Limits): BarGauge =>
    ofNow(new BarGauge(), { title, tells, unit, queries }, limits)
        .min(0)
        // Else a bar has no name where it is the only one.
        .displayName("${__series.name}")
        .namePlacement(common.BarGaugeNamePlacement.Left)
        .sizing(common.BarGaugeSizing.Manual)
        .maxVizHeight(40)
        .orientation(common.VizOrientation.Horizontal);

/** States over time. `words` says what their values mean, and in which color. */
export const states = (
    title: string,
    tells: string,
    queries: Queries,
    words: Readonly<Record<number, { text: string; color: string }>>,
): StateTimeline =>
    fill(new StateTimeline(), { title, tells, unit: NoUnit, queries }, (query) => query.range())
        .mappings([{ type: dashboard.MappingType.ValueToText, options: { ...words } }])
        .showValue(common.VisibilityMode.Never)
        .fillOpacity(70)
        .disablePagination();

/** How many events took how long over time, from the buckets of a histogram. */
export const heatmap = (title: string, tells: string, unit: string, buckets: string): heat.PanelBuilder =>
    fill(new heat.PanelBuilder(), { title, tells, unit, queries: { "{{le}}": buckets } }, (query) =>
        query.range().format(PromQueryFormat.Heatmap),
    ).yAxis(new heat.YAxisConfigBuilder().unit(unit));

/** A table of now: labels by their headings, and values by theirs. A value that says nothing has an empty heading. */
export function table(title: string, tells: string, unit: string, labels: Queries, queries: Queries): Table {
    const value = (i: number, all: readonly string[]) => (all.length > 1 ? `Value #${refId(i)}` : "Value");
    const columns = new Map([
        ...Object.entries(labels).map(([heading, label]) => [label, heading] as const),
        ...Object.keys(queries).flatMap((heading, i, all) => (heading ? [[value(i, all), heading] as const] : [])),
    ]);
    const names = [...columns.keys()];
    const options = {
        renameByName: Object.fromEntries(columns),
        indexByName: Object.fromEntries(names.map((field, i) => [field, i])),
    };
    return fill(new Table(), { title, tells, unit, queries }, (query) => query.instant().format(PromQueryFormat.Table))
        .withTransformation({ id: "merge", options: {} })
        .withTransformation({ id: "filterFieldsByName", options: { include: { names } } })
        .withTransformation({ id: "organize", options });
}

interface Contents {
    title: string;
    /** What the panel tells, and when to worry. */
    tells: string;
    unit: string;
    queries: Queries;
}
type Kind = (query: DataqueryBuilder) => DataqueryBuilder;

function fill<T extends PanelBuilder>(panel: T, { title, tells, unit, queries }: Contents, kind: Kind): T {
    panel.title(title).description(tells).unit(unit).datasource(datasource).noValue("no data");
    Object.entries(queries).forEach(([legend, expr], i) =>
        panel.withTarget(
            kind(new DataqueryBuilder().refId(refId(i)).datasource(datasource).expr(expr).legendFormat(legend)),
        ),
    );
    return panel;
}

const refId = (i: number): string => String.fromCharCode("A".charCodeAt(0) + i);

function ofNow<T extends Stat | BarGauge>(panel: T, contents: Contents, limits?: Limits): T {
    const noNumber = { match: dashboard.SpecialValueMatch.NullAndNan, result: { text: "–", color: "text" } };
    panel
        // The least length of $__rate_interval, that of the recording rules.
        .interval("5m")
        .mappings([{ type: dashboard.MappingType.SpecialValue, options: noNumber }])
        .thresholds(thresholds(limits));
    // The last value of a range would stay there long after the series has ended.
    return fill(panel, contents, (query) => query.instant());
}

function thresholds(limits?: Limits) {
    const [good, warning, critical] = ["semi-dark-green", "dark-orange", "dark-red"] as const;
    const colors = !limits
        ? ["semi-dark-blue"]
        : "above" in limits
          ? [good, warning, critical]
          : [critical, warning, good];
    const values = !limits ? [] : "above" in limits ? limits.above : [...limits.below].reverse();
    const steps = colors.map((color, i) => ({ color, value: values[i - 1] ?? null }));
    return new dashboard.ThresholdsConfigBuilder().steps(steps.slice(0, values.length + 1));
}
