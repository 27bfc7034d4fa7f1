/**
 * Requests and memory limits of all containers of monitoring. Requests are near what each uses in a cluster of three
 * nodes; limits are several times that, because memory grows with the number of pods, series and dashboards. There are
 * no CPU limits: a container that is throttled answers scrapes and probes late, and alerts then fire on monitoring itself.
 */
interface Resources {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly memory: string };
}

const of = (cpu: string, memory: string, limit: string): Resources => ({
    requests: { cpu, memory },
    limits: { memory: limit },
});

export const resources = {
    operator: of("10m", "64Mi", "256Mi"),
    // It runs beside Prometheus and Alertmanager, and at their start.
    configReloader: of("10m", "16Mi", "64Mi"),
    alertmanager: of("10m", "32Mi", "128Mi"),
    grafana: of("50m", "128Mi", "512Mi"),
    // A Python program that holds the ConfigMaps of all dashboards.
    grafanaSidecar: of("10m", "80Mi", "256Mi"),
    kubeStateMetrics: of("10m", "48Mi", "256Mi"),
    nodeExporter: of("20m", "24Mi", "128Mi"),
    blackboxExporter: of("10m", "32Mi", "128Mi"),
    metricsServer: of("50m", "64Mi", "256Mi"),
} as const;

/** Prometheus' memory grows with the number of series and with the queries, so that its limit is a setting. */
export const prometheusResources = (limit: string): Resources => of("100m", "512Mi", limit);
