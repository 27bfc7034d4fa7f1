import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchForwarded } from "../../tools/cluster";
import { selectorOf } from "../lib/pods";
import { namespaceName, pods, ports } from "./names";

describe("the object storage", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.objectStorage.enabled) {
            unchecked(this, "object storage is switched off");
        }
    });

    it("is ready, and answers nobody without keys", async () => {
        const [pod] = await stack.cluster.pods(namespaceName, selectorOf(pods.rustfs));
        await stack.cluster.whileForwarded(pod ?? expect.fail("RustFS has no pod"), ports.s3, async (url) => {
            await eventually(
                async () => expect((await fetchForwarded(`${url}/health/ready`)).status).to.equal(200),
                30,
            );
            expect((await fetchForwarded(url)).status).to.equal(403);
        });
    });

    it("has made the buckets", async function () {
        if (stack.settings.objectStorage.buckets.length === 0) {
            unchecked(this, "noc:objectStorage.buckets is empty");
        }
        const { items } = await stack.cluster.core.listNamespacedPod({
            namespace: namespaceName,
            labelSelector: `app=${pods.buckets.app}`,
        });
        expect(items.map(({ status }) => status?.phase)).to.include("Succeeded");
    });
});
