/** kind, which makes clusters of containers: found, or fetched. */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch, homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";

import { local, type Runner } from "./engine";

// renovate: datasource=github-releases depName=kubernetes-sigs/kind
export const kindVersion = "v0.33.0";

/** SHA-256 of the release's programs. */
const checksums: Readonly<Record<string, string>> = {
    "linux-amd64": "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
    "linux-arm64": "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
    "darwin-amd64": "5a99f26f57246dc9319dd294803313197a0f34d33c525b3ea8b655db5916ece0",
    "darwin-arm64": "0c8c7dbe5e23594a198b786c4bc13dacc101fa6196b0cb0b23a1ca44e61f4b4f",
};

/** The image that kind's release has for Kubernetes 1.34. kind's own default is a newer Kubernetes. */
export const defaultNodeImage =
    "docker.io/kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d";

/** Where a fetched kind is kept. */
export const fetchedKind = join(homedir(), ".cache", "k8s-noc", `kind-${kindVersion}`);

/** Fetches a URL's content. */
export type Fetch = (url: string) => Promise<Buffer>;

/**
 * The path of kind: the one on PATH, the one fetched before, or a fresh one whose checksum is right.
 * @param file where a fetched kind is kept.
 * @throws Error saying how to install kind by hand.
 */
export async function findKind(runner: Runner = local, fetch: Fetch = download, file = fetchedKind): Promise<string> {
    if (runner.read("kind", ["version"]) !== undefined) {
        return "kind";
    }
    if (existsSync(file)) {
        return file;
    }
    const name = `${platform()}-${arch() === "x64" ? "amd64" : arch()}`;
    const expected = checksums[name];
    const byHand = "install kind: https://kind.sigs.k8s.io/docs/user/quick-start/#installation";
    if (expected === undefined) {
        throw new Error(`kind is missing, and there is no release of it for ${name}; ${byHand}`);
    }
    const url = `https://github.com/kubernetes-sigs/kind/releases/download/${kindVersion}/kind-${name}`;
    console.log(`kind is not installed: fetching ${url} to ${file}`);
    let program: Buffer;
    try {
        program = await fetch(url);
    } catch (error) {
        throw new Error(`kind is missing, and ${url} cannot be reached (${reasonOf(error)}); ${byHand}`, {
            cause: error,
        });
    }
    const actual = createHash("sha256").update(program).digest("hex");
    if (actual !== expected) {
        throw new Error(`${url} has the checksum ${actual}, not ${expected}; it was not installed. ${byHand}`);
    }
    mkdirSync(dirname(file), { recursive: true });
    // Renamed when it is whole, so that an interrupted run leaves no half of it.
    writeFileSync(`${file}.part`, program);
    chmodSync(`${file}.part`, 0o755);
    renameSync(`${file}.part`, file);
    return file;
}

/** Removes a kind that was fetched. */
export const forgetKind = (): void => rmSync(fetchedKind, { force: true });

async function download(url: string): Promise<Buffer> {
    const response = await fetch(url);
    if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
    }
    return Buffer.from(await response.arrayBuffer());
}

const reasonOf = (error: unknown): string => {
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
};

/** kind's configuration: one control plane and, if there are more nodes, workers. */
export const kindConfig = (nodes: number, image: string): string =>
    stringify({
        kind: "Cluster",
        apiVersion: "kind.x-k8s.io/v1alpha4",
        nodes: Array.from({ length: nodes }, (_, i) => ({ role: i === 0 ? "control-plane" : "worker", image })),
    });
