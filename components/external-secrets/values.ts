import { imageParts } from "../lib/images";
import type { Site } from "../lib/site";
import type { ExternalSecretsSettings } from "./settings";
import { repository } from "./versions";

export const namespaceName = "external-secrets";
export const metricsPort = 8080;
export const webhookPort = 10250;

/** Labels of the pods, by their part. */
export const pods = {
    all: { "app.kubernetes.io/instance": "external-secrets" },
    controller: { "app.kubernetes.io/name": "external-secrets" },
    webhook: { "app.kubernetes.io/name": "external-secrets-webhook" },
};

/** The values of the chart, for its versions from 0.18 on. */
export function externalSecretsValues({ replicas }: ExternalSecretsSettings, site: Site): Record<string, unknown> {
    const part = (memory: { request: string; limit: string }) => ({
        image: { repository: imageParts(repository, site).repository },
        replicaCount: replicas,
        podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
        resources: { requests: { cpu: "10m", memory: memory.request }, limits: { memory: memory.limit } },
    });
    return {
        ...part({ request: "64Mi", limit: "256Mi" }),
        leaderElect: replicas > 1,
        installCRDs: true,
        // The CRDs outlive the release, and with them the ExternalSecrets of others.
        crds: { annotations: { "helm.sh/resource-policy": "keep" } },
        webhook: { ...part({ request: "32Mi", limit: "128Mi" }), port: webhookPort },
        certController: part({ request: "64Mi", limit: "256Mi" }),
    };
}
