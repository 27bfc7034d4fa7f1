import {
    BigValueColorMode,
    BigValueTextMode,
    TableCellDisplayMode,
    TableSortByFieldStateBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import { NoUnit, PercentUnit } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, type Line, page, stat, table } from "../panels";
import { workloads } from "./alerts";
import { dhcpGraphs, dhcpStats, dnsGraphs, dnsStats, metallbStats, type Stat } from "./wall-panels";

export interface OverviewOptions {
    /** The namespaces that the program deploys to. */
    readonly namespaces: readonly string[];
    /** The namespace of each component. What is switched off has none, and is left out. */
    readonly dns?: string;
    readonly dhcp?: string;
    readonly metallb?: string;
}

/** The page for the wall, to be read from across the room. All of it fits on a screen of 1920x1080. */
export function overviewDashboard({ namespaces, dns, dhcp, metallb }: OverviewOptions): Dashboard {
    const networkStats = [...(dhcp ? dhcpStats(dhcp) : []), ...(metallb ? metallbStats(metallb) : [])];
    const wide = [...(dns ? dnsGraphs(dns) : []), ...(dhcp ? dhcpGraphs(dhcp) : []), firingTable()];
    return page({
        uid: "noc-overview",
        title: "NOC overview",
        description: "All services at a glance. Orange needs somebody today, red needs somebody now.",
        content: [
            big([...alertStats(), ...clusterStats(namespaces)]),
            ...(dns ? [big(dnsStats(dns))] : []),
            ...(networkStats.length > 0 ? [big(networkStats)] : []),
            ...wide.flatMap((_, i): Line[] => (i % 2 === 0 ? [[7, ...wide.slice(i, i + 2)]] : [])),
        ],
    });
}

const big = (stats: readonly Stat[]): Line => [
    4,
    ...stats.map((panel) => panel.colorMode(BigValueColorMode.BackgroundSolid).textMode(BigValueTextMode.ValueAndName)),
];

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
