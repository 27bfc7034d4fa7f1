import { z } from "zod";

import { count } from "../../config/fields";

export const sealedSecretsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install sealed-secrets, which turns encrypted SealedSecrets, as kept in Git, into Secrets."),
    keyRenewalDays: count(1, 36_500)
        .default(30)
        .describe("Time until the controller makes a new key, in days. It keeps the old ones, which still decrypt."),
});

export type SealedSecretsSettings = z.output<typeof sealedSecretsSettings>;
