import {
    BigValueColorMode,
    BigValueTextMode,
    TableCellDisplayMode,
    TableSortByFieldStateBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import { NoUnit, PercentUnit } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, type Row, stat, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { workloads } from "./alerts";

type Stat = ReturnType<typeof stat>;

export interface OverviewOptions {
    /** The namespaces that the program deploys to. */
    readonly namespaces: readonly string[];
    /** The panels of each component. */
    readonly panels: readonly OverviewPanels[];
}

/** The dashboard for a screen on the wall. It fits on 1920x1080 without scrolling. */
export function overviewDashboard({ namespaces, panels }: OverviewOptions): Dashboard {
    const graphs = [...panels.flatMap(({ graphs: own = [] }) => own), firingAlerts()];
    const stats = [
        large([...alertStats(), ...clusterStats(namespaces)]),
        ...figureRows(panels.map(({ stats = [] }) => stats)),
    ];
    const graphRows = Math.ceil(graphs.length / graphsPerRow);
    const left = screenHeight - stats.reduce((sum, [height]) => sum + height, 0);
    const graphHeight = Math.min(7, Math.floor(left / graphRows));
    return dashboard({
        uid: "noc-overview",
        title: "NOC overview",
        description: "The state of all services. Orange: act today. Red: act now.",
        rows: [
            ...stats,
            ...graphs.flatMap((_, i): Row[] =>
                i % graphsPerRow === 0 ? [[graphHeight, ...graphs.slice(i, i + graphsPerRow)]] : [],
            ),
        ],
    });
}

/** Height of a screen of 1920x1080 in Grafana's grid units. */
const screenHeight = 26;
const graphsPerRow = 2;

/** Rows of the components' figures. A component with a single figure shares a row of small ones with others. */
function figureRows(groups: readonly (readonly Stat[])[]): Row[] {
    const several = groups.filter((stats) => stats.length > 1);
    const single = groups.filter((stats) => stats.length === 1);
    return [...placedInRows(several, 4).map(large), ...placedInRows(single, 8).map(small)];
}

/** Places groups of figures into rows: each group into the first row with room for all of it. */
function placedInRows(groups: readonly (readonly Stat[])[], perRow: number): Stat[][] {
    const rows: Stat[][] = [];
    for (const group of groups) {
        const row = rows.find((stats) => stats.length + group.length <= perRow);
        if (row) {
            row.push(...group);
        } else {
            rows.push([...group]);
        }
    }
    return rows;
}

const large = (stats: readonly Stat[]): Row => [4, ...stats.map(coloured)];
const small = (stats: readonly Stat[]): Row => [2, ...stats.map(coloured)];
const coloured = (panel: Stat): Stat =>
    panel.colorMode(BigValueColorMode.BackgroundSolid).textMode(BigValueTextMode.ValueAndName);

const firing = (severity: string) => `ALERTS{alertstate="firing",severity=~"${severity}"}`;

function alertStats(): Stat[] {
    const count = (severity: string) => ({ [severity]: `count(${firing(severity)}) or vector(0)` });
    return [
        stat("Critical alerts", "Critical alerts that fire. Act now on each.", NoUnit, count("critical"), {
            above: [1, 1],
        }),
        stat("Warnings", "Warnings that fire. Act today on each.", NoUnit, count("warning"), {
            above: [1],
        }),
    ];
}

function clusterStats(namespaces: readonly string[]): Stat[] {
    const sum = (which: "desired" | "available") =>
        `sum(${workloads.map((kind) => `${kind[which]}{namespace=~"${namespaces.join("|")}"}`).join(" or ")})`;
    const nodesReady = 'sum(kube_node_status_condition{condition="Ready",status="true"})';
    return [
        stat(
            "Workloads",
            "Share of the desired pods that are available. Below 100 %, a workload has too few.",
            PercentUnit,
            { "pods available": `${sum("available")} / ${sum("desired")}` },
            { below: [1, 0.8] },
        ).decimals(0),
        stat(
            "Nodes",
            "Share of the cluster's nodes that are ready. The pods of a node that is not ready move to others.",
            PercentUnit,
            { "nodes ready": `${nodesReady} / count(kube_node_info)` },
            { below: [1, 0.8] },
        ).decimals(0),
    ];
}

const firingAlerts = () =>
    table(
        "Firing alerts",
        "Critical alerts and warnings of the whole cluster. Notifications link to their runbooks.",
        NoUnit,
        { Severity: "severity", Alert: "alertname", Namespace: "namespace" },
        { Count: `sum by (severity, alertname, namespace) (${firing("critical|warning")})` },
    )
        // In alphabetical order, critical is before warning.
        .sortBy([new TableSortByFieldStateBuilder().displayName("Severity")])
        .overrideByName("Severity", [
            { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorBackground } },
            { id: "mappings", value: [{ type: MappingType.ValueToText, options: colors }] },
        ])
        .noValue("none");

const colors = { critical: { color: "dark-red" }, warning: { color: "dark-orange" } };
