/** The store, and the ExternalSecret that proves that secrets can be read from it. */
import { labels } from "../lib/pods";
import type { StoreSettings } from "./settings";
import { namespaceName } from "./values";

export const storeName = "noc";
/** Name of the ExternalSecret that proves the store, and of its Secret. */
export const testName = "noc-store-test";
/** The Secret with the access token of Pulumi Cloud. */
export const tokenSecret = { name: "pulumi-access-token", key: "PULUMI_ACCESS_TOKEN" };

const apiVersion = "external-secrets.io/v1";
const ready = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "120" };

/** The providers that a store may have; it has exactly one. */
export const providers = ["pulumi", "webhook", "fake"] as const;

export const secretStore = (store: StoreSettings) => ({
    apiVersion,
    kind: "ClusterSecretStore",
    metadata: { name: storeName, labels: labels("external-secrets"), annotations: ready },
    spec: {
        provider: provider(store),
        conditions: [{ namespaces: [...new Set([namespaceName, ...store.namespaces])] }],
    },
});

function provider({ pulumi, webhook, fake }: StoreSettings): Record<string, unknown> {
    if (pulumi) {
        const { organization, project, environment, apiUrl } = pulumi;
        // From chart 2.5 on there is a second way to name the token; this one works in all versions.
        const secretRef = { ...tokenSecret, namespace: namespaceName };
        return { pulumi: { organization, project, environment, apiUrl, accessToken: { secretRef } } };
    }
    return webhook
        ? { webhook: { url: webhook.url, result: { jsonPath: webhook.jsonPath } } }
        : { fake: { data: fake?.map(({ key, value }) => ({ key, value })) } };
}

/** Reads one secret again and again. `up` waits until it has been read. */
export const testSecret = ({ testKey, refreshMinutes }: StoreSettings) => ({
    apiVersion,
    kind: "ExternalSecret",
    metadata: { name: testName, namespace: namespaceName, labels: labels("external-secrets"), annotations: ready },
    spec: {
        refreshInterval: `${refreshMinutes}m0s`,
        secretStoreRef: { kind: "ClusterSecretStore", name: storeName },
        target: { name: testName },
        data: [{ secretKey: "value", remoteRef: { key: testKey } }],
    },
});
