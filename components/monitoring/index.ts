import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { volumeRequirement } from "../lib/cluster-facts";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { chartRelease } from "../lib/helm";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { denyByDefault } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { inhibitions } from "../lib/prometheus-rules";
import { alertmanagerConfig } from "./alertmanager";
import { blackboxValues } from "./blackbox";
import { controlPlaneServices } from "./control-plane-endpoints";
import { namespaceName, nodeExporterNamespace, type OperatorCrds } from "./crds";
import { adminKeys, grafanaEndpoint, grafanaHosts, sidecarRole } from "./grafana";
import { metricsServerValues } from "./metrics-server";
import { release } from "./names";
import { dashboardConfigMap, dataSourceConfigMap, operatorResources } from "./operator-resources";
import { policies } from "./policies";
import { remoteWriteSpec } from "./remote-write";
import { problems } from "./rules";
import { refuseSampleVolumeChange } from "./sample-volume";
import { monitoringSettings } from "./settings";
import { deploymentSpec } from "./spec";
import { alertmanagerSecret, stackValues } from "./values";
import { charts } from "./versions";

export { OperatorCrds } from "./crds";

export interface MonitoringOptions extends ComponentArgs<typeof monitoringSettings> {
    /** The namespaces of monitoring and the operator's CRDs. */
    readonly crds: OperatorCrds;
    /** The components to monitor. */
    readonly components: readonly Component[];
}

/** Prometheus, Alertmanager and Grafana, with the monitors, probes, alerts and dashboards of all components. */
export class Monitoring extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;
    public override readonly namespace: k8s.core.v1.Namespace;

    /** @param opts only Grafana's Service waits for `dependsOn`, because its address needs a load balancer. */
    constructor(
        name: string,
        { crds, components, ...args }: MonitoringOptions,
        { dependsOn = [], ...opts }: ComponentOptions = {},
    ) {
        super("monitoring:Monitoring", name, monitoringSettings, args, opts);
        const settings = monitoringSettings.parse(args.settings);
        const { site } = args;
        this.namespace = crds.namespace;
        const child = { parent: this };
        const inNamespace = { parent: this, dependsOn: crds.namespace };

        const grafanaPassword = pulumi.secret(
            settings.grafanaPassword ??
                new random.RandomPassword("grafana-password", { length: 24, special: false }, child).result,
        );
        // Without a name of its own: a changed password makes a new Secret, and Grafana's pod, which reads the password
        // only when it starts, is replaced because its values name the new one.
        const admin = new k8s.core.v1.Secret(
            "grafana-admin",
            {
                metadata: { namespace: namespaceName, labels: labels("grafana") },
                stringData: { [adminKeys.user]: "admin", [adminKeys.password]: grafanaPassword },
            },
            inNamespace,
        );
        // Otherwise the operator creates this Service and never deletes it. This one is deleted after the operator.
        const kubelet = new k8s.core.v1.Service(
            "kubelet",
            {
                metadata: {
                    name: `${release}-kubelet`,
                    namespace: "kube-system",
                    labels: { "k8s-app": "kubelet", "app.kubernetes.io/name": "kubelet" },
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: { clusterIP: "None", ports: [{ name: "https-metrics", port: 10250 }] },
            },
            // The operator sets its own labels and ports.
            { parent: this, ignoreChanges: ["metadata.labels", "spec"] },
        );

        const loadBalancer = settings.grafanaAddress === undefined ? [] : dependsOn;
        const grafana = grafanaEndpoint(settings, site, {
            parent: this,
            dependsOn: [crds.namespace, ...loadBalancer],
        });
        this.outputs = { ...(grafana.address && { grafanaAddress: grafana.address }), grafanaPassword };
        sidecarRole(inNamespace);
        if (settings.controlPlane) {
            controlPlaneServices(settings.controlPlaneEndpoints, child);
        }
        denyByDefault("node-exporter-default-deny", nodeExporterNamespace, {
            ...child,
            dependsOn: crds.nodeExporterNamespace,
        });

        const others = components.map(({ monitoring }) => monitoring);
        policies(
            settings,
            others.flatMap(({ dataSources = [] }) => dataSources),
            inNamespace,
        );
        this.monitoring = deploymentSpec({
            component: name,
            namespaces: { own: namespaceName, nodeExporter: nodeExporterNamespace },
            others,
            grafanaUrl: grafana.url,
            settings,
        });
        const specs = [...others, this.monitoring];
        const routes = new k8s.core.v1.Secret(
            alertmanagerSecret,
            {
                metadata: { name: alertmanagerSecret, namespace: namespaceName, labels: labels("alertmanager") },
                stringData: {
                    "alertmanager.yaml": pulumi.secret(
                        JSON.stringify(
                            alertmanagerConfig({
                                receivers: settings.receivers,
                                heartbeat: settings.heartbeat,
                                inhibitions: inhibitions(specs),
                                clusterName: pulumi.getStack(),
                            }),
                            null,
                            2,
                        ),
                    ),
                },
            },
            inNamespace,
        );
        const remoteWrite = others
            .flatMap(({ remoteWrites = [] }) => remoteWrites)
            .map((destination) => remoteWriteSpec(destination, inNamespace));
        const volume = { size: settings.storage, storageClass: site.storageClass };
        chartRelease(
            {
                chart: charts.prometheusStack,
                namespace: namespaceName,
                values: stackValues({ settings, adminSecret: admin.metadata.name, remoteWrite, site }),
                // The first time, about ten images are pulled.
                timeout: 900,
                site,
            },
            {
                parent: this,
                dependsOn: [crds, crds.nodeExporterNamespace, admin, routes, kubelet],
                hooks: { beforeUpdate: [refuseSampleVolumeChange(volume, site.kubeContext)] },
            },
        );

        chartRelease(
            {
                chart: charts.blackboxExporter,
                namespace: namespaceName,
                values: blackboxValues(
                    specs.flatMap(({ probes }) => probes),
                    site,
                ),
                site,
            },
            inNamespace,
        );
        if (settings.metricsServer !== "off") {
            chartRelease(
                {
                    chart: charts.metricsServer,
                    namespace: "kube-system",
                    values: metricsServerValues(settings.metricsServer, site),
                    site,
                },
                { parent: this, dependsOn: crds },
            );
        }

        for (const { component, dashboards, dataSources = [] } of specs) {
            const owner = { namespace: namespaceName, component };
            dashboards.forEach((dashboard) => dashboardConfigMap(dashboard, owner, inNamespace));
            dataSources.forEach((source) => dataSourceConfigMap(source, owner, inNamespace));
        }
        for (const component of components) {
            operatorResources(component.monitoring, settings.runbooks, { parent: this, dependsOn: [crds, component] });
        }
        operatorResources(this.monitoring, settings.runbooks, { parent: this, dependsOn: crds });

        this.registerOutputs(this.outputs);
    }
}

export const monitoring = defineComponent({
    name: "monitoring",
    title: "monitoring",
    settings: monitoringSettings,
    requirements: ({ storage }, cluster, site) =>
        storage === undefined ? [] : volumeRequirement("Prometheus' samples", cluster, site),
    problems,
    addresses: ({ grafanaAddress }) =>
        grafanaAddress === undefined
            ? []
            : [{ key: "noc:monitoring.grafanaAddress", text: grafanaAddress, use: "service" }],
    namespaces: () => [namespaceName, nodeExporterNamespace],
    hosts: grafanaHosts,
});
