import { images } from "../../config/versions";
import { type Site, splitImage } from "../site";
import type { ControlPlaneEndpoints } from "./settings";

/** The namespace of all of monitoring. */
export const namespaceName = "monitoring";
export const release = "kube-prometheus-stack";
export const grafanaService = `${release}-grafana`;
/** The Secret of Grafana's admin, and its keys. */
export const adminSecret = { name: "grafana-admin", user: "admin-user", password: "admin-password" };

/** The Secret with alertmanager.yaml. */
export const alertmanagerSecret = "alertmanager-routes";
/** Grafana's folder of our pages, and the one that it opens with. */
export const dashboardFolder = "NOC";
const homeDashboard = "noc-overview";

/** What the values depend on. */
export interface StackValuesOptions {
    /** How long Prometheus keeps its samples, a Prometheus duration. Defaults to 10d. */
    readonly retention: string;
    /** Size of Prometheus' volume, a Kubernetes quantity. Defaults to none: the samples are lost with the pod. */
    readonly storage?: string;
    /** Whether to scrape kube-proxy, etcd, scheduler and controller manager. Defaults to false. */
    readonly controlPlane: boolean;
    /** Addresses of those of them that, unlike kubeadm's, do not run as pods. Defaults to none. */
    readonly controlPlaneEndpoints: ControlPlaneEndpoints;
    /** Whether Grafana's feature toggles for Git Sync are on. Defaults to false. */
    readonly gitSync: boolean;
    readonly site: Site;
}

/** The values of kube-prometheus-stack. */
export function stackValues({
    retention,
    storage,
    controlPlane,
    controlPlaneEndpoints,
    gitSync,
    site,
}: StackValuesOptions): Record<string, unknown> {
    const grafana = splitImage(images.grafana, site);
    const prometheus = splitImage(images.prometheus, site);
    const { etcd, scheduler, controllerManager, proxy } = controlPlaneEndpoints;
    return {
        ...(site.imageMirror && { global: { imageRegistry: site.imageMirror } }),
        crds: { enabled: false },
        prometheusOperator: {
            // The webhook's two jobs are the slowest part of the installation and the likeliest to fail; the rules are
            // checked before they are deployed, and by the operator.
            admissionWebhooks: { enabled: false },
            tls: { enabled: false },
        },
        kubeControllerManager: { enabled: controlPlane, endpoints: controllerManager },
        kubeEtcd: { enabled: controlPlane, endpoints: etcd },
        kubeProxy: { enabled: controlPlane, endpoints: proxy },
        kubeScheduler: { enabled: controlPlane, endpoints: scheduler },
        prometheus: {
            prometheusSpec: {
                image: { registry: prometheus.registry, repository: prometheus.path, tag: prometheus.tag },
                retention,
                ...everyMonitor,
                ...(storage && { storageSpec: volume(storage, site) }),
            },
        },
        alertmanager: { alertmanagerSpec: { useExistingSecret: true, configSecret: alertmanagerSecret } },
        grafana: {
            image: { registry: grafana.registry, repository: grafana.path, tag: grafana.tag },
            admin: { existingSecret: adminSecret.name, userKey: adminSecret.user, passwordKey: adminSecret.password },
            // The Service is the program's own, which needs to know its address; see monitoring.ts.
            service: { enabled: false },
            testFramework: { enabled: false },
            sidecar: { dashboards: { provider: { foldersFromFilesStructure: true } } },
            "grafana.ini": {
                dashboards: { default_home_dashboard_path: `/tmp/dashboards/${dashboardFolder}/${homeDashboard}.json` },
                ...(gitSync && { feature_toggles: { provisioning: true, kubernetesDashboards: true } }),
            },
        },
    };
}

/** Monitors, rules, probes and scrape configurations of all namespaces and releases. */
const everyMonitor = {
    serviceMonitorSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
};

const volume = (storage: string, { storageClass }: Site) => ({
    volumeClaimTemplate: {
        spec: {
            ...(storageClass && { storageClassName: storageClass }),
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage } },
        },
    },
});
