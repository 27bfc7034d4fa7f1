import { z } from "zod";

import { checked } from "../../config/checked";
import { chartVersion, count, label, line, token, url } from "../../config/fields";
import { charts } from "./versions";

/** A name as Pulumi Cloud has them. */
const part = (what: string, example: string) =>
    z
        .string()
        .regex(/^[A-Za-z0-9_.-]+$/, { error: `is not ${what}; use letters, digits and - _ ., like ${example}` })
        .meta({ examples: [example] });

const pulumi = z.strictObject({
    organization: part("an organization", "example").describe("Organization at Pulumi Cloud."),
    project: part("an ESC project", "homelab").describe("Project of the ESC environment."),
    environment: part("an ESC environment", "production").describe("Name of the ESC environment."),
    accessToken: token("the token", "pul-0123456789abcdef").describe("Access token that may open the environment."),
    apiUrl: url("https://api.pulumi.com/api/esc")
        .default("https://api.pulumi.com/api/esc")
        .describe("URL of the ESC service."),
});

/** External Secrets fills in templates of Go; of the request, they know `.remoteRef` alone. */
const templatedUrl = (text: string): string | undefined => {
    const filledIn = text.replace(/\{\{[^{}]*\.remoteRef\.(key|property|version)\b[^{}]*\}\}/g, "x");
    return /[{}]/.test(filledIn)
        ? "has a template without .remoteRef; write {{ .remoteRef.key }} in place of the secret's key"
        : url("https://secrets.example.org/v1/{{ .remoteRef.key }}").safeParse(filledIn).error?.issues[0]?.message;
};

const webhook = z.strictObject({
    url: checked(templatedUrl, "https://secrets.example.org/v1/{{ .remoteRef.key }}").describe(
        "URL that is asked for each secret, with `{{ .remoteRef.key }}` in place of its key.",
    ),
    jsonPath: z
        .string()
        .regex(/^\$(\.{1,2}[\w*-]+|\[[^[\]\p{Cc}]+\])*$/u, {
            error: "is not a JSONPath; begin it with $, like $.data.value",
        })
        .default("$.value")
        .describe("JSONPath of the value in the answer.")
        .meta({ examples: ["$.value"] }),
});

const fake = z
    .array(
        z.strictObject({
            key: line("the key", "greeting").describe("Key of the secret."),
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
    testKey: line("a secret that exists", "test.value").describe(
        "Key of any secret of the store. `up` fails if it cannot be read: a store's own status does not tell whether its token works.",
    ),
    namespaces: z.array(label).default([]).describe("Namespaces whose ExternalSecrets may use the store."),
    refreshMinutes: count(1, 525_600).default(15).describe("Time between two readings of the test secret, in minutes."),
});

export const externalSecretsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install External Secrets, which copies secrets from a secret manager into Secrets."),
    version: chartVersion("0.18.2", charts.externalSecrets.version)
        .default(charts.externalSecrets.version)
        .describe("Version of the chart, 0.18.2 or newer."),
    replicas: count(1, 100)
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
