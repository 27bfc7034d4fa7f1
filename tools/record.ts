/**
 * Records what the exporters of the deployed stack export, with the labels that Prometheus adds. The tests compare
 * rules and dashboards with it. Every component has a recording of its own, `recorded.prom` in its folder.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { folderOf } from "../components/lib/prometheus-rules";
import { environment } from "../config/environment";
import { Cluster } from "./cluster";
import { type Run, runProgram } from "./mock-engine";
import { partsOf, readSeries, type Series } from "./promql";
import { jobsOf, queriesOf } from "./queries";
import { kubeContext, projectFolder } from "./stack-config";

/** The recording of a component. */
export const recordingFile = (component: string): string =>
    join(projectFolder, "components", folderOf(component), "recorded.prom");

/** The recorded series of a component. Undefined where none were recorded. */
export function recordedSeries(component: string): Series[] | undefined {
    const file = recordingFile(component);
    return existsSync(file) ? readSeries(readFileSync(file, "utf8")) : undefined;
}

/** Records every component of the deployed stack. Read the difference before you commit it. */
export async function record(): Promise<void> {
    const cluster = new Cluster(kubeContext(environment.stack));
    const prometheus = await cluster.forwardMonitoring("app.kubernetes.io/name=prometheus", 9090);
    const url = `http://127.0.0.1:${prometheus.port}/federate?match[]=${encodeURIComponent('{__name__=~".+"}')}`;
    const all = readSeries(await (await fetch(url)).text());
    prometheus.close();
    for (const [component, lines] of recordings(await runProgram(environment.stack), all)) {
        writeFileSync(recordingFile(component), lines.join("\n") + "\n");
        console.log(`wrote ${lines.length} series to ${recordingFile(component)}`);
    }
    process.exit(0);
}

/** Everything that each component's own jobs export; of other jobs, what its queries ask for, at most three series each. */
export function recordings(run: Run, all: readonly Series[]): Map<string, string[]> {
    const kept = new Map<string, Set<string>>();
    for (const { source, component, kind, expr } of queriesOf(run)) {
        const series = kept.get(component) ?? new Set();
        kept.set(component, series);
        const keep = (found: readonly Series[]) => found.slice(0, 3).forEach((one) => series.add(written(one)));
        for (const { name, matches } of partsOf(expr).selectors) {
            const found = all.filter((one) => one.name === name && matches(one.labels));
            keep(found);
            if (found.length === 0) {
                console.log(`nothing exports what "${source}" asks for: ${name}`);
            }
        }
        if (kind === "rule") {
            keep(all.filter(({ name }) => name === source));
        }
    }
    for (const { component, job } of jobsOf(run)) {
        const own = all.filter(
            ({ name, labels }) => labels.job === job && !/^(go|process|python|promhttp)_/.test(name),
        );
        own.forEach((one) => kept.get(component)?.add(written(one)));
    }
    return new Map([...kept].map(([component, series]) => [component, [...series].sort()]));
}

function written({ name, labels }: Series): string {
    const own = Object.entries(labels)
        .filter(([label]) => !label.startsWith("prometheus"))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => `${label}="${value}"`);
    return `${name}{${own.join(",")}} 0`;
}
