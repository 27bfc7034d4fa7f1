/** Components that are a Helm chart in a namespace of its own. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import { Component, type ComponentDefinition, type ComponentOptions, type SettingsSchema } from "./component";
import { type Chart, chartRelease } from "./helm";
import { metricsMonitor, metricsService } from "./metrics";
import type { MonitoringSpec } from "./monitoring-spec";
import { type PodSecurity, podNamespace } from "./namespace";
import { denyByDefault, networkPolicy, type NetworkPolicyOptions } from "./network-policy";
import type { Site } from "./site";

/** Pods whose metrics are scraped. */
export interface MetricsTarget {
    /** Job of the samples, and `app` label of the Service that is made for them: `APP-metrics`. */
    readonly app: string;
    /** Labels of the pods. */
    readonly selector: Record<string, string>;
    readonly port: number;
}

/** A chart and the namespace that it is installed to. */
export interface NamespacedChart {
    readonly namespace: string;
    /** What the namespace's pods may do. */
    readonly podSecurity: PodSecurity;
    readonly chart: Chart;
    /** Name of the release. Defaults to the chart's. */
    readonly release?: string;
    readonly values: pulumi.Input<Record<string, unknown>>;
    /** How long to wait until all of it is ready, in seconds. Defaults to 300. */
    readonly timeout?: number;
    /** The connections that the pods need. All others are denied. */
    readonly policies: readonly Omit<NetworkPolicyOptions, "namespace">[];
    readonly metrics: readonly MetricsTarget[];
    /** Makes what the chart's pods cannot start without, such as a Secret, and returns it. Defaults to nothing. */
    readonly before?: (namespace: k8s.core.v1.Namespace) => readonly pulumi.Resource[];
    /** Hooks of the release. Defaults to none. */
    readonly hooks?: pulumi.ResourceHookBinding;
    readonly site: Site;
}

/** What holds back the chart, but not its namespace. */
type ChartOptions = Omit<pulumi.CustomResourceOptions, "dependsOn"> & { dependsOn?: readonly pulumi.Resource[] };

/** The resources of an installed chart that others wait for. */
export interface InstalledChart {
    readonly namespace: k8s.core.v1.Namespace;
    readonly release: k8s.helm.v3.Release;
}

/** Makes the namespace, its network policies, the Services for the metrics, and installs the chart. */
export function installChart(options: NamespacedChart, { dependsOn = [], ...opts }: ChartOptions): InstalledChart {
    const { namespace: name, podSecurity, chart, values, timeout, policies, metrics, hooks, before, site } = options;
    const namespace = podNamespace({ name, podSecurity }, opts);
    const inNamespace = { ...opts, dependsOn: namespace };
    denyByDefault(`${name}-default-deny`, name, inNamespace);
    policies.forEach((policy) => networkPolicy({ ...policy, namespace: name }, inNamespace));
    // The charts make such Services only together with ServiceMonitors, which need the operator's CRDs.
    metrics.forEach((target) => metricsService({ ...target, namespace: name }, inNamespace));
    const release = chartRelease(
        { chart, name: options.release, namespace: name, values, timeout, site },
        { ...opts, hooks, dependsOn: [namespace, ...(before?.(namespace) ?? []), ...dependsOn] },
    );
    return { namespace, release };
}

/** A component that is nothing but a chart: what `chartComponent` makes a definition of. */
export interface ChartComponent<Name extends string, Schema extends SettingsSchema>
    extends
        Omit<ComponentDefinition<Name, Schema>, "create" | "namespaces">,
        Pick<NamespacedChart, "namespace" | "podSecurity" | "chart" | "timeout" | "policies" | "metrics"> {
    /** The chart's version, where a setting chooses it. Defaults to the one in `chart`. */
    readonly version?: (settings: z.output<Schema>) => string;
    /** The chart's values. */
    readonly values: (settings: z.output<Schema>, site: Site) => Record<string, unknown>;
    /** Its alerts, dashboards and panels. The monitors follow from `metrics`. */
    readonly monitoring: (settings: z.output<Schema>) => Pick<MonitoringSpec, "ruleGroups" | "dashboards" | "overview">;
}

/** Defines a component that is nothing but a chart in a namespace of its own. */
export function chartComponent<Name extends string, Schema extends SettingsSchema>(
    component: ChartComponent<Name, Schema>,
): ComponentDefinition<Name, Schema> {
    return {
        ...component,
        namespaces: () => [component.namespace],
        create: (settings, { site }, opts) => new ChartResources(component, { settings, site }, opts),
    };
}

class ChartResources<Name extends string, Schema extends SettingsSchema> extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(
        component: ChartComponent<Name, Schema>,
        args: { readonly settings: z.output<Schema>; readonly site: Site },
        opts: ComponentOptions,
    ) {
        const { name, namespace, metrics } = component;
        super(`${name}:${name.replace(/^./, (first) => first.toUpperCase())}`, name, component.settings, args, opts);
        const { settings, site } = args;
        const chart = { ...component.chart, version: component.version?.(settings) ?? component.chart.version };
        const values = component.values(settings, site);
        this.namespace = installChart({ ...component, chart, values, site }, { parent: this }).namespace;
        this.monitoring = {
            component: name,
            namespace,
            monitors: metrics.map(({ app }) => metricsMonitor(app)),
            probes: [],
            ...component.monitoring(settings),
        };
        this.registerOutputs();
    }
}
