import type { Chart } from "../lib/helm";

export const charts = {
    prometheusStack: {
        name: "kube-prometheus-stack",
        repository: "https://prometheus-community.github.io/helm-charts",
        // renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
        version: "72.6.2",
    },
    // The CRDs of that stack's operator (0.82). The chart of the stack installs them once and never upgrades them
    // (https://github.com/prometheus-community/helm-charts/issues/5127); this chart upgrades and removes them.
    operatorCrds: {
        name: "prometheus-operator-crds",
        repository: "https://prometheus-community.github.io/helm-charts",
        // renovate: datasource=helm depName=prometheus-operator-crds registryUrl=https://prometheus-community.github.io/helm-charts
        version: "20.0.1",
    },
    blackboxExporter: {
        name: "prometheus-blackbox-exporter",
        repository: "https://prometheus-community.github.io/helm-charts",
        // renovate: datasource=helm depName=prometheus-blackbox-exporter registryUrl=https://prometheus-community.github.io/helm-charts
        version: "11.17.2",
    },
    metricsServer: {
        name: "metrics-server",
        repository: "https://kubernetes-sigs.github.io/metrics-server",
        // renovate: datasource=helm depName=metrics-server registryUrl=https://kubernetes-sigs.github.io/metrics-server
        version: "3.12.2",
    },
} as const satisfies Record<string, Chart>;

/** Images that replace those of the charts. */
export const images = {
    // The chart's 3.4.0 corrupts the names of some samples, such as those of kube-state-metrics and Redis
    // (https://github.com/prometheus/prometheus/pull/16623). 3.5 is the long-term support release.
    // renovate: datasource=docker
    prometheus: "quay.io/prometheus/prometheus:v3.5.5",
    // renovate: datasource=docker
    blackboxExporter: "quay.io/prometheus/blackbox-exporter:v0.28.0",
    // renovate: datasource=docker
    metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
    // renovate: datasource=docker
    grafana: "docker.io/grafana/grafana:12.3.10",
} as const;
