import { expect } from "chai";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";
import { fetchForwarded } from "../../tools/cluster";
import { app, metricsPort, namespaceName } from "./names";

describe("cloudflared", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.cloudflared.enabled) {
            unchecked(this, "cloudflared is switched off");
        }
    });

    const pods = () => stack.cluster.pods(namespaceName, `app=${app}`);

    it("has a connection to Cloudflare in every pod", async () => {
        const running = await pods();
        expect(running).to.have.length(stack.settings.cloudflared.replicas);
        for (const pod of running) {
            await stack.cluster.whileForwarded(pod, metricsPort, async (url) =>
                expect(await (await fetchForwarded(`${url}/ready`)).json())
                    .to.have.property("readyConnections")
                    .above(0),
            );
        }
    });

    it("keeps its pods on different nodes", async function () {
        const running = await pods();
        if (running.length < 2) {
            unchecked(this, "it has one pod");
        }
        const nodes = running.map(({ spec }) => spec?.nodeName);
        expect(new Set(nodes).size, nodes.join()).to.be.above(1);
    });
});
