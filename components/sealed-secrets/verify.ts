import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";
import { sealedSecretsOf } from "./controller-client";

describe("sealed-secrets", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.sealedSecrets.enabled) {
            unchecked(this, "sealed-secrets is switched off");
        }
    });

    it("decrypts a SealedSecret into a Secret", async () => {
        const sealedSecrets = sealedSecretsOf(stack);
        const name = `verify-${randomBytes(4).toString("hex")}`;
        const value = randomBytes(8).toString("hex");
        await sealedSecrets.create(await sealedSecrets.sealed(name, value));
        try {
            expect(await sealedSecrets.value(name)).to.equal(value);
        } finally {
            await sealedSecrets.remove(name);
        }
    });
});
