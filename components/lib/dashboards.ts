/** Builds Grafana dashboards that look alike, from a few kinds of panel. */
import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as sdk from "@grafana/grafana-foundation-sdk/dashboard";
import * as heat from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as Logs } from "@grafana/grafana-foundation-sdk/logs";
import { DataqueryBuilder as LogQuery } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries";
import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

/** A dashboard as Grafana reads it from a file. The SDK deprecates this format, but only Grafana's new API reads its successor. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
export type Dashboard = sdk.Dashboard;

/** A panel without a position, which the SDK's methods can change further. */
export type PanelBuilder = BarGauge | heat.PanelBuilder | Logs | Stat | StateTimeline | Table | TimeSeries;

/** The expressions of a panel by their legends. In a legend, `{{label}}` stands for the label's value. */
export type Queries = Readonly<Record<string, string>>;

/** The values from which a panel shows a warning (orange) and, if given, a critical state (red). */
export type Thresholds = { readonly above: readonly [number, number?] } | { readonly below: readonly [number, number] };

/** A height in Grafana's grid units (38 pixels each), and panels side by side, which share the width equally. */
export type Row = readonly [number, ...PanelBuilder[]];

export interface DashboardOptions {
    readonly uid: string;
    readonly title: string;
    readonly description: string;
    /** Variables that the user can set at the top. Defaults to none. */
    readonly variables?: readonly Builder<sdk.VariableModel>[];
    /** Rows of panels from top to bottom. A text is the heading of the rows below it. */
    readonly rows: readonly (Row | string)[];
}

const datasource: common.DataSourceRef = { type: "prometheus", uid: "prometheus" };
const tags = ["k8s-noc"];

/** Builds a dashboard, with links to all others that carry the same tag. */
export function dashboard({ uid, title, description, variables = [], rows }: DashboardOptions): Dashboard {
    const type = sdk.DashboardLinkType.Dashboards;
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const builder = new sdk.DashboardBuilder(title)
        .uid(uid)
        .description(description)
        .tags(tags)
        .time({ from: "now-3h", to: "now" })
        .refresh("30s")
        .tooltip(sdk.DashboardCursorSync.Crosshair)
        .variables([...variables])
        .link({
            // The SDK's own builder puts the links into a menu.
            build: () => ({ ...sdk.defaultDashboardLink(), type, tags, keepTime: true, placement: undefined }),
        });
    let [id, y] = [0, 0];
    for (const item of rows) {
        if (typeof item === "string") {
            builder.withRow(new sdk.RowBuilder(item).id(++id).gridPos({ x: 0, y, w: 24, h: 1 }));
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

/** A variable with the values of a label in a metric's series. By default, all are selected. */
export const choice = (label: string, series: string) =>
    new sdk.QueryVariableBuilder(label)
        .datasource(datasource)
        .query(`label_values(${series}, ${label})`)
        .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".*")
        .current({ text: "All", value: "$__all" });

/** A time series as lines. */
export function graph(
    title: string,
    description: string,
    unit: string,
    queries: Queries,
    thresholds?: Thresholds,
): TimeSeries {
    const panel = withContents(new TimeSeries(), { title, description, unit, queries }, (query) => query.range())
        .min(0)
        .fillOpacity(8)
        .showPoints(common.VisibilityMode.Never)
        .legend(new common.VizLegendOptionsBuilder().showLegend(true))
        .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
    const dashed = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
    return thresholds ? panel.thresholds(thresholdSteps(thresholds)).thresholdsStyle(dashed) : panel;
}

/** A time series as stacked areas, for parts of a whole. */
export const layers = (title: string, description: string, unit: string, queries: Queries): TimeSeries =>
    graph(title, description, unit, queries)
        .fillOpacity(40)
        .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));

/** Current values as large figures. */
export const stat = (
    title: string,
    description: string,
    unit: string,
    queries: Queries,
    thresholds?: Thresholds,
): Stat =>
    currentValues(new Stat(), { title, description, unit, queries }, thresholds).graphMode(
        common.BigValueGraphMode.None,
    );

/** Current values as horizontal bars. */
export const bars = (
    title: string,
    description: string,
    unit: string,
    queries: Queries,
    thresholds?: Thresholds,
): BarGauge =>
    currentValues(new BarGauge(), { title, description, unit, queries }, thresholds)
        .min(0)
        // Without this, a single bar is shown without a name.
        .displayName("${__series.name}")
        .namePlacement(common.BarGaugeNamePlacement.Left)
        .sizing(common.BarGaugeSizing.Manual)
        .maxVizHeight(40)
        .orientation(common.VizOrientation.Horizontal);

/** States over time. `texts` maps each value to its text and color. */
export const states = (
    title: string,
    description: string,
    queries: Queries,
    texts: Readonly<Record<number, { text: string; color: string }>>,
): StateTimeline =>
    withContents(new StateTimeline(), { title, description, unit: NoUnit, queries }, (query) => query.range())
        .mappings([{ type: sdk.MappingType.ValueToText, options: { ...texts } }])
        .showValue(common.VisibilityMode.Never)
        .fillOpacity(70)
        .disablePagination();

/** A variable that the user types, which queries use as `$NAME`. At first it is empty. */
export const searchText = (name: string, label: string) =>
    new sdk.TextBoxVariableBuilder(name).label(label).defaultValue("");

/**
 * Lines of logs, the newest first.
 * @param source identifier of the data source, a Loki.
 * @param expr in LogQL.
 */
export function logLines(title: string, description: string, source: string, expr: string): Logs {
    const logs: common.DataSourceRef = { type: "loki", uid: source };
    return new Logs()
        .title(title)
        .description(description)
        .unit(NoUnit)
        .datasource(logs)
        .noValue("no lines")
        .showTime(true)
        .enableLogDetails(true)
        .sortOrder(common.LogsSortOrder.Descending)
        .withTarget(new LogQuery().refId(refId(0)).datasource(logs).expr(expr).queryType("range").maxLines(500));
}

/** The distribution of a histogram's observations over time. */
export const heatmap = (title: string, description: string, unit: string, buckets: string): heat.PanelBuilder =>
    withContents(new heat.PanelBuilder(), { title, description, unit, queries: { "{{le}}": buckets } }, (query) =>
        query.range().format(PromQueryFormat.Heatmap),
    ).yAxis(new heat.YAxisConfigBuilder().unit(unit));

/**
 * A table of current values.
 * @param labels the label of each column by its heading.
 * @param queries the expression of each value column by its heading. An empty heading leaves the column out.
 * @param thresholds colour the text of the value columns.
 */
export function table(
    title: string,
    description: string,
    unit: string,
    labels: Queries,
    queries: Queries,
    thresholds?: Thresholds,
): Table {
    const value = (i: number, all: readonly string[]) => (all.length > 1 ? `Value #${refId(i)}` : "Value");
    const headings = Object.keys(queries);
    const columns = new Map([
        ...Object.entries(labels).map(([heading, label]) => [label, heading] as const),
        ...headings.flatMap((heading, i) => (heading ? [[value(i, headings), heading] as const] : [])),
    ]);
    const names = [...columns.keys()];
    const options = {
        renameByName: Object.fromEntries(columns),
        indexByName: Object.fromEntries(names.map((field, i) => [field, i])),
    };
    const panel = withContents(new Table(), { title, description, unit, queries }, (query) =>
        query.instant().format(PromQueryFormat.Table),
    )
        .withTransformation({ id: "merge", options: {} })
        .withTransformation({ id: "filterFieldsByName", options: { include: { names } } })
        .withTransformation({ id: "organize", options });
    if (thresholds) {
        const cell = { id: "custom.cellOptions", value: { type: common.TableCellDisplayMode.ColorText } };
        panel.thresholds(thresholdSteps(thresholds));
        headings.filter(Boolean).forEach((heading) => panel.overrideByName(heading, [cell]));
    }
    return panel;
}

interface Contents {
    title: string;
    /** What the panel shows, and which values need attention. */
    description: string;
    unit: string;
    queries: Queries;
}
/** Sets whether a query is instant or over time, and the format of its result. */
type QueryKind = (query: DataqueryBuilder) => DataqueryBuilder;

function withContents<T extends PanelBuilder>(
    panel: T,
    { title, description, unit, queries }: Contents,
    kind: QueryKind,
): T {
    panel.title(title).description(description).unit(unit).datasource(datasource).noValue("no data");
    Object.entries(queries).forEach(([legend, expr], i) =>
        panel.withTarget(
            kind(new DataqueryBuilder().refId(refId(i)).datasource(datasource).expr(expr).legendFormat(legend)),
        ),
    );
    return panel;
}

const refId = (i: number): string => String.fromCharCode("A".charCodeAt(0) + i);

function currentValues<T extends Stat | BarGauge>(panel: T, contents: Contents, thresholds?: Thresholds): T {
    const noValue = { match: sdk.SpecialValueMatch.NullAndNan, result: { text: "–", color: "text" } };
    panel
        // The lower limit of $__rate_interval. It is the window of the recording rules.
        .interval("5m")
        .mappings([{ type: sdk.MappingType.SpecialValue, options: noValue }])
        .thresholds(thresholdSteps(thresholds));
    // A range query would still show the last value of a series that has ended.
    return withContents(panel, contents, (query) => query.instant());
}

function thresholdSteps(thresholds?: Thresholds) {
    const [good, warning, critical] = ["semi-dark-green", "dark-orange", "dark-red"] as const;
    const colors = !thresholds
        ? ["semi-dark-blue"]
        : "above" in thresholds
          ? [good, warning, critical]
          : [critical, warning, good];
    const values = !thresholds ? [] : "above" in thresholds ? thresholds.above : [...thresholds.below].reverse();
    const steps = colors.map((color, i) => ({ color, value: values[i - 1] ?? null }));
    return new sdk.ThresholdsConfigBuilder().steps(steps.slice(0, values.length + 1));
}
