import type { Chart } from "../lib/helm";

export const charts = {
    sealedSecrets: {
        name: "sealed-secrets",
        repository: "https://bitnami-labs.github.io/sealed-secrets",
        // renovate: datasource=helm depName=sealed-secrets registryUrl=https://bitnami-labs.github.io/sealed-secrets
        version: "2.18.5",
    },
} as const satisfies Record<string, Chart>;

export const images = {
    controller: "docker.io/bitnami/sealed-secrets-controller:0.36.6",
} as const;
