import { quoted, stateFolder } from "../lib/alloy";
import { mirroredRegistry } from "../lib/images";
import { resources, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { collectors } from "../monitoring/values";
import { collectorPods, credentials, ports, release, type Signal } from "./names";
import type { GrafanaCloudSettings } from "./settings";

export interface GrafanaCloudValuesOptions {
    readonly settings: GrafanaCloudSettings;
    /** What the chart's collectors collect. */
    readonly collected: readonly Signal[];
    /** Value of the label `cluster`. */
    readonly clusterName: string;
    /** Configuration of the metrics' collector that scrapes the components, in Alloy's syntax. */
    readonly scrapes: string;
    readonly site: Site;
}

/** The values of k8s-monitoring, from chart 4 on. */
export function grafanaCloudValues(options: GrafanaCloudValuesOptions): Record<string, unknown> {
    const { settings, collected, clusterName, scrapes, site } = options;
    const has = (signal: Signal) => collected.includes(signal);
    const destination = (signal: Signal) => ({
        url: settings[signal]?.url,
        auth: { type: "basic", usernameKey: credentials.user(signal), passwordKey: credentials.token(signal) },
        secret: { create: false, name: credentials.name },
    });
    const names = settings.metrics?.names;
    return {
        cluster: { name: clusterName },
        selfReporting: { enabled: false },
        "alloy-operator": {
            ownNamespaceOnly: true,
            ...mirroredRegistry("ghcr.io", site),
            podSecurityContext: { runAsNonRoot: true, seccompProfile },
            resources: resources("10m", "64Mi", "256Mi"),
            waitForAlloyRemoval: { ...mirroredRegistry("ghcr.io", site), resources: resources("10m", "32Mi", "128Mi") },
        },
        destinations: {
            ...(has("metrics") && {
                metrics: {
                    type: "prometheus",
                    ...destination("metrics"),
                    ...(names !== undefined && { metricProcessingRules: keepRule(names) }),
                },
            }),
            ...(has("logs") && { logs: { type: "loki", ...destination("logs") } }),
            ...(has("traces") && {
                traces: {
                    type: "otlp",
                    protocol: "http",
                    ...destination("traces"),
                    metrics: { enabled: false },
                    logs: { enabled: false },
                    traces: { enabled: true },
                },
            }),
        },
        ...(has("metrics") && {
            clusterMetrics: { enabled: true, collector: "metrics" },
            hostMetrics: { enabled: true, collector: "metrics", linuxHosts: { enabled: true } },
            telemetryServices: {
                "kube-state-metrics": {
                    deploy: true,
                    ...mirroredRegistry("registry.k8s.io", site),
                    // Newer ones read EndpointSlices instead.
                    collectors: collectors.filter((kind) => kind !== "endpoints"),
                    resources: resources("10m", "48Mi", "256Mi"),
                },
                "node-exporter": {
                    deploy: true,
                    ...mirroredRegistry("quay.io", site),
                    resources: resources("20m", "24Mi", "128Mi"),
                },
            },
        }),
        ...(has("logs") && { podLogsViaLoki: { enabled: true, collector: "logs" } }),
        ...(has("traces") && {
            applicationObservability: {
                enabled: true,
                collector: "traces",
                metrics: { enabled: false },
                logs: { enabled: false },
                receivers: {
                    otlp: {
                        grpc: { enabled: true, port: ports.otlpGrpc },
                        http: { enabled: true, port: ports.otlpHttp },
                    },
                },
            },
        }),
        collectorCommon: {
            alloy: {
                ...mirroredRegistry("docker.io", site),
                configReloader: mirroredRegistry("quay.io", site),
            },
        },
        collectors: {
            ...(has("metrics") && {
                metrics: { presets: ["statefulset"], ...collector("metrics", alloyUser), extraConfig: scrapes },
            }),
            // The files belong to root, and nobody else may read them.
            ...(has("logs") && {
                logs: { presets: ["filesystem-log-reader", "daemonset"], ...collector("logs", { runAsUser: 0 }) },
            }),
            ...(has("traces") && { traces: { presets: ["deployment"], ...collector("traces", alloyUser) } }),
        },
    };
}

const seccompProfile = { type: "RuntimeDefault" };
/** The user of Alloy's image. */
const alloyUser = { runAsNonRoot: true, runAsUser: 473, runAsGroup: 473 };

/** What all collectors have. The chart's default adds capabilities. */
const collector = (signal: Signal, user: Record<string, unknown>) => ({
    alloy: {
        storagePath: stateFolder,
        mounts: { extra: [{ name: "state", mountPath: stateFolder }] },
        securityContext: { ...unprivileged, capabilities: { drop: ["ALL"], add: [] }, seccompProfile, ...user },
        resources: resources("50m", "128Mi", signal === "metrics" ? "1Gi" : "512Mi"),
    },
    controller: {
        podLabels: collectorPods(signal),
        volumes: { extra: [{ name: "state", ...stateVolume(signal) }] },
    },
});

/** A collector of logs continues where it stopped, also as another pod. The others have only what is on its way. */
const stateVolume = (signal: Signal) =>
    signal === "logs"
        ? { hostPath: { path: `/var/lib/${release}`, type: "DirectoryOrCreate" } }
        : { emptyDir: { sizeLimit: "2Gi" } };

const keepRule = (names: string): string =>
    `write_relabel_config {\n  source_labels = ["__name__"]\n  regex = ${quoted(names)}\n  action = "keep"\n}`;
