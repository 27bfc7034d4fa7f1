import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { seal } from "./kubeseal-client";
import { controllerPods, httpPort } from "./values";

const namespace = "sealed-secrets";
const sealedSecrets = { group: "bitnami.com", version: "v1alpha1", namespace, plural: "sealedsecrets" };

describe("sealed-secrets", () => {
    const name = `verify-${randomBytes(4).toString("hex")}`;
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.sealedSecrets.enabled) {
            unchecked(this, "sealed-secrets is switched off");
        }
    });

    /** The certificate that kubeseal would encrypt with. */
    async function certificate(): Promise<string> {
        const selector = Object.entries(controllerPods).map(([key, value]) => `${key}=${value}`);
        const [pod] = await stack.cluster.pods(namespace, selector.join());
        const forward = await stack.cluster.forward(pod ?? expect.fail("no controller runs"), httpPort);
        try {
            return await (await fetch(`http://127.0.0.1:${forward.port}/v1/cert.pem`)).text();
        } finally {
            forward.close();
        }
    }

    it("decrypts a SealedSecret into a Secret", async () => {
        const value = randomBytes(8).toString("hex");
        const body = {
            apiVersion: "bitnami.com/v1alpha1",
            kind: "SealedSecret",
            metadata: { name, namespace },
            spec: { encryptedData: { value: seal(value, await certificate(), { namespace, name }) } },
        };
        await stack.cluster.custom.createNamespacedCustomObject({ ...sealedSecrets, body });
        try {
            const secret = await eventually(() => stack.cluster.core.readNamespacedSecret({ name, namespace }), 60);
            expect(Buffer.from(secret.data?.value ?? "", "base64").toString()).to.equal(value);
        } finally {
            // The Secret is deleted with its owner.
            await stack.cluster.custom.deleteNamespacedCustomObject({ ...sealedSecrets, name });
        }
    });
});
