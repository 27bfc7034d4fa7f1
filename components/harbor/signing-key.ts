/** The RSA key that Harbor signs its tokens with. Without it, the chart makes a new one at each upgrade. */
import * as pulumi from "@pulumi/pulumi";

/** What the state keeps, as a secret. */
interface SigningKeyState {
    readonly privateKey: string;
}

/** Makes the key once. It has no inputs, so that nothing ever changes it. */
export const signingKeyProvider: pulumi.dynamic.ResourceProvider<object, SigningKeyState> = {
    create: () => {
        // The engine stores this function as text, for which a module is loaded within it.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const { generateKeyPairSync } = require("node:crypto") as typeof import("node:crypto");
        const { privateKey } = generateKeyPairSync("rsa", {
            modulusLength: 4096,
            publicKeyEncoding: { type: "pkcs1", format: "pem" },
            privateKeyEncoding: { type: "pkcs1", format: "pem" },
        });
        return Promise.resolve({ id: "harbor-token", outs: { privateKey } });
    },
};

/** The key, in PEM. */
export class SigningKey extends pulumi.dynamic.Resource {
    declare public readonly privateKey: pulumi.Output<string>;

    constructor(name: string, opts: pulumi.CustomResourceOptions) {
        super(
            signingKeyProvider,
            name,
            { privateKey: undefined },
            { ...opts, additionalSecretOutputs: ["privateKey"] },
            "harbor",
            "SigningKey",
        );
    }
}
