import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { selectorOf } from "../lib/pods";
import { controller, controllerNamespace, pods, runnerNamespace } from "./names";

const group = { group: "actions.github.com", version: "v1alpha1" };

interface RunnerSet {
    metadata: { name: string };
    status?: { currentRunners?: number; phase?: string };
}

describe("the CI runners", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.arc.enabled) {
            unchecked(this, "CI runners are switched off");
        }
    });

    it("have a controller that is ready", async () => {
        const { status } = await stack.cluster.apps.readNamespacedDeployment({
            namespace: controllerNamespace,
            name: controller,
        });
        expect(status?.readyReplicas).to.equal(1);
    });

    it("have a running listener for each scale set", async () => {
        const { items } = await stack.cluster.core.listNamespacedPod({
            namespace: controllerNamespace,
            labelSelector: selectorOf(pods.listeners),
        });
        const running = items
            .filter(({ status }) => status?.phase === "Running")
            .map(({ metadata }) => metadata?.labels);
        expect(running.map((labels) => labels?.["actions.github.com/scale-set-name"])).to.have.members(
            stack.settings.arc.scaleSets.map(({ name }) => name),
        );
    });

    it("are as many as each scale set has at least", async () => {
        for (const { name, mode, min } of stack.settings.arc.scaleSets) {
            await eventually(async () => {
                const set = (await stack.cluster.custom.getNamespacedCustomObject({
                    ...group,
                    namespace: runnerNamespace(mode),
                    plural: "autoscalingrunnersets",
                    name,
                })) as RunnerSet;
                expect(set.status?.currentRunners ?? 0, name).to.be.at.least(min);
            }, 120);
        }
    });
});
