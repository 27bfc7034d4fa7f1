/** Pushes and pulls an image as a client of a registry does: https://github.com/opencontainers/distribution-spec */
import { expect } from "chai";
import { createHash } from "node:crypto";

interface RequestOptions {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
}

/** Where the registry is reached and how, and who asks. */
export interface Client {
    /** URL without a final slash. */
    readonly url: string;
    readonly fetch: (url: string, options?: RequestOptions) => Promise<Response>;
    readonly user: string;
    readonly password: string;
}

const mediaTypes = {
    manifest: "application/vnd.oci.image.manifest.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar",
};

const digestOf = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** The answer of the registry to somebody without a token: its status and the URL that it wants the token from. */
export async function challenge({
    url,
    fetch,
}: Pick<Client, "url" | "fetch">): Promise<{ status: number; realm?: string }> {
    const response = await fetch(`${url}/v2/`);
    const [, realm] = /realm="([^"]+)"/.exec(response.headers.get("www-authenticate") ?? "") ?? [];
    return { status: response.status, realm };
}

/** A token for a repository; throws if the registry refuses it. */
async function token({ url, fetch, user, password }: Client, repository: string, actions: string): Promise<string> {
    const scope = `repository:${repository}:${actions}`;
    const response = await fetch(`${url}/service/token?service=harbor-registry&scope=${encodeURIComponent(scope)}`, {
        headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
    });
    expect(response.status, "the token").to.equal(200);
    return ((await response.json()) as { token: string }).token;
}

/** Pushes an image with one layer of text. Returns the status of the last request: 201 if it is there. */
export async function push(client: Client, repository: string, tag: string, text: string): Promise<number> {
    const authorization = `Bearer ${await token(client, repository, "pull,push")}`;
    const at = `${client.url}/v2/${repository}`;
    const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
    for (const blob of [config, text]) {
        const begun = await client.fetch(`${at}/blobs/uploads/`, { method: "POST", headers: { authorization } });
        if (begun.status !== 202) {
            return begun.status;
        }
        // Its host may be another one of the registry's names.
        const { pathname, searchParams } = new URL(begun.headers.get("location") ?? "", client.url);
        searchParams.set("digest", digestOf(blob));
        const headers = { authorization, "content-type": "application/octet-stream" };
        const stored = await client.fetch(`${client.url}${pathname}?${searchParams.toString()}`, {
            method: "PUT",
            headers,
            body: blob,
        });
        expect(stored.status, "the blob").to.equal(201);
    }
    const described = (mediaType: string, blob: string) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    const manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: described(mediaTypes.config, config),
        layers: [described(mediaTypes.layer, text)],
    };
    const { status } = await client.fetch(`${at}/manifests/${tag}`, {
        method: "PUT",
        headers: { authorization, "content-type": mediaTypes.manifest },
        body: JSON.stringify(manifest),
    });
    return status;
}

/** Pulls the text of the image's only layer. */
export async function pull(client: Client, repository: string, tag: string): Promise<string> {
    const authorization = `Bearer ${await token(client, repository, "pull")}`;
    const at = `${client.url}/v2/${repository}`;
    const headers = { authorization, accept: mediaTypes.manifest };
    const manifest = (await (await client.fetch(`${at}/manifests/${tag}`, { headers })).json()) as {
        layers: { digest: string }[];
    };
    return await (
        await client.fetch(`${at}/blobs/${manifest.layers[0]?.digest ?? ""}`, { headers: { authorization } })
    ).text();
}
