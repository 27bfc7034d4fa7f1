import { expect } from "chai";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";
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
            const forward = await stack.cluster.forward(pod, metricsPort);
            try {
                const answer = await fetch(`http://127.0.0.1:${forward.port}/ready`);
                expect(await answer.json())
                    .to.have.property("readyConnections")
                    .above(0);
            } finally {
                forward.close();
            }
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
