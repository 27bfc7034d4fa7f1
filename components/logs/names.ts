/** Names, labels and ports of Loki and of the collector. */

export const namespaceName = "logs";
/** Namespace of the collector, the only part that reads the nodes' files. */
export const collectorNamespace = "log-collector";

/** Jobs of the samples. */
export const jobs = { loki: "loki", collector: "log-collector" } as const;

/** Labels of the pods. */
export const pods = {
    loki: { "app.kubernetes.io/name": "loki", "app.kubernetes.io/component": "single-binary" },
    collector: { "app.kubernetes.io/name": "alloy", "app.kubernetes.io/instance": "log-collector" },
};

/** Ports of the pods. Loki answers queries, takes lines and serves its metrics on the same one. */
export const ports = { loki: 3100, collector: 12345 } as const;

/** URL of Loki, from inside the cluster. */
export const lokiUrl = `http://loki.${namespaceName}.svc:${ports.loki}`;
/** Grafana's identifier of Loki as a data source. */
export const dataSourceUid = "loki";
