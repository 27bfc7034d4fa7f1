/** Reads the Kubernetes API by path, so that a test can stand in for it with plain data. */
import type { KubeConfig } from "@kubernetes/client-node";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";

export interface Api {
    /** Reads a path as JSON. @throws Error with the API server's message. */
    get(path: string): Promise<unknown>;
    /** Reads a path as text. @throws Error with the API server's message. */
    text(path: string): Promise<string>;
    /** Asks whether an object would be created, without creating it (dryRun=All). Returns the HTTP status. */
    dryRun(path: string, object: object): Promise<number>;
    /** The API server's clock, in milliseconds since 1970. It has a resolution of one second. */
    now(): Promise<number>;
}

/** How long the API server may take for one answer, in milliseconds. */
const patience = 10_000;

/** The API of the kubeconfig's current context. */
export function kubernetesApi(config: KubeConfig): Api {
    const server = config.getCurrentCluster()?.server ?? "";

    async function call(
        method: string,
        path: string,
        body?: object,
    ): Promise<{ response: IncomingMessage; text: string }> {
        const url = new URL(server.replace(/\/$/, "") + path);
        const options: RequestOptions = { method, timeout: patience, headers: { accept: "application/json, */*" } };
        await config.applyToHTTPSOptions(options);
        return new Promise((resolve, reject) => {
            const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("end", () => resolve({ response, text: Buffer.concat(chunks).toString("utf8") }));
                response.on("error", reject);
            });
            request.on("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
            request.on("error", reject);
            if (body) {
                request.setHeader("content-type", "application/json");
                request.write(JSON.stringify(body));
            }
            request.end();
        });
    }

    async function read(path: string): Promise<string> {
        const { response, text } = await call("GET", path);
        if (response.statusCode !== 200) {
            throw new Error(`${path}: ${messageIn(text) ?? `HTTP ${response.statusCode ?? "?"} ${text}`.trim()}`);
        }
        return text;
    }

    return {
        text: read,
        get: async (path) => JSON.parse(await read(path)) as unknown,
        dryRun: async (path, object) => (await call("POST", `${path}?dryRun=All`, object)).response.statusCode ?? 0,
        now: async () => Date.parse((await call("GET", "/version")).response.headers.date ?? ""),
    };
}

/** The message of the API's Status object. */
function messageIn(text: string): string | undefined {
    try {
        return (JSON.parse(text) as { message?: string }).message;
    } catch {
        return undefined;
    }
}
