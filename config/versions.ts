/**
 * Every chart and image this program deploys, and nowhere else. Renovate reads the annotations
 * (`.github/renovate.json`) and proposes the newer ones.
 */

/** A Helm chart at an exact version. */
export interface Chart {
    readonly name: string;
    /** URL of the Helm repository that publishes it. */
    readonly repository: string;
    readonly version: string;
}

export const charts = {
    metallb: {
        name: "metallb",
        repository: "https://metallb.github.io/metallb",
        // renovate: datasource=helm depName=metallb registryUrl=https://metallb.github.io/metallb
        version: "0.14.9",
    },
    kea: {
        name: "kea-dhcp",
        repository: "http://charts.glants.xyz",
        // renovate: datasource=helm depName=kea-dhcp registryUrl=http://charts.glants.xyz
        version: "0.7.1",
    },
    prometheusStack: {
        name: "kube-prometheus-stack",
        repository: "https://prometheus-community.github.io/helm-charts",
        // renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
        version: "72.6.2",
    },
    // The CRDs of that stack's operator (0.82). Its own chart installs them once and never again
    // (https://github.com/prometheus-community/helm-charts/issues/5127), this one upgrades and removes them.
    prometheusCrds: {
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

/** Images by what they do. Those of the charts are the charts' own, except where named here. */
export const images = {
    // renovate: datasource=docker
    unbound: "docker.io/klutchell/unbound:1.24.2",
    // renovate: datasource=docker
    unboundExporter: "ghcr.io/cyb3r-jak3/unbound-exporter:0.5.0",
    // renovate: datasource=docker
    redis: "docker.io/library/redis:7.4.6-alpine",
    // renovate: datasource=docker
    redisExporter: "docker.io/oliver006/redis_exporter:v1.74.0",
    // renovate: datasource=docker
    kea: "ghcr.io/mglants/kea-dhcp:2.5.8",
    // renovate: datasource=docker
    keaExporter: "ghcr.io/mweinelt/kea-exporter:v0.7.0",
    // The chart's 3.4.0 mangles the names of samples it has scraped (https://github.com/prometheus/prometheus/pull/16623):
    // kube-state-metrics' and Redis' were lost.
    // renovate: datasource=docker
    prometheus: "quay.io/prometheus/prometheus:v3.5.0",
    // renovate: datasource=docker
    blackboxExporter: "quay.io/prometheus/blackbox-exporter:v0.28.0",
    // renovate: datasource=docker
    metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
    // renovate: datasource=docker
    grafana: "docker.io/grafana/grafana:12.3.3",
} as const;
