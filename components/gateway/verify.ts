import { expect } from "chai";
import { type IncomingMessage, request } from "node:http";

import { requestedHosts } from "../settings";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchAtGateway, gatewayAddress } from "./gateway-client";
import { gatewayName, namespaceName, pods } from "./names";

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
            expect(await gatewayAddress(stack)).to.equal(stack.settings.gateway.address);
        }
    });

    it("answers every host over HTTPS, with a certificate that clients of the stack's authority accept", async function () {
        if (hosts.length === 0) {
            unchecked(this, "no host is configured");
        }
        for (const host of hosts) {
            expect((await fetchAtGateway(stack, `https://${host}/`)).status, host).to.be.below(500);
        }
    });

    it("redirects HTTP to HTTPS", async () => {
        const [host = "any.example.org"] = hosts;
        const { statusCode, headers } = await answerOverHttp(await gatewayAddress(stack), host, "/page?x=1");
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

/** The answer to a request without TLS. @throws Error where there is none within five seconds. */
function answerOverHttp(address: string, host: string, path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        const asked = request({ host: address, path, headers: { host } });
        asked
            .on("response", (response) => {
                response.resume();
                resolve(response);
            })
            .on("error", reject)
            .setTimeout(5000, () => asked.destroy(new Error("no answer within five seconds")))
            .end();
    });
}
