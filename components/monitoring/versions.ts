import type { Chart } from "../lib/helm";

export const charts = {
    prometheusStack: {
        name: "kube-prometheus-stack",
        repository: "https://prometheus-community.github.io/helm-charts",
        // Newest known: 91.2.1. 84 brings Grafana 13 and 85 images without a shell; alerts and dashboards are recorded and
        // tested with this one.
        // renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
        version: "72.6.2",
    },
    // The CRDs of that stack's operator (0.82). The chart of the stack installs them once and never upgrades them
    // (https://github.com/prometheus-community/helm-charts/issues/5127); this chart upgrades and removes them.
    operatorCrds: {
        name: "prometheus-operator-crds",
        repository: "https://prometheus-community.github.io/helm-charts",
        // Newest known: 31.0.1. It has the CRDs of a newer operator than the stack.
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
        // Newest known: 3.13.1. It has metrics-server 0.8, see the image below.
        // renovate: datasource=helm depName=metrics-server registryUrl=https://kubernetes-sigs.github.io/metrics-server
        version: "3.12.2",
    },
} as const satisfies Record<string, Chart>;

/** Images that replace those of the charts. */
export const images = {
    // The chart's 3.4.0 corrupts the names of some samples, such as those of kube-state-metrics and Redis
    // (https://github.com/prometheus/prometheus/pull/16623). 3.5 is the long-term support release.
    prometheus: "quay.io/prometheus/prometheus:v3.5.5",
    blackboxExporter: "quay.io/prometheus/blackbox-exporter:v0.28.0",
    // Newest known: v0.9.0. The chart is of 0.7.
    metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
    // Newest known: 13.2. The chart's templates are of Grafana 12.
    grafana: "docker.io/grafana/grafana:12.3.10",
} as const;
