import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { withoutEffect } from "../../config/problems";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { chartRelease } from "../lib/helm";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { inhibitions } from "../lib/prometheus-rules";
import { alertmanagerConfig } from "./alertmanager";
import { blackboxValues } from "./blackbox";
import { namespaceName, type OperatorCrds } from "./crds";
import { metricsServerValues } from "./metrics-server";
import { dashboardConfigMap, operatorResources } from "./operator-resources";
import { monitoringSettings } from "./settings";
import { deploymentSpec } from "./spec";
import { adminSecret, alertmanagerSecret, grafanaService, release, stackValues } from "./values";
import { charts } from "./versions";

export { OperatorCrds } from "./crds";

export interface MonitoringOptions extends ComponentArgs<typeof monitoringSettings> {
    /** The namespace of monitoring and the operator's CRDs. */
    readonly crds: OperatorCrds;
    /** The components to monitor. */
    readonly components: readonly Component[];
}

/** Prometheus, Alertmanager and Grafana, with the monitors, probes, alerts and dashboards of all components. */
export class Monitoring extends Component {
    /** Grafana's load-balancer address: an IP address, or a host name if the load balancer gives only that. */
    public readonly grafanaAddress: pulumi.Output<string>;
    /** Password of Grafana's admin, a secret. */
    public readonly grafanaPassword: pulumi.Output<string>;
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    /** @param opts `dependsOn` holds back only Grafana's Service, which needs a load balancer; the rest starts meanwhile. */
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

        this.grafanaPassword = pulumi.secret(
            settings.grafanaPassword ??
                new random.RandomPassword("grafana-password", { length: 24, special: false }, child).result,
        );
        const admin = new k8s.core.v1.Secret(
            adminSecret.name,
            {
                metadata: { name: adminSecret.name, namespace: namespaceName, labels: labels("grafana") },
                stringData: { [adminSecret.user]: "admin", [adminSecret.password]: this.grafanaPassword },
            },
            inNamespace,
        );
        // The operator would create this Service itself and leave it behind. Created before, it is deleted after it.
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
            // The operator then sets the labels and ports that it wants.
            { parent: this, ignoreChanges: ["metadata.labels", "spec"] },
        );

        const selector = { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": release };
        const service = loadBalancerService(
            {
                name: grafanaService,
                namespace: namespaceName,
                selector,
                // The chart's ServiceMonitor selects Grafana by these.
                labels: selector,
                address: settings.grafanaAddress,
                trafficPolicy: "Cluster",
                ports: [{ name: "http-web", port: 80, targetPort: 3000 }],
                site,
            },
            { parent: this, dependsOn: [crds.namespace, ...dependsOn] },
        );
        this.grafanaAddress = loadBalancerAddress(service);

        const others = components.map(({ monitoring }) => monitoring);
        this.monitoring = deploymentSpec({
            component: name,
            namespace: namespaceName,
            others,
            grafanaAddress: this.grafanaAddress,
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
        chartRelease(
            {
                chart: charts.prometheusStack,
                namespace: namespaceName,
                values: stackValues(settings, site),
                // Some ten images are pulled the first time.
                timeout: 900,
                site,
            },
            { parent: this, dependsOn: [crds, admin, routes, kubelet] },
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

        for (const { component, dashboards } of specs) {
            for (const dashboard of dashboards) {
                dashboardConfigMap(dashboard, { namespace: namespaceName, component }, inNamespace);
            }
        }
        for (const component of components) {
            operatorResources(component.monitoring, settings.runbooks, { parent: this, dependsOn: [crds, component] });
        }
        operatorResources(this.monitoring, settings.runbooks, { parent: this, dependsOn: crds });

        this.registerOutputs({ grafanaAddress: this.grafanaAddress, grafanaPassword: this.grafanaPassword });
    }
}

export const monitoring = defineComponent({
    name: "monitoring",
    title: "monitoring",
    settings: monitoringSettings,
    problems: ({ controlPlane, controlPlaneEndpoints }) =>
        controlPlane
            ? []
            : Object.entries(controlPlaneEndpoints)
                  .filter(([, addresses]) => addresses.length > 0)
                  .map(([part, addresses]) =>
                      withoutEffect(
                          `noc:monitoring.controlPlaneEndpoints.${part}`,
                          addresses,
                          "noc:monitoring.controlPlane is false",
                      ),
                  ),
    addresses: ({ grafanaAddress }) =>
        grafanaAddress === undefined
            ? []
            : [{ key: "noc:monitoring.grafanaAddress", text: grafanaAddress, use: "service" }],
    namespaces: () => [namespaceName],
});
