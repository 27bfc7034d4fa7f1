/** Names, labels and ports of the chart's parts. */

export const namespaceName = "grafana-cloud";
/** Name of the release, which the names of its objects begin with. */
export const release = "k8s-monitoring";
/** The Secret with the users and tokens, and the names of its keys. */
export const credentials = {
    name: "grafana-cloud",
    user: (signal: Signal) => `${signal}-user`,
    token: (signal: Signal) => `${signal}-token`,
};

/** What is sent to Grafana Cloud. Each is collected by a collector of its own, which has the same name. */
export const signals = ["metrics", "logs", "traces"] as const;
export type Signal = (typeof signals)[number];

/** Job of the collectors' own samples, and label `app` of their pods. */
export const job = "grafana-cloud";
/** Labels of the collectors' pods: of all, or of one. */
export const collectorPods = (signal?: Signal): Record<string, string> => ({
    app: job,
    ...(signal && { "k8s-noc/signal": signal }),
});

export const ports = { collector: 12345, otlpGrpc: 4317, otlpHttp: 4318, stateMetrics: 8080 } as const;
/** Name of Prometheus' remote write. */
export const remoteName = "grafana-cloud";
