/** Requests to the stack's hosts at the gateway, wherever their names lead to on this machine. */
import { expect } from "chai";
import { request } from "node:https";
import { rootCertificates } from "node:tls";

import type { Deployed } from "../../tests/deployed";
import { className, gatewayName, namespaceName } from "./names";

/** The gateway's address on the network, which its Service has. */
export async function gatewayAddress({ cluster }: Deployed): Promise<string> {
    const name = `${gatewayName}-${className}`;
    const { status } = await cluster.core.readNamespacedService({ name, namespace: namespaceName });
    return status?.loadBalancer?.ingress?.[0]?.ip ?? expect.fail("the gateway's Service has no address");
}

/**
 * Requests a URL from the gateway, whose certificate a public authority or the stack's own has to have signed.
 * @throws Error where there is no answer within ten seconds.
 */
export async function fetchAtGateway(
    stack: Deployed,
    url: string,
    { method, headers, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
    const { caCertificate } = stack.outputs;
    const { hostname, pathname, search } = new URL(url);
    const host = await gatewayAddress(stack);
    return new Promise((resolve, reject) => {
        const asked = request({
            host,
            servername: hostname,
            path: pathname + search,
            method,
            headers: { ...headers, host: hostname, ...(body && { "content-length": Buffer.byteLength(body) }) },
            ca: [...rootCertificates, ...(caCertificate ? [caCertificate] : [])],
        });
        asked
            .on("response", (response) => {
                const chunks: Buffer[] = [];
                response
                    .on("data", (chunk: Buffer) => chunks.push(chunk))
                    .on("end", () => {
                        const fields = Object.entries(response.headersDistinct).map(
                            ([name, values]): [string, string] => [name, (values ?? []).join(", ")],
                        );
                        const { statusCode: status } = response;
                        // A Response of these statuses must not have a body.
                        const content = status === 204 || status === 304 ? null : Buffer.concat(chunks);
                        resolve(new Response(content, { status, headers: fields }));
                    });
            })
            .on("error", reject)
            .setTimeout(10_000, () => asked.destroy(new Error("no answer within ten seconds")))
            .end(body);
    });
}
