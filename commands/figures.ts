/** The figures of the deployed overview dashboard and the firing alerts, as Prometheus has them now. */
import { z } from "zod";

import { monitoringNamespace } from "../components/lib/monitoring-spec";
import { type Cluster, fetchForwarded } from "../tools/cluster";

/** The dashboard's ConfigMap, and its only file. */
const overview = { name: "noc-overview", namespace: monitoringNamespace };

/** A figure of the overview, in words: `["DNS answers", "over tcp 100 %, over udp 100 %"]`. */
export type Figure = readonly [title: string, text: string];

/** An alert that fires. */
export interface FiringAlert {
    readonly name: string;
    readonly severity: string;
    /** When it began to fire, in UTC. */
    readonly since: string;
    readonly summary: string;
}

/** What is asked of Prometheus for one figure. */
export interface Panel {
    readonly title: string;
    /** Grafana's name of the unit, such as `percentunit`. */
    readonly unit: string;
    readonly decimals: number;
    readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

const dashboardSchema = z.object({
    panels: z.array(
        z.object({
            type: z.string(),
            title: z.string().default(""),
            targets: z.array(z.object({ expr: z.string(), legendFormat: z.string().default("") })).default([]),
            fieldConfig: z
                .object({ defaults: z.object({ unit: z.string().default(""), decimals: z.number().default(0) }) })
                .optional(),
        }),
    ),
});

const vectorSchema = z.object({
    data: z.object({
        result: z.array(
            z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
        ),
    }),
});

const alertsSchema = z.object({
    data: z.object({
        alerts: z.array(
            z.object({
                labels: z.record(z.string(), z.string()),
                annotations: z.record(z.string(), z.string()),
                state: z.string(),
                activeAt: z.string(),
            }),
        ),
    }),
});

/**
 * Asks Prometheus for the figures of the overview and for the firing alerts.
 * @throws Error if monitoring is not deployed, or if Prometheus does not answer.
 */
export async function liveFigures(cluster: Cluster): Promise<{ figures: Figure[]; alerts: FiringAlert[] }> {
    const { data = {} } = await cluster.core.readNamespacedConfigMap(overview);
    const prometheus = await cluster.forwardMonitoring("app.kubernetes.io/name=prometheus", 9090);
    const ask = async (path: string): Promise<unknown> =>
        (await fetchForwarded(`http://127.0.0.1:${prometheus.port}/api/v1/${path}`)).json();
    try {
        const panels = Object.values(data).flatMap(statPanels);
        const figures = await Promise.all(panels.map(async (panel) => figure(panel, await answers(panel, ask))));
        return { figures, alerts: firingAlerts(await ask("alerts")) };
    } finally {
        prometheus.close();
    }
}

const answers = (panel: Panel, ask: (path: string) => Promise<unknown>): Promise<unknown[]> =>
    Promise.all(panel.queries.map(({ expr }) => ask(`query?query=${encodeURIComponent(expr)}`)));

/** The panels of a dashboard that show a figure. @param json the dashboard as Grafana reads it. */
export function statPanels(json: string): Panel[] {
    return dashboardSchema.parse(JSON.parse(json)).panels.flatMap(({ type, title, targets, fieldConfig }) => {
        const { unit = "", decimals = 0 } = fieldConfig?.defaults ?? {};
        const queries = targets.map(({ expr, legendFormat }) => ({
            expr: expr.replaceAll("$__rate_interval", "5m"),
            legend: legendFormat,
        }));
        return type === "stat" ? [{ title, unit, decimals, queries }] : [];
    });
}

/** A panel's figure. @param responses Prometheus' answers to the panel's queries, in their order. */
export function figure({ title, unit, decimals, queries }: Panel, responses: readonly unknown[]): Figure {
    const values = queries.flatMap(({ legend }, i) =>
        vectorSchema.parse(responses[i]).data.result.map(({ metric, value: [, value] }) => {
            const name = legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? "");
            return [name, inUnit(Number(value), unit, decimals)].filter(Boolean).join(" ");
        }),
    );
    return [title, values.join(", ") || "no data"];
}

/** Grafana's units that the overview uses: what a value is multiplied by, and the unit's sign. */
const units: Readonly<Record<string, readonly [factor: number, sign: string]>> = {
    percentunit: [100, " %"],
    reqps: [1, "/s"],
    mpm: [1, "/min"],
};

/** Units of durations: the seconds of one, its sign, and the shortest duration that is written in it, in seconds. */
const durations = [
    [86_400, " d", 2 * 86_400],
    [3600, " h", 2 * 3600],
    [60, " min", 120],
    [1, " s", 1],
    [0.001, " ms", 0],
] as const;

function inUnit(value: number, unit: string, decimals: number): string {
    if (!Number.isFinite(value)) {
        return "no data";
    }
    if (unit === "s") {
        const [seconds, sign] = durations.find(([, , shortest]) => value >= shortest) ?? [1, " s"];
        return `${(value / seconds).toFixed(decimals)}${sign}`;
    }
    const [factor, sign] = units[unit] ?? [1, ""];
    return `${(value * factor).toFixed(decimals)}${sign}`;
}

/** The alerts that fire, critical ones first. Those without a severity are not for people, such as the Watchdog. */
export function firingAlerts(response: unknown): FiringAlert[] {
    const severities = ["critical", "warning", "info"];
    return alertsSchema
        .parse(response)
        .data.alerts.filter(({ state, labels }) => state === "firing" && labels.severity !== "none")
        .map(({ labels, annotations, activeAt }) => ({
            name: labels.alertname ?? "",
            severity: labels.severity ?? "",
            since: activeAt.replace(/(\.\d+)?Z$/, "Z"),
            summary: annotations.summary ?? "",
        }))
        .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}
