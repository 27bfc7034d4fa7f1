import type { Chart } from "../lib/helm";

export const charts = {
    externalSecrets: {
        name: "external-secrets",
        repository: "https://charts.external-secrets.io",
        // renovate: datasource=helm depName=external-secrets registryUrl=https://charts.external-secrets.io
        version: "2.9.0",
    },
} as const satisfies Record<string, Chart>;

/** The image, whose tag is that of the chart's version. Charts up to 0.18 name another registry, which passes on to this one. */
export const repository = "ghcr.io/external-secrets/external-secrets";
