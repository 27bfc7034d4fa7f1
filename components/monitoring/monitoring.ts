import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { charts } from "../../config/versions";
import { chartRelease } from "../helm";
import { loadBalancerAddress, loadBalancerService } from "../load-balancer";
import { type ComponentOptions, labels } from "../site";
import type { AlertGroup, ServiceMonitor, Watched } from "../watch";
import { adminSecret, grafanaService, release, stackValues, type StackValuesOptions } from "./values";

/** The monitoring's settings. */
export interface MonitoringOptions extends StackValuesOptions {
    /** IPv4 address to ask the load balancer for. Defaults to any. */
    readonly grafanaAddress?: string;
    /** Password of Grafana's admin. Defaults to a generated one. */
    readonly grafanaPassword?: pulumi.Input<string>;
    /** Whether destroy leaves the operator's CRDs, and everybody's monitors with them. Defaults to false. */
    readonly keepCrds: boolean;
    /** The components to watch. */
    readonly watched: readonly Watched[];
}

const namespaceName = "monitoring";

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
        super("noc:monitoring:Monitoring", name, { ...args, grafanaPassword: password }, opts);
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
        chartRelease(
            {
                chart: charts.prometheusStack,
                namespace: namespaceName,
                values: stackValues(args),
                // Some ten images are pulled the first time.
                timeout: 900,
                site,
            },
            { parent: this, dependsOn: [namespace, crds, admin, kubelet] },
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

        for (const component of watched) {
            const watching = { parent: this, dependsOn: [crds, component] };
            component.monitors.forEach((monitor) => serviceMonitor(monitor, watching));
            component.alerts.forEach((group) => prometheusRule(group, watching));
        }

        this.registerOutputs({ grafanaAddress: this.grafanaAddress, grafanaPassword: this.grafanaPassword });
    }
}

function serviceMonitor({ name, namespace, selector, port }: ServiceMonitor, opts: pulumi.CustomResourceOptions) {
    return new k8s.apiextensions.CustomResource(
        `${name}-monitor`,
        {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "ServiceMonitor",
            metadata: { name, namespace, labels: labels(name) },
            spec: { jobLabel: "app", selector: { matchLabels: selector }, endpoints: [{ port }] },
        },
        opts,
    );
}

function prometheusRule({ name, namespace, rules }: AlertGroup, opts: pulumi.CustomResourceOptions) {
    return new k8s.apiextensions.CustomResource(
        `${name}-alerts`,
        {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata: { name, namespace, labels: labels(name) },
            spec: { groups: [{ name, rules }] },
        },
        opts,
    );
}
