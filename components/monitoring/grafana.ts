/** Grafana: the Service that people use, and its part of the values of kube-prometheus-stack. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { HostRequest } from "../lib/component";
import { mirroredRegistry, splitImage } from "../lib/images";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { labels } from "../lib/pods";
import type { Site } from "../lib/site";
import { namespaceName } from "./crds";
import { release } from "./names";
import { resources } from "./resources";
import type { MonitoringSettings } from "./settings";
import { images } from "./versions";

const service = `${release}-grafana`;
/** Labels of its pods and of its Service, by which the chart's ServiceMonitor finds the Service. */
const selector = { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": release };

/** Port of its pods. */
export const grafanaPort = 3000;

/** Its host name at the gateway, if the settings name one. */
export const grafanaHosts = ({ grafanaHost }: Pick<MonitoringSettings, "grafanaHost">): HostRequest[] =>
    grafanaHost === undefined
        ? []
        : [
              {
                  key: "noc:monitoring.grafanaHost",
                  host: grafanaHost,
                  namespaces: [namespaceName],
                  backend: {
                      service,
                      namespace: namespaceName,
                      port: 80,
                      pods: { labels: selector, port: grafanaPort },
                  },
              },
          ];
/** Keys of the admin's Secret. */
export const adminKeys = { user: "admin-user", password: "admin-password" } as const;
/** Grafana's folder of our dashboards, and the one that it opens with. */
export const dashboardFolder = "NOC";
const homeDashboard = "noc-overview";
/** Where the certificate's Secret is mounted. */
const tlsFolder = "/etc/grafana/tls";

type GrafanaSettings = Pick<
    MonitoringSettings,
    "grafanaAddress" | "grafanaHost" | "grafanaTlsSecret" | "grafanaSourceRanges" | "gitSync"
>;

/** Where Grafana can be reached. */
export interface GrafanaEndpoint {
    /** Its address on the network. Undefined if it has none. */
    readonly address?: pulumi.Output<string>;
    /** Its URL, from inside the cluster. */
    readonly url: pulumi.Input<string>;
}

/** Makes Grafana's Service: with an address on the network if the settings name one, otherwise only for the cluster. */
export function grafanaEndpoint(
    settings: GrafanaSettings,
    site: Site,
    opts: pulumi.CustomResourceOptions,
): GrafanaEndpoint {
    const { grafanaAddress, grafanaTlsSecret, grafanaSourceRanges } = settings;
    const scheme = grafanaTlsSecret ? "https" : "http";
    const ports = [{ name: "http-web", port: grafanaTlsSecret ? 443 : 80, targetPort: grafanaPort }];
    if (grafanaAddress === undefined) {
        new k8s.core.v1.Service(
            service,
            {
                metadata: {
                    name: service,
                    namespace: namespaceName,
                    labels: { ...labels(service), ...selector },
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: { type: "ClusterIP", selector, ports },
            },
            opts,
        );
        return { url: `${scheme}://${service}.${namespaceName}.svc` };
    }
    const balanced = loadBalancerService(
        {
            name: service,
            namespace: namespaceName,
            selector,
            labels: selector,
            address: grafanaAddress,
            trafficPolicy: "Cluster",
            sourceRanges: grafanaSourceRanges.length > 0 ? [...grafanaSourceRanges] : undefined,
            ports,
            site,
        },
        opts,
    );
    const address = loadBalancerAddress(balanced);
    return { address, url: pulumi.interpolate`${scheme}://${address}` };
}

/** Lets Grafana's sidecars read the ConfigMaps of monitoring, and nothing else. */
export function sidecarRole(opts: pulumi.CustomResourceOptions): void {
    const name = "grafana-sidecars";
    const metadata = { name, namespace: namespaceName, labels: labels(name) };
    const role = new k8s.rbac.v1.Role(
        name,
        { metadata, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }] },
        opts,
    );
    new k8s.rbac.v1.RoleBinding(
        name,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: service, namespace: namespaceName }],
        },
        opts,
    );
}

export interface GrafanaValuesOptions {
    readonly settings: GrafanaSettings;
    /** Name of the admin's Secret. */
    readonly adminSecret: pulumi.Input<string>;
    readonly site: Site;
}

/** The chart's values for Grafana and its sidecars, which load dashboards and data sources from ConfigMaps. */
export function grafanaValues({ settings, adminSecret, site }: GrafanaValuesOptions) {
    const { grafanaHost, grafanaTlsSecret, gitSync } = settings;
    const image = splitImage(images.grafana, site);
    const scheme = grafanaTlsSecret ? "https" : "http";
    const sidecar = (what: string) => ({
        resource: "configmap",
        // The certificate is for the address on the network, not for localhost.
        ...(grafanaTlsSecret && { env: { REQ_SKIP_TLS_VERIFY: "true" } }),
        reloadURL: `${scheme}://localhost:${grafanaPort}/api/admin/provisioning/${what}/reload`,
    });
    const probe = { httpGet: { path: "/api/health", port: grafanaPort, scheme: scheme.toUpperCase() } };
    return {
        image: { registry: image.registry, repository: image.path, tag: image.tag, sha: image.sha },
        resources: resources.grafana,
        admin: { existingSecret: adminSecret, userKey: adminKeys.user, passwordKey: adminKeys.password },
        // The program makes the Service, because it has to know its address.
        service: { enabled: false },
        serviceMonitor: { scheme, ...(grafanaTlsSecret && { tlsConfig: { insecureSkipVerify: true } }) },
        testFramework: { enabled: false },
        // The chart's roles let the sidecars read Secrets, by default those of the whole cluster; see sidecarRole.
        rbac: { create: false },
        sidecar: {
            ...mirroredRegistry("quay.io", site),
            resources: resources.grafanaSidecar,
            dashboards: {
                ...sidecar("dashboards"),
                searchNamespace: namespaceName,
                provider: { foldersFromFilesStructure: true },
            },
            datasources: { ...sidecar("datasources"), searchNamespace: namespaceName },
        },
        readinessProbe: probe,
        livenessProbe: { ...probe, initialDelaySeconds: 60, timeoutSeconds: 30, failureThreshold: 10 },
        ...(grafanaTlsSecret && {
            extraSecretMounts: [{ name: "tls", secretName: grafanaTlsSecret, mountPath: tlsFolder, readOnly: true }],
        }),
        "grafana.ini": {
            // Neither is useful without a way to the Internet, which the network policies deny.
            analytics: { check_for_updates: false, check_for_plugin_updates: false, reporting_enabled: false },
            dashboards: { default_home_dashboard_path: `/tmp/dashboards/${dashboardFolder}/${homeDashboard}.json` },
            ...(grafanaTlsSecret && {
                server: {
                    protocol: "https",
                    cert_file: `${tlsFolder}/tls.crt`,
                    cert_key: `${tlsFolder}/tls.key`,
                    // A renewed certificate is loaded without a restart.
                    certs_watch_interval: "1m",
                },
                security: { cookie_secure: true },
            }),
            // Clients speak HTTPS to the gateway, which speaks HTTP to Grafana.
            ...(grafanaHost !== undefined && {
                server: { root_url: `https://${grafanaHost}/` },
                security: { cookie_secure: true },
            }),
            ...(gitSync && { feature_toggles: { provisioning: true, kubernetesDashboards: true } }),
        },
    };
}
