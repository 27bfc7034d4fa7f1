/**
 * Records what the exporters of the deployed stack really export, with the labels that Prometheus gives it: what the
 * tests hold rules and pages against.
 */
import { writeFileSync } from "node:fs";

import { Cluster } from "./cluster";
import { environment } from "./environment";
import { runProgram } from "./mock-engine";
import { askedFor, readSeries, type Series } from "./promql";
import { queriesOf, recordedFile, recordsOf } from "./queries";
import { kubeContext } from "./stack-config";

/** Jobs that are recorded whole. Of the others, which export thousands of series, only what is asked for. */
const whole = ["unbound", "redis", "kea-dhcp", "metallb", "dns-probe", "http-probe"];

/** Writes tests/recorded.prom. Read the difference before it is committed. */
export async function record(): Promise<void> {
    const cluster = new Cluster(kubeContext(environment.stack));
    const prometheus = await cluster.forwardMonitoring("app.kubernetes.io/name=prometheus", 9090);
    const url = `http://127.0.0.1:${prometheus.port}/federate?match[]=${encodeURIComponent('{__name__=~".+"}')}`;
    const all = readSeries(await (await fetch(url)).text());
    prometheus.close();

    const run = await runProgram(environment.stack);
    const records = new Set(recordsOf(run));
    const kept = new Set<string>();
    const keep = (series: readonly Series[]) => series.forEach((each) => kept.add(written(each)));
    keep(
        all.filter(
            ({ name, labels }) => whole.includes(labels.job ?? "") && !/^(go|process|python|promhttp)_/.test(name),
        ),
    );
    keep(all.filter(({ name }) => records.has(name)));
    for (const { of, expr } of queriesOf(run)) {
        for (const { name, matches } of askedFor(expr).selectors) {
            const found = all.filter((series) => series.name === name && matches(series.labels));
            keep(found.slice(0, 3));
            if (found.length === 0) {
                console.log(`nothing exports what "${of}" asks for: ${name}`);
            }
        }
    }
    writeFileSync(recordedFile, [...kept].sort().join("\n") + "\n");
    console.log(`wrote ${kept.size} series of ${all.length} to tests/recorded.prom`);
    process.exit(0);
}

function written({ name, labels }: Series): string {
    const own = Object.entries(labels)
        .filter(([label]) => !label.startsWith("prometheus"))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => `${label}="${value}"`);
    return `${name}{${own.join(",")}} 0`;
}
