import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchAtGateway } from "../gateway/gateway-client";
import { selectorOf } from "../lib/pods";
import { namespaceName, robotUser, secrets, setupPods } from "./names";
import { challenge, type Client, pull, push } from "./registry-client";

describe("Harbor", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.harbor.enabled) {
            unchecked(this, "Harbor is switched off");
        }
    });

    /** The robot account, as it reaches Harbor through the gateway. */
    async function robotClient(): Promise<Client> {
        const { cluster, settings } = stack;
        const { data } = await cluster.core.readNamespacedSecret({
            namespace: namespaceName,
            name: secrets.robot.name,
        });
        return {
            url: `https://${settings.harbor.host}`,
            fetch: (url, options) => fetchAtGateway(stack, url, options),
            user: robotUser(settings.harbor.project),
            password: Buffer.from(data?.[secrets.robot.password] ?? "", "base64").toString(),
        };
    }

    it("finds all its parts healthy", async () => {
        const { url, fetch } = await robotClient();
        await eventually(async () => {
            const health = (await (await fetch(`${url}/api/v2.0/health`)).json()) as { status: string };
            expect(health, JSON.stringify(health)).to.include({ status: "healthy" });
        }, 60);
    });

    it("answers nobody without a token, and sends clients to its own name for one", async () => {
        const { host, externalHost = host } = stack.settings.harbor;
        expect(await challenge(await robotClient())).to.deep.equal({
            status: 401,
            realm: `https://${externalHost}/service/token`,
        });
    });

    it("has been set up with the projects, the proxy caches and the robot account", async () => {
        const { items } = await stack.cluster.core.listNamespacedPod({
            namespace: namespaceName,
            labelSelector: selectorOf(setupPods),
        });
        expect(items.map(({ status }) => status?.phase)).to.include("Succeeded");
    });

    it("takes an image of the robot account into its project, gives it back, and takes it into no other", async () => {
        const { project } = stack.settings.harbor;
        const client = await robotClient();
        const text = "pushed by npm run verify\n";
        expect(await push(client, `${project}/k8s-noc-verify`, "verify", text)).to.equal(201);
        expect(await pull(client, `${project}/k8s-noc-verify`, "verify")).to.equal(text);
        expect(await push(client, "library/k8s-noc-verify", "verify", text)).to.be.oneOf([401, 403]);
    });
});
