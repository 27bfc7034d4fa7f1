import { expect } from "chai";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { rootCertificates } from "node:tls";

import { requestedHosts } from "../settings";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { className, gatewayName, namespaceName, pods } from "./names";

interface Conditions {
    readonly conditions?: readonly { type: string; status: string; message?: string }[];
}
interface Gateway {
    readonly status?: Conditions & { readonly listeners?: readonly (Conditions & { readonly name: string })[] };
}

describe("the gateway", () => {
    let stack: Deployed;
    let hosts: string[];

    before(async function () {
        stack = await deployed();
        if (!stack.settings.gateway.enabled) {
            unchecked(this, "the gateway is switched off");
        }
        hosts = requestedHosts(stack.settings)
            .map(({ host }) => host)
            .filter((host) => !host.startsWith("*"));
    });

    /** The gateway's address on the network, which its Service has. */
    async function address(): Promise<string> {
        const name = `${gatewayName}-${className}`;
        const { status } = await stack.cluster.core.readNamespacedService({ name, namespace: namespaceName });
        return status?.loadBalancer?.ingress?.[0]?.ip ?? expect.fail("its Service has no address");
    }

    it("serves every listener, and has the address of the settings", async () => {
        await eventually(async () => {
            const { status } = (await stack.cluster.custom.getNamespacedCustomObject({
                group: "gateway.networking.k8s.io",
                version: "v1",
                namespace: namespaceName,
                plural: "gateways",
                name: gatewayName,
            })) as Gateway;
            const refused = (status?.listeners ?? []).flatMap(({ name, conditions = [] }) =>
                conditions
                    .filter(({ type, status: state }) => type !== "Conflicted" && state !== "True")
                    .map(({ type, message }) => `${name} ${type}: ${message ?? ""}`),
            );
            expect(refused).to.deep.equal([]);
            expect(status?.listeners).to.have.length.above(hosts.length);
        }, 60);
        if (stack.settings.gateway.address !== undefined) {
            expect(await address()).to.equal(stack.settings.gateway.address);
        }
    });

    it("answers every host over HTTPS, with a certificate that clients of the stack's authority accept", async function () {
        if (hosts.length === 0) {
            unchecked(this, "no host is configured");
        }
        const ca = [...rootCertificates, ...(stack.outputs.caCertificate ? [stack.outputs.caCertificate] : [])];
        const ip = await address();
        for (const host of hosts) {
            const headers = { host };
            const answer = await answerTo(httpsRequest({ host: ip, path: "/", headers, servername: host, ca }));
            expect(answer.statusCode, host).to.be.below(500);
        }
    });

    it("redirects HTTP to HTTPS", async () => {
        const [host = "any.example.org"] = hosts;
        const { statusCode, headers } = await answerTo(
            httpRequest({ host: await address(), path: "/page?x=1", headers: { host } }),
        );
        expect([statusCode, headers.location]).to.deep.equal([301, `https://${host}/page?x=1`]);
    });

    it("keeps its pods on different nodes", async function () {
        const [[key, value]] = Object.entries(pods.nginx) as [[string, string]];
        const running = await stack.cluster.pods(namespaceName, `${key}=${value}`);
        if (running.length < 2) {
            unchecked(this, "it has one pod");
        }
        const nodes = running.map(({ spec }) => spec?.nodeName);
        expect(new Set(nodes).size, nodes.join()).to.be.above(1);
    });
});

/** Sends a request without a body. @throws Error where there is no answer within five seconds. */
function answerTo(request: ClientRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        request
            .on("response", (response) => {
                response.resume();
                resolve(response);
            })
            .on("error", reject)
            .setTimeout(5000, () => request.destroy(new Error("no answer within five seconds")))
            .end();
    });
}
