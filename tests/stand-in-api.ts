/** As much of an API server as it takes to have an identity. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface StandInCluster {
    /** UID of its namespace kube-system. Undefined if it answers nothing. */
    uid: string | undefined;
    /** A kubeconfig whose context `lab` is this cluster. */
    readonly kubeconfig: string;
    close(): void;
}

/** Starts the stand-in. */
export async function standInCluster(): Promise<StandInCluster> {
    const folder = mkdtempSync(join(tmpdir(), "noc-api-"));
    const kubeconfig = join(folder, "config");
    const server = createServer((_, response) => {
        if (cluster.uid === undefined) {
            response.destroy();
        } else {
            response.setHeader("content-type", "application/json");
            response.end(JSON.stringify({ kind: "Namespace", metadata: { name: "kube-system", uid: cluster.uid } }));
        }
    });
    const cluster: StandInCluster = {
        uid: undefined,
        kubeconfig,
        close: () => {
            server.close();
            rmSync(folder, { recursive: true });
        },
    };
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    writeFileSync(
        kubeconfig,
        JSON.stringify({
            clusters: [
                { name: "lab", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
            ],
            users: [{ name: "lab", user: {} }],
            contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
        }),
    );
    return cluster;
}
