import type * as k8s from "@pulumi/kubernetes";

import { installChart } from "../lib/chart-component";
import { volumeRequirement } from "../lib/cluster-facts";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { chartRelease } from "../lib/helm";
import { metricsMonitor } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { arcAlerts } from "./alerts";
import { controllerNamespace, jobs, metricsPort, type Mode, pods, runnerNamespace } from "./names";
import { arcOverview } from "./overview";
import { controllerPolicies } from "./policies";
import { arcProblems } from "./rules";
import { makeRunnerNamespace, type RunnerNamespaceOptions } from "./runner-namespace";
import type { RunnerOptions } from "./runners";
import { type ArcSettings, arcSettings } from "./settings";
import { controllerValues, scaleSetValues } from "./values";
import { charts, scaleSetChart } from "./versions";

/** The registry and the authority are those of other components. */
export type ArcOptions = ComponentArgs<typeof arcSettings> & Pick<RunnerNamespaceOptions, "registry" | "authority">;

/** Actions Runner Controller with its scale sets: the runners of each mode have a namespace of their own. */
export class Arc extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, args: ArcOptions, opts: ComponentOptions) {
        super("arc:Arc", name, arcSettings, args, opts);
        const settings = arcSettings.parse(args.settings);
        const { site, registry, authority } = args;
        const child = { parent: this };
        const modes = modesOf(settings);
        const options: RunnerOptions = { registryHost: registry?.host, authority: authority !== undefined, site };
        const shared = new Map(
            modes.map((mode) => [
                mode,
                makeRunnerNamespace({ mode, settings, runners: options, registry, authority }, this),
            ]),
        );

        const { namespace, release } = installChart(
            {
                namespace: controllerNamespace,
                podSecurity: "restricted",
                chart: { ...charts.controller, version: settings.version },
                values: controllerValues(modes.map(runnerNamespace), site),
                policies: controllerPolicies,
                metrics: [
                    { app: jobs.controller, selector: pods.controller, port: metricsPort },
                    { app: jobs.listeners, selector: pods.listeners, port: metricsPort },
                ],
                site,
            },
            // The chart makes a Role in the namespace that the controller watches.
            { ...child, dependsOn: [...shared.values()].flat() },
        );
        this.namespace = namespace;
        for (const set of settings.scaleSets) {
            chartRelease(
                {
                    chart: scaleSetChart(settings.version),
                    name: `arc-${set.name}`,
                    namespace: runnerNamespace(set.mode),
                    values: scaleSetValues(set, settings, options),
                    // Runners that are busy finish their job when the set is removed.
                    timeout: 900,
                    site,
                },
                // The controller signs the runners off at GitHub when the set is removed, and needs the credentials for it.
                { ...child, dependsOn: [release, ...(shared.get(set.mode) ?? [])] },
            );
        }
        this.monitoring = {
            component: name,
            namespace: controllerNamespace,
            monitors: [metricsMonitor(jobs.controller), metricsMonitor(jobs.listeners)],
            probes: [],
            ruleGroups: [{ name: "arc", records: [], alerts: arcAlerts(settings) }],
            dashboards: [],
            overview: arcOverview(),
        };
        this.registerOutputs();
    }
}

/** The modes that scale sets have. */
const modesOf = ({ scaleSets }: Pick<ArcSettings, "scaleSets">): Mode[] => [
    ...new Set(scaleSets.map(({ mode }) => mode)),
];

export const arc = defineComponent({
    name: "arc",
    title: "CI runners",
    settings: arcSettings,
    problems: arcProblems,
    requirements: ({ scaleSets }, cluster, site) =>
        scaleSets.some(({ mode, cache }) => mode === "kubernetes" || cache !== undefined)
            ? volumeRequirement("the CI runners", cluster, site)
            : [],
    namespaces: (settings) => [controllerNamespace, ...modesOf(settings).map(runnerNamespace)],
    create: (settings, { site, component }, opts) =>
        new Arc(
            "arc",
            {
                settings,
                site,
                registry: component("harbor")?.registry,
                authority: component("certManager")?.authority,
            },
            opts,
        ),
});
