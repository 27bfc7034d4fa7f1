import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import type { Chart } from "../../config/versions";

/** A Helm repository on this machine. */
export interface ChartRepository {
    readonly url: string;
    close(): void;
}

/** Serves the charts by their names and versions, with next to nothing in them: a preview looks no deeper. */
export async function serveCharts(charts: readonly Chart[]): Promise<ChartRepository> {
    const files = new Map<string, Buffer>();
    const entries: Record<string, object[]> = {};
    for (const { name, version } of charts) {
        const file = `${name}-${version}.tgz`;
        const chart = { apiVersion: "v2", name, version };
        files.set(`/${file}`, chartArchive(chart));
        entries[name] = [{ ...chart, urls: [file] }];
    }
    files.set("/index.yaml", json({ apiVersion: "v1", entries }));

    const server = createServer(({ url = "" }, response) => {
        const file = files.get(url);
        response.writeHead(file ? 200 : 404).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

function chartArchive(chart: { name: string }): Buffer {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: chart.name } };
    const end = Buffer.alloc(2 * block);
    return gzipSync(
        Buffer.concat([
            tarEntry(`${chart.name}/Chart.yaml`, json(chart)),
            tarEntry(`${chart.name}/templates/configmap.yaml`, json(object)),
            end,
        ]),
    );
}

/** All JSON is YAML. */
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const block = 512;

/** A file in the ustar format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function tarEntry(path: string, content: Buffer): Buffer {
    const header = Buffer.alloc(block);
    const octal = (value: number, offset: number, digits: number) =>
        header.write(value.toString(8).padStart(digits, "0"), offset);
    header.write(path, 0);
    octal(0o644, 100, 7);
    octal(content.length, 124, 11);
    header.write("0", 156); // a regular file
    header.write("ustar\x0000", 257);
    // The checksum is that of the header with spaces in the checksum's place.
    header.fill(" ", 148, 156);
    octal(
        header.reduce((sum, byte) => sum + byte),
        148,
        6,
    );
    header.writeUInt8(0, 154);
    return Buffer.concat([header, content, Buffer.alloc((block - (content.length % block)) % block)]);
}
