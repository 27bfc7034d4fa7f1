import type { Chart } from "../lib/helm";

export const charts = {
    argoCd: {
        name: "argo-cd",
        repository: "https://argoproj.github.io/argo-helm",
        // renovate: datasource=helm depName=argo-cd registryUrl=https://argoproj.github.io/argo-helm
        version: "10.1.1",
    },
} as const satisfies Record<string, Chart>;

/** The images, whose tags are those of the chart's version. */
export const repositories = {
    argoCd: "quay.io/argoproj/argocd",
    dex: "ghcr.io/dexidp/dex",
    redis: "docker.io/library/redis",
} as const;
