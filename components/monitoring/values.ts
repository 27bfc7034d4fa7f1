import { images } from "../../config/versions";
import { type Site, splitImage } from "../site";

export const release = "kube-prometheus-stack";
export const grafanaService = `${release}-grafana`;
/** The Secret of Grafana's admin, and its keys. */
export const adminSecret = { name: "grafana-admin", user: "admin-user", password: "admin-password" };

/** What the values depend on. */
export interface StackValuesOptions {
    /** How long Prometheus keeps its samples, a Prometheus duration. Defaults to 10d. */
    readonly retention: string;
    /** Size of Prometheus' volume, a Kubernetes quantity. Defaults to none: the samples are lost with the pod. */
    readonly storage?: string;
    /** Whether to scrape kube-proxy, etcd, scheduler and controller manager. Defaults to false. */
    readonly controlPlane: boolean;
    /** Whether Grafana's feature toggles for Git Sync are on. Defaults to false. */
    readonly gitSync: boolean;
    readonly site: Site;
}

/** The values of kube-prometheus-stack. */
export function stackValues({
    retention,
    storage,
    controlPlane,
    gitSync,
    site,
}: StackValuesOptions): Record<string, unknown> {
    const grafana = splitImage(images.grafana, site);
    return {
        ...(site.imageMirror && { global: { imageRegistry: site.imageMirror } }),
        crds: { enabled: false },
        prometheusOperator: {
            // The webhook's two jobs are the slowest part of the installation and the likeliest to fail; the rules are
            // checked before they are deployed, and by the operator.
            admissionWebhooks: { enabled: false },
            tls: { enabled: false },
        },
        kubeControllerManager: { enabled: controlPlane },
        kubeEtcd: { enabled: controlPlane },
        kubeProxy: { enabled: controlPlane },
        kubeScheduler: { enabled: controlPlane },
        prometheus: {
            prometheusSpec: { retention, ...everyMonitor, ...(storage && { storageSpec: volume(storage, site) }) },
        },
        alertmanager: { enabled: true },
        grafana: {
            image: { registry: grafana.registry, repository: grafana.path, tag: grafana.tag },
            admin: { existingSecret: adminSecret.name, userKey: adminSecret.user, passwordKey: adminSecret.password },
            // The Service is the program's own, which needs to know its address; see monitoring.ts.
            service: { enabled: false },
            testFramework: { enabled: false },
            ...(gitSync && { "grafana.ini": { feature_toggles: { provisioning: true, kubernetesDashboards: true } } }),
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
