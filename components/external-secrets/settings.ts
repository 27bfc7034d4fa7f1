import { z } from "zod";

import { count, label, url } from "../../config/fields";
import { charts } from "./versions";

const text = (what: string, example: string) =>
    z
        .string()
        .min(1, { error: `is empty; name ${what}` })
        .meta({ examples: [example] });

const pulumi = z.strictObject({
    organization: text("the organization", "example").describe("Organization at Pulumi Cloud."),
    project: text("the ESC project", "homelab").describe("Project of the ESC environment."),
    environment: text("the ESC environment", "production").describe("Name of the ESC environment."),
    accessToken: text("an access token", "pul-0123456789abcdef")
        .describe("Access token that may open the environment.")
        .meta({ secret: true, examples: ["pul-0123456789abcdef"] }),
    apiUrl: url("https://api.pulumi.com/api/esc")
        .default("https://api.pulumi.com/api/esc")
        .describe("URL of the ESC service."),
});

const webhook = z.strictObject({
    url: url("https://secrets.example.org/v1/{{ .remoteRef.key }}").describe(
        "URL that is asked for each secret, with `{{ .remoteRef.key }}` in place of its key.",
    ),
    jsonPath: text("the path of the value", "$.value")
        .default("$.value")
        .describe("JSONPath of the value in the answer."),
});

const fake = z
    .array(
        z.strictObject({
            key: text("the key", "greeting").describe("Key of the secret."),
            value: z
                .string()
                .describe("Its value, which is no secret.")
                .meta({ examples: ["hello"] }),
        }),
    )
    .min(1, { error: "is empty; list at least one secret" });

const store = z.strictObject({
    pulumi: pulumi.optional().describe("Read the secrets from a Pulumi ESC environment."),
    webhook: webhook.optional().describe("Read the secrets from an HTTP server."),
    fake: fake.optional().describe("Made-up secrets, for tests without a server."),
    testKey: text("a secret that exists", "test.value").describe(
        "Key of any secret of the store. `up` fails if it cannot be read: a store's own status does not tell whether its token works.",
    ),
    namespaces: z.array(label).default([]).describe("Namespaces whose ExternalSecrets may use the store."),
    refreshMinutes: count(1).default(15).describe("Time between two readings of the test secret, in minutes."),
});

export const externalSecretsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install External Secrets, which copies secrets from a secret manager into Secrets."),
    version: z
        .string()
        .regex(/^\d+\.\d+\.\d+$/, {
            error: `is not a version of the chart; write it like ${charts.externalSecrets.version}`,
        })
        .default(charts.externalSecrets.version)
        .describe("Version of the chart, 0.18.2 or newer.")
        .meta({ examples: [charts.externalSecrets.version] }),
    replicas: count(1)
        .default(1)
        .describe("Pods each of the controller, the webhook and the webhook's certificate controller."),
    store: store
        .optional()
        .describe(
            "The secret manager behind the ClusterSecretStore `noc`. Set one of pulumi, webhook and fake. No store if not set.",
        ),
});

export type ExternalSecretsSettings = z.output<typeof externalSecretsSettings>;
export type StoreSettings = z.output<typeof store>;
