import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchForwarded } from "../../tools/cluster";
import { selectorOf } from "../lib/pods";
import { namespaceName, podsOf, ports, robotUser, secrets, setupPods } from "./names";
import { challenge, type Client, pull, push } from "./registry-client";

describe("Harbor", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.harbor.enabled) {
            unchecked(this, "Harbor is switched off");
        }
    });

    /** Runs a check against Harbor's own nginx, as the gateway reaches it, with the robot account. */
    async function asRobot(check: (client: Client) => Promise<void>): Promise<void> {
        const { cluster, settings } = stack;
        const [pod] = await cluster.pods(namespaceName, selectorOf(podsOf("nginx")));
        const { data } = await cluster.core.readNamespacedSecret({
            namespace: namespaceName,
            name: secrets.robot.name,
        });
        await cluster.whileForwarded(pod ?? expect.fail("Harbor's nginx has no pod"), ports.http, (url) =>
            check({
                url,
                user: robotUser(settings.harbor.project),
                password: Buffer.from(data?.[secrets.robot.password] ?? "", "base64").toString(),
            }),
        );
    }

    it("finds all its parts healthy", () =>
        asRobot(async ({ url }) => {
            await eventually(async () => {
                const health = (await (await fetchForwarded(`${url}/api/v2.0/health`)).json()) as { status: string };
                expect(health, JSON.stringify(health)).to.include({ status: "healthy" });
            }, 60);
        }));

    it("answers nobody without a token, and sends clients to its own name for one", () =>
        asRobot(async (client) => {
            const { host, externalHost = host } = stack.settings.harbor;
            expect(await challenge(client)).to.deep.equal({
                status: 401,
                realm: `https://${externalHost}/service/token`,
            });
        }));

    it("has been set up with the projects, the proxy caches and the robot account", async () => {
        const { items } = await stack.cluster.core.listNamespacedPod({
            namespace: namespaceName,
            labelSelector: selectorOf(setupPods),
        });
        expect(items.map(({ status }) => status?.phase)).to.include("Succeeded");
    });

    it("takes an image of the robot account into its project, gives it back, and takes it into no other", () =>
        asRobot(async (client) => {
            const { project } = stack.settings.harbor;
            const text = "pushed by npm run verify\n";
            expect(await push(client, `${project}/k8s-noc-verify`, "verify", text)).to.equal(201);
            expect(await pull(client, `${project}/k8s-noc-verify`, "verify")).to.equal(text);
            expect(await push(client, "library/k8s-noc-verify", "verify", text)).to.be.oneOf([401, 403]);
        }));
});
