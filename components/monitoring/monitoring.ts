import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { charts } from "../../config/versions";
import { chartRelease } from "../helm";
import { loadBalancerAddress, loadBalancerService } from "../load-balancer";
import { inhibitions } from "../rules";
import { type ComponentOptions, labels } from "../site";
import type { Watched } from "../watch";
import { alertmanagerConfig } from "./alertmanager";
import { blackboxValues } from "./blackbox";
import { metricsServerValues } from "./metrics-server";
import type { Receiver } from "./receivers";
import type { MonitoringThresholds } from "./settings";
import {
    adminSecret,
    alertmanagerSecret,
    grafanaService,
    namespaceName,
    release,
    stackValues,
    type StackValuesOptions,
} from "./values";
import { monitoringWatch } from "./watch";
import { dashboardConfigMap, watch } from "./watched";

/** The monitoring's settings. */
export interface MonitoringOptions extends StackValuesOptions {
    /** IPv4 address to ask the load balancer for. Defaults to any. */
    readonly grafanaAddress?: string;
    /** Password of Grafana's admin. Defaults to a generated one. */
    readonly grafanaPassword?: pulumi.Input<string>;
    /** Whom Alertmanager tells of alerts. Defaults to nobody. */
    readonly receivers: readonly Receiver[];
    /** URL that is posted to every minute for as long as monitoring works. Defaults to none. */
    readonly heartbeat?: string;
    /** Whether to install metrics-server, and whether it checks the kubelets' certificates. Defaults to off. */
    readonly metricsServer: "off" | "on" | "insecure";
    /** Base URL of docs/runbooks, which alerts link to. */
    readonly runbooks: string;
    /** From where on the alerts on the deployment fire. */
    readonly thresholds: MonitoringThresholds;
    /** Whether destroy leaves the operator's CRDs, and everybody's monitors with them. Defaults to false. */
    readonly keepCrds: boolean;
    /** The components to watch. */
    readonly watched: readonly Watched[];
}

/** Prometheus, Alertmanager and Grafana, with monitors and alerts for the components they watch. */
export class Monitoring extends pulumi.ComponentResource {
    /** Grafana's load-balancer address: an IP address, or a host name where it gives only that. */
    public readonly grafanaAddress: pulumi.Output<string>;
    /** The password of Grafana's admin, a secret. */
    public readonly grafanaPassword: pulumi.Output<string>;

    /**
     * @param opts `dependsOn` is for Grafana's Service alone, which needs a load balancer; the rest starts meanwhile.
     */
    constructor(
        name: string,
        { watched, ...args }: MonitoringOptions,
        { dependsOn = [], ...opts }: ComponentOptions = {},
    ) {
        const password = args.grafanaPassword && pulumi.secret(args.grafanaPassword);
        super(
            "noc:monitoring:Monitoring",
            name,
            {
                ...args,
                grafanaPassword: password,
                receivers: pulumi.secret(args.receivers),
                heartbeat: args.heartbeat && pulumi.secret(args.heartbeat),
            },
            opts,
        );
        const { site } = args;
        const child = { parent: this };

        const namespace = new k8s.core.v1.Namespace(
            namespaceName,
            {
                metadata: {
                    name: namespaceName,
                    // The node exporter reads the nodes' own /proc and /sys.
                    labels: { ...labels(namespaceName), "pod-security.kubernetes.io/enforce": "privileged" },
                },
            },
            child,
        );
        const inNamespace = { parent: this, dependsOn: namespace };

        const crds = chartRelease(
            {
                chart: charts.prometheusCrds,
                namespace: namespaceName,
                values: args.keepCrds ? { crds: { annotations: { "helm.sh/resource-policy": "keep" } } } : {},
                site,
            },
            inNamespace,
        );

        this.grafanaPassword = pulumi.secret(
            password ?? new random.RandomPassword("grafana-password", { length: 24, special: false }, child).result,
        );
        const admin = new k8s.core.v1.Secret(
            adminSecret.name,
            {
                metadata: { name: adminSecret.name, namespace: namespaceName, labels: labels("grafana") },
                stringData: { [adminSecret.user]: "admin", [adminSecret.password]: this.grafanaPassword },
            },
            inNamespace,
        );
        // The operator makes this Service itself and would leave it behind. Made before it, it goes after it.
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
            // From then on it is the operator's, with the labels and ports that it wants.
            { parent: this, ignoreChanges: ["metadata.labels", "spec"] },
        );

        const selector = { "app.kubernetes.io/name": "grafana", "app.kubernetes.io/instance": release };
        const service = loadBalancerService(
            {
                name: grafanaService,
                namespace: namespaceName,
                selector,
                // The chart's own monitor finds Grafana by them.
                labels: selector,
                address: args.grafanaAddress,
                trafficPolicy: "Cluster",
                ports: [{ name: "http-web", port: 80, targetPort: 3000 }],
                site,
            },
            { parent: this, dependsOn: [namespace, ...dependsOn] },
        );
        this.grafanaAddress = loadBalancerAddress(service);

        const others = watched.map(({ watch }) => watch);
        const own = monitoringWatch({
            ...args,
            namespace: namespaceName,
            others,
            grafanaAddress: this.grafanaAddress,
        });
        const watches = [...others, own];
        const routes = new k8s.core.v1.Secret(
            alertmanagerSecret,
            {
                metadata: { name: alertmanagerSecret, namespace: namespaceName, labels: labels("alertmanager") },
                stringData: {
                    "alertmanager.yaml": pulumi.secret(
                        JSON.stringify(
                            alertmanagerConfig({
                                receivers: args.receivers,
                                heartbeat: args.heartbeat,
                                inhibitions: inhibitions(watches.flatMap(({ rules }) => rules)),
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
                values: stackValues(args),
                // Some ten images are pulled the first time.
                timeout: 900,
                site,
            },
            { parent: this, dependsOn: [namespace, crds, admin, routes, kubelet] },
        );

        chartRelease(
            {
                chart: charts.blackboxExporter,
                namespace: namespaceName,
                values: blackboxValues(
                    watches.flatMap(({ probes }) => probes),
                    site,
                ),
                site,
            },
            inNamespace,
        );
        if (args.metricsServer !== "off") {
            chartRelease(
                {
                    chart: charts.metricsServer,
                    namespace: "kube-system",
                    values: metricsServerValues(args.metricsServer, site),
                    site,
                },
                { parent: this, dependsOn: crds },
            );
        }

        watches
            .flatMap(({ dashboards }) => dashboards)
            .forEach((dashboard) => dashboardConfigMap(dashboard, namespaceName, inNamespace));
        for (const component of watched) {
            watch(component.watch, args.runbooks, { parent: this, dependsOn: [crds, component] });
        }
        watch(own, args.runbooks, { parent: this, dependsOn: crds });

        this.registerOutputs({ grafanaAddress: this.grafanaAddress, grafanaPassword: this.grafanaPassword });
    }
}
