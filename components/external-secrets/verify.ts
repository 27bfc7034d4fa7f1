import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { storeName, testName } from "./store";
import { namespaceName } from "./values";

const group = { group: "external-secrets.io", version: "v1" };

interface Stated {
    status?: { conditions?: { type: string; status: string; message?: string }[]; refreshTime?: string };
}

describe("External Secrets", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.externalSecrets.enabled) {
            unchecked(this, "External Secrets is switched off");
        }
        if (!stack.settings.externalSecrets.store) {
            unchecked(this, "it has no store: noc:externalSecrets.store");
        }
    });

    const ready = ({ status }: Stated) => status?.conditions?.find(({ type }) => type === "Ready");

    it("has a store that is ready", async () => {
        const store = (await stack.cluster.custom.getClusterCustomObject({
            ...group,
            plural: "clustersecretstores",
            name: storeName,
        })) as Stated;
        expect(ready(store)?.status, ready(store)?.message).to.equal("True");
    });

    it("reads the test secret anew when it is told to", async () => {
        const at = { ...group, namespace: namespaceName, plural: "externalsecrets", name: testName };
        const read = async () => (await stack.cluster.custom.getNamespacedCustomObject(at)) as Stated;
        const before = (await read()).status?.refreshTime;
        // Without its Secret, the controller has to read it.
        await stack.cluster.core.deleteNamespacedSecret({ name: testName, namespace: namespaceName });
        await eventually(async () => {
            const { data } = await stack.cluster.core.readNamespacedSecret({
                name: testName,
                namespace: namespaceName,
            });
            expect(data?.value ?? "").not.to.equal("");
            const now = await read();
            expect(ready(now)?.status, ready(now)?.message).to.equal("True");
            expect(now.status?.refreshTime).not.to.equal(before);
        }, 60);
    });
});
