import type { Chart } from "../lib/helm";

export const charts = {
    k8sMonitoring: {
        name: "k8s-monitoring",
        repository: "https://grafana.github.io/helm-charts",
        // renovate: datasource=helm depName=k8s-monitoring registryUrl=https://grafana.github.io/helm-charts
        version: "4.4.0",
    },
} as const satisfies Record<string, Chart>;
