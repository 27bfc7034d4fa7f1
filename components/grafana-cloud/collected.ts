import type { ReadSettings } from "../lib/component";
import { logsSettings } from "../logs/settings";
import { monitoringSettings } from "../monitoring/settings";
import { type Signal, signals } from "./names";
import type { GrafanaCloudSettings } from "./settings";

/**
 * What the chart's own collectors collect. What Prometheus scrapes or the collectors of `logs` read is sent from there:
 * nothing is scraped or read twice.
 */
export function collectedByChart(settings: GrafanaCloudSettings, read: ReadSettings): Signal[] {
    const elsewhere: Record<Signal, boolean> = {
        metrics: read({ name: "monitoring", settings: monitoringSettings }).enabled,
        logs: read({ name: "logs", settings: logsSettings }).enabled,
        traces: false,
    };
    return signals.filter((signal) => settings[signal] !== undefined && !elsewhere[signal]);
}
