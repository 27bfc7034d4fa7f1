import type { Chart } from "../lib/helm";

export const charts = {
    // The chart of grafana.github.io is no longer maintained for the open-source Loki: https://github.com/grafana/loki/issues/20705
    loki: {
        name: "loki",
        repository: "https://grafana-community.github.io/helm-charts",
        // renovate: datasource=helm depName=loki registryUrl=https://grafana-community.github.io/helm-charts
        version: "18.11.0",
    },
    alloy: {
        name: "alloy",
        repository: "https://grafana.github.io/helm-charts",
        // renovate: datasource=helm depName=alloy registryUrl=https://grafana.github.io/helm-charts
        version: "1.9.0",
    },
} as const satisfies Record<string, Chart>;

/** The images, whose tags are the charts' own. */
export const repositories = {
    loki: "docker.io/grafana/loki",
    alloy: "docker.io/grafana/alloy",
} as const;
