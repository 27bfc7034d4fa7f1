/** Makes the operator's custom resources, and Grafana's dashboards and data sources, from monitoring specs. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Dashboard } from "../lib/dashboards";
import type { DataSource, MonitoringSpec, Probe } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { prometheusGroup } from "../lib/prometheus-rules";
import { blackboxUrl } from "./blackbox";
import { dashboardFolder } from "./grafana";

/**
 * Makes the monitors, probes and rules of a component.
 * @param runbooks base URL of the components' folders.
 */
export function operatorResources(spec: MonitoringSpec, runbooks: string, opts: pulumi.CustomResourceOptions): void {
    const { component, namespace, monitors, probes, ruleGroups } = spec;
    for (const { name, selector, port, namespace: own = namespace, labels } of monitors) {
        operatorResource(
            "ServiceMonitor",
            `${name}-monitor`,
            { name, namespace: own, component },
            {
                jobLabel: "app",
                selector: { matchLabels: selector },
                endpoints: [{ port, ...(labels && { relabelings: fixed(labels) }) }],
            },
            opts,
        );
    }
    for (const probe of probes) {
        if ("address" in probe.target) {
            addressProbe(probe, spec, probe.target.address, opts);
        } else {
            podProbe(probe, spec, probe.target, opts);
        }
    }
    for (const group of ruleGroups) {
        operatorResource(
            "PrometheusRule",
            `${group.name}-rules`,
            { name: group.name, namespace, component },
            { groups: [prometheusGroup(group, component, runbooks)] },
            opts,
        );
    }
}

/** Rules that give targets these labels. */
const fixed = (labels: Readonly<Record<string, string>>) =>
    Object.entries(labels).map(([targetLabel, replacement]) => ({ targetLabel, replacement }));

function addressProbe(
    { name, job, module, interval, labels }: Probe,
    { namespace, component }: MonitoringSpec,
    address: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
) {
    return operatorResource(
        "Probe",
        name,
        { name, namespace, component },
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

/** The operator's Probe cannot select pods. This PodMonitor scrapes the blackbox exporter once for each pod. */
function podProbe(
    { name, job, module, interval, labels }: Probe,
    { namespace, component }: MonitoringSpec,
    { pods, port }: { readonly pods: Readonly<Record<string, string>>; readonly port: string },
    opts: pulumi.CustomResourceOptions,
) {
    return operatorResource(
        "PodMonitor",
        name,
        { name, namespace, component },
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
                        ...fixed({ ...labels, job }),
                    ],
                },
            ],
        },
        opts,
    );
}

/** Makes a ConfigMap that Grafana's sidecar finds by its label. Its annotation names the dashboard's folder. */
export function dashboardConfigMap(
    dashboard: Dashboard,
    { namespace, component }: { namespace: string; component: string },
    opts: pulumi.CustomResourceOptions,
) {
    const name = dashboard.uid ?? "";
    return new k8s.core.v1.ConfigMap(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: { ...labels(name), ...owner(component), grafana_dashboard: "1" },
                annotations: { "k8s-sidecar-target-directory": dashboardFolder },
            },
            data: { [`${name}.json`]: JSON.stringify(dashboard) },
        },
        opts,
    );
}

/** Makes a ConfigMap that Grafana's sidecar finds by its label. */
export function dataSourceConfigMap(
    { name, uid, type, url }: DataSource,
    { namespace, component }: { namespace: string; component: string },
    opts: pulumi.CustomResourceOptions,
) {
    const own = `grafana-source-${uid}`;
    const source = { name, uid, type, url, access: "proxy", editable: false };
    return new k8s.core.v1.ConfigMap(
        own,
        {
            metadata: {
                name: own,
                namespace,
                labels: { ...labels(own), ...owner(component), grafana_datasource: "1" },
            },
            data: { [`${own}.yaml`]: JSON.stringify({ apiVersion: 1, datasources: [source] }) },
        },
        opts,
    );
}

function operatorResource(
    kind: string,
    resourceName: string,
    { name, namespace, component }: { name: string; namespace: string; component: string },
    spec: Record<string, unknown>,
    opts: pulumi.CustomResourceOptions,
) {
    return new k8s.apiextensions.CustomResource(
        resourceName,
        {
            apiVersion: "monitoring.coreos.com/v1",
            kind,
            metadata: { name, namespace, labels: { ...labels(name), ...owner(component) } },
            spec,
        },
        opts,
    );
}

/** The label with the component that an object belongs to. */
const owner = (component: string) => ({ "app.kubernetes.io/component": component });
