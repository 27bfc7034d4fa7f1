import type * as pulumi from "@pulumi/pulumi";

import { mirroredRegistry, splitImage } from "../lib/images";
import type { Site } from "../lib/site";
import { controlPlaneValues } from "./control-plane-endpoints";
import { nodeExporterNamespace } from "./crds";
import { grafanaValues } from "./grafana";
import { prometheusResources, resources } from "./resources";
import type { MonitoringSettings } from "./settings";
import { images } from "./versions";

/** The Secret with alertmanager.yaml. */
export const alertmanagerSecret = "alertmanager-routes";

export interface StackValuesOptions {
    readonly settings: MonitoringSettings;
    /** Name of the Secret of Grafana's admin. */
    readonly adminSecret: pulumi.Input<string>;
    /** Where Prometheus sends its samples, as the operator has it. */
    readonly remoteWrite: readonly Record<string, unknown>[];
    readonly site: Site;
}

/** The values of kube-prometheus-stack. */
export function stackValues({ settings, adminSecret, remoteWrite, site }: StackValuesOptions): Record<string, unknown> {
    const { retention, storage, memory, controlPlane, controlPlaneEndpoints } = settings;
    const prometheus = splitImage(images.prometheus, site);
    return {
        crds: { enabled: false },
        prometheusOperator: {
            // The webhook's two jobs are the slowest part of the installation and the most likely to fail. The rules
            // are checked before they are deployed, and by the operator.
            admissionWebhooks: { enabled: false },
            tls: { enabled: false },
            ...mirroredRegistry("quay.io", site),
            resources: resources.operator,
            prometheusConfigReloader: { ...mirroredRegistry("quay.io", site), resources: resources.configReloader },
        },
        ...controlPlaneValues(controlPlane, controlPlaneEndpoints),
        prometheus: {
            prometheusSpec: {
                image: {
                    registry: prometheus.registry,
                    repository: prometheus.path,
                    tag: prometheus.tag,
                    sha: prometheus.sha,
                },
                retention,
                resources: prometheusResources(memory),
                ...allMonitors,
                ...(storage && { storageSpec: volume(storage, site) }),
                ...(remoteWrite.length > 0 && { remoteWrite }),
            },
        },
        alertmanager: {
            alertmanagerSpec: {
                ...mirroredRegistry("quay.io", site),
                useExistingSecret: true,
                configSecret: alertmanagerSecret,
                resources: resources.alertmanager,
                // Alertmanager does not use the API.
                automountServiceAccountToken: false,
            },
        },
        grafana: grafanaValues({ settings, adminSecret, site }),
        "kube-state-metrics": {
            ...mirroredRegistry("registry.k8s.io", site),
            resources: resources.kubeStateMetrics,
            collectors,
        },
        // It reads the nodes' /proc and /sys in the nodes' network, which only a namespace without restrictions admits.
        "prometheus-node-exporter": {
            ...mirroredRegistry("quay.io", site),
            namespaceOverride: nodeExporterNamespace,
            resources: resources.nodeExporter,
            // On the node's own address only; Prometheus scrapes it from another node.
            service: { listenOnAllInterfaces: false },
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 65534,
                runAsGroup: 65534,
                fsGroup: 65534,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containerSecurityContext: {
                readOnlyRootFilesystem: true,
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
            },
        },
    };
}

/** Selects the monitors, rules, probes and scrape configurations of all namespaces and releases. */
const allMonitors = {
    serviceMonitorSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
};

/** What kube-state-metrics reads: its default without Secrets and ConfigMaps, as no alert or dashboard uses their metrics. */
export const collectors = [
    "certificatesigningrequests",
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpoints",
    "horizontalpodautoscalers",
    "ingresses",
    "jobs",
    "leases",
    "limitranges",
    "mutatingwebhookconfigurations",
    "namespaces",
    "networkpolicies",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "replicationcontrollers",
    "resourcequotas",
    "services",
    "statefulsets",
    "storageclasses",
    "validatingwebhookconfigurations",
    "volumeattachments",
];

const volume = (storage: string, { storageClass }: Site) => ({
    volumeClaimTemplate: {
        spec: {
            ...(storageClass && { storageClassName: storageClass }),
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage } },
        },
    },
});
