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
    /** What each component shows of itself. */
    readonly panels: readonly OverviewPanels[];
}

/** The dashboard for a screen on the wall, readable from across the room. It fits on 1920x1080 without scrolling. */
export function overviewDashboard({ namespaces, panels }: OverviewOptions): Dashboard {
    const graphs = [...panels.flatMap((of) => of.graphs ?? []), firingTable()];
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
        description: "All services at a glance. Orange: act today. Red: act now.",
        rows: [
            ...stats,
            ...graphs.flatMap((_, i): Row[] =>
                i % graphsPerRow === 0 ? [[graphHeight, ...graphs.slice(i, i + graphsPerRow)]] : [],
            ),
        ],
    });
}

/** What a screen of 1920x1080 shows, in Grafana's grid units. */
const screenHeight = 26;
const graphsPerRow = 2;

/** Rows of the components' figures. A component with a single figure shares a row of small ones with others. */
function figureRows(groups: readonly (readonly Stat[])[]): Row[] {
    const several = groups.filter((stats) => stats.length > 1);
    const single = groups.filter((stats) => stats.length === 1);
    return [...packed(several, 4).map(large), ...packed(single, 8).map(small)];
}

/** Puts the components' figures into as few rows as their order allows, and keeps each component's together. */
function packed(groups: readonly (readonly Stat[])[], perRow: number): Stat[][] {
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
        stat("Critical alerts", "What needs somebody now. Worry about any.", NoUnit, count("critical"), {
            above: [1, 1],
        }),
        stat("Warnings", "What needs somebody today. Worry when they pile up.", NoUnit, count("warning"), {
            above: [1],
        }),
    ];
}

function clusterStats(namespaces: readonly string[]): Stat[] {
    const sum = (which: "wanted" | "available") =>
        `sum(${workloads.map((kind) => `${kind[which]}{namespace=~"${namespaces.join("|")}"}`).join(" or ")})`;
    const nodesReady = 'sum(kube_node_status_condition{condition="Ready",status="true"})';
    return [
        stat(
            "Workloads",
            "Share of the pods wanted that are ready. Below 100 % something runs with less than it should.",
            PercentUnit,
            { "pods ready": `${sum("available")} / ${sum("wanted")}` },
            { below: [1, 0.8] },
        ).decimals(0),
        stat(
            "Nodes",
            "Share of the cluster's nodes that are ready. Below 100 %, what ran on one of them is moving.",
            PercentUnit,
            { "nodes ready": `${nodesReady} / count(kube_node_info)` },
            { below: [1, 0.8] },
        ).decimals(0),
    ];
}

const firingTable = () =>
    table(
        "What fires",
        "The alerts of all the cluster. Worry about critical ones; each has a runbook, which its notification links to.",
        NoUnit,
        { Severity: "severity", Alert: "alertname", Namespace: "namespace" },
        { "How many": `sum by (severity, alertname, namespace) (${firing("critical|warning")})` },
    )
        // By the alphabet, critical ones come first.
        .sortBy([new TableSortByFieldStateBuilder().displayName("Severity")])
        .overrideByName("Severity", [
            { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorBackground } },
            { id: "mappings", value: [{ type: MappingType.ValueToText, options: colors }] },
        ])
        .noValue("nothing");

const colors = { critical: { color: "dark-red" }, warning: { color: "dark-orange" } };
