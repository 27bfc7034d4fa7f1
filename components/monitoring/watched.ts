/** What the components say of themselves, as the operator's custom resources and as Grafana's pages. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Dashboard } from "../panels";
import { prometheusGroup } from "../rules";
import { labels } from "../site";
import type { Probe, RuleGroup, ServiceMonitor, Watch } from "../watch";
import { blackboxUrl } from "./blackbox";
import { dashboardFolder } from "./values";

/**
 * Makes everything that scrapes, probes and alerts for one component.
 * @param runbooks base URL of docs/runbooks.
 */
export function watch(watched: Watch, runbooks: string, opts: pulumi.CustomResourceOptions): void {
    watched.monitors.forEach((monitor) => serviceMonitor(monitor, opts));
    watched.probes.forEach((probe) =>
        "address" in probe.target
            ? addressProbe(probe, probe.target.address, opts)
            : podProbe(probe, probe.target, opts),
    );
    watched.rules.forEach((group) => prometheusRule(group, runbooks, opts));
}

function serviceMonitor({ name, namespace, selector, port }: ServiceMonitor, opts: pulumi.CustomResourceOptions) {
    return operatorResource(
        "ServiceMonitor",
        `${name}-monitor`,
        { name, namespace },
        { jobLabel: "app", selector: { matchLabels: selector }, endpoints: [{ port }] },
        opts,
    );
}

function prometheusRule(group: RuleGroup, runbooks: string, opts: pulumi.CustomResourceOptions) {
    const { name, namespace } = group;
    return operatorResource(
        "PrometheusRule",
        `${name}-rules`,
        { name, namespace },
        { groups: [prometheusGroup(group, runbooks)] },
        opts,
    );
}

function addressProbe(
    { name, namespace, job, module, interval, labels }: Probe,
    address: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
) {
    return operatorResource(
        "Probe",
        name,
        { name, namespace },
        {
            jobName: job,
            interval: `${interval}s`,
            prober: { url: blackboxUrl },
            module: module.name,
            targets: { staticConfig: { static: [address], labels } },
        },
        opts,
    );
}

/** The operator's Probe knows no pods: this is a PodMonitor that asks the blackbox exporter in the pod's place. */
function podProbe(
    { name, namespace, job, module, interval, labels }: Probe,
    { pods, port }: { pods: Record<string, string>; port: string },
    opts: pulumi.CustomResourceOptions,
) {
    return operatorResource(
        "PodMonitor",
        name,
        { name, namespace },
        {
            selector: { matchLabels: pods },
            podMetricsEndpoints: [
                {
                    port,
                    path: "/probe",
                    params: { module: [module.name] },
                    interval: `${interval}s`,
                    relabelings: [
                        { sourceLabels: ["__address__"], targetLabel: "__param_target" },
                        { sourceLabels: ["__param_target"], targetLabel: "instance" },
                        { targetLabel: "__address__", replacement: blackboxUrl },
                        ...Object.entries({ ...labels, job }).map(([targetLabel, replacement]) => ({
                            targetLabel,
                            replacement,
                        })),
                    ],
                },
            ],
        },
        opts,
    );
}

/** Grafana's sidecar finds it by its label. The folder is an annotation: the sidecar makes it beside its own. */
export function dashboardConfigMap(dashboard: Dashboard, namespace: string, opts: pulumi.CustomResourceOptions) {
    const name = dashboard.uid ?? "";
    return new k8s.core.v1.ConfigMap(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: { ...labels(name), grafana_dashboard: "1" },
                annotations: { "k8s-sidecar-target-directory": dashboardFolder },
            },
            data: { [`${name}.json`]: JSON.stringify(dashboard) },
        },
        opts,
    );
}

function operatorResource(
    kind: string,
    resourceName: string,
    { name, namespace }: { name: string; namespace: string },
    spec: Record<string, unknown>,
    opts: pulumi.CustomResourceOptions,
) {
    return new k8s.apiextensions.CustomResource(
        resourceName,
        {
            apiVersion: "monitoring.coreos.com/v1",
            kind,
            metadata: { name, namespace, labels: labels(name) },
            spec,
        },
        opts,
    );
}
