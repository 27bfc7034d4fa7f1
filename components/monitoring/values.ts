import { splitImage } from "../lib/images";
import type { Site } from "../lib/site";
import type { MonitoringSettings } from "./settings";
import { images } from "./versions";

export const release = "kube-prometheus-stack";
export const grafanaService = `${release}-grafana`;
/** The Secret of Grafana's admin, and its keys. */
export const adminSecret = { name: "grafana-admin", user: "admin-user", password: "admin-password" };

/** The Secret with alertmanager.yaml. */
export const alertmanagerSecret = "alertmanager-routes";
/** Grafana's folder of our pages, and the one that it opens with. */
export const dashboardFolder = "NOC";
const homeDashboard = "noc-overview";

/** The values of kube-prometheus-stack. */
export function stackValues(settings: MonitoringSettings, site: Site): Record<string, unknown> {
    const { retention, storage, controlPlane, controlPlaneEndpoints, gitSync } = settings;
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
                image: {
                    registry: prometheus.registry,
                    repository: prometheus.path,
                    tag: prometheus.tag,
                    sha: prometheus.sha,
                },
                retention,
                ...everyMonitor,
                ...(storage && { storageSpec: volume(storage, site) }),
            },
        },
        alertmanager: { alertmanagerSpec: { useExistingSecret: true, configSecret: alertmanagerSecret } },
        grafana: {
            image: { registry: grafana.registry, repository: grafana.path, tag: grafana.tag, sha: grafana.sha },
            admin: { existingSecret: adminSecret.name, userKey: adminSecret.user, passwordKey: adminSecret.password },
            // The Service is the program's own, which needs to know its address; see index.ts.
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
