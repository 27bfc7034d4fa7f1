import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
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
        const selector = Object.entries(pods.rustfs).map(([key, value]) => `${key}=${value}`);
        const [pod] = await stack.cluster.pods(namespaceName, selector.join());
        const forward = await stack.cluster.forward(pod ?? expect.fail("RustFS has no pod"), ports.s3);
        try {
            const url = `http://127.0.0.1:${forward.port}`;
            await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).to.equal(200), 30);
            expect((await fetch(url)).status).to.equal(403);
        } finally {
            forward.close();
        }
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
