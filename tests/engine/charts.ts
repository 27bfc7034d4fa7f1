import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";

import type { Chart } from "../../components/lib/helm";

/** A Helm repository on this machine. */
export interface ChartRepository {
    readonly url: string;
    close(): void;
}

/** Serves the charts by their names and versions. They contain next to nothing: a preview does not look at it. */
export async function serveCharts(charts: readonly Chart[]): Promise<ChartRepository> {
    const files = new Map<string, Buffer>();
    const entries: Record<string, object[]> = {};
    for (const { name, version } of charts) {
        const file = `${name}-${version}.tgz`;
        const chart = { apiVersion: "v2", name, version };
        files.set(`/${file}`, chartArchive(chart));
        entries[name] = [...(entries[name] ?? []), { ...chart, urls: [file] }];
    }
    files.set("/index.yaml", Buffer.from(JSON.stringify({ apiVersion: "v1", entries })));

    const server = createServer(({ url = "" }, response) => {
        const file = files.get(url);
        response.writeHead(file ? 200 : 404).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

function chartArchive(chart: { name: string }): Buffer {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: chart.name } };
    const folder = mkdtempSync(join(tmpdir(), "k8s-noc-chart-"));
    try {
        for (const [file, content] of [
            ["Chart.yaml", chart],
            ["templates/configmap.yaml", object],
        ] as const) {
            const path = join(folder, chart.name, file);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, JSON.stringify(content));
        }
        const archive = join(folder, "chart.tgz");
        create({ file: archive, cwd: folder, gzip: true, sync: true }, [chart.name]);
        return readFileSync(archive);
    } finally {
        rmSync(folder, { recursive: true });
    }
}
