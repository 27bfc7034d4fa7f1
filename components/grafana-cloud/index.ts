import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Problem } from "../../config/problems";
import { installChart } from "../lib/chart-component";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { metricsMonitor } from "../lib/metrics";
import { monitoringNamespace, type MonitoringSpec } from "../lib/monitoring-spec";
import { networkPolicy } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { chartAlerts, remoteWriteAlerts } from "./alerts";
import { collectedByChart } from "./collected";
import { collectorPods, credentials, job, namespaceName, ports, remoteName, type Signal, signals } from "./names";
import { grafanaCloudOverview } from "./overview";
import { ownPolicies, scrapedPolicy } from "./policies";
import { scrapeConfig } from "./scrapes";
import { type GrafanaCloudSettings, grafanaCloudSettings } from "./settings";
import { grafanaCloudValues } from "./values";
import { charts } from "./versions";

export interface GrafanaCloudOptions extends ComponentArgs<typeof grafanaCloudSettings> {
    /** What the chart's collectors collect, and not Prometheus or the collectors of logs. Without any, there is no chart. */
    readonly collected: readonly Signal[];
    /** The components that the chart scrapes, if it collects metrics. */
    readonly components: readonly Component[];
}

/** Lets Prometheus send its samples to Grafana Cloud, and installs collectors for what nothing else collects. */
export class GrafanaCloud extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace | undefined = undefined;

    constructor(name: string, { collected, components, ...args }: GrafanaCloudOptions, opts: ComponentOptions) {
        super("grafanaCloud:GrafanaCloud", name, grafanaCloudSettings, args, opts);
        const settings = grafanaCloudSettings.parse(args.settings);
        const hasChart = collected.length > 0;
        const clusterName = pulumi.getStack();
        if (hasChart) {
            const scraped = collected.includes("metrics") ? components : [];
            this.namespace = installChart(
                {
                    namespace: namespaceName,
                    // Collectors of metrics and logs read the nodes' files.
                    podSecurity: collected.some((signal) => signal !== "traces") ? "privileged" : "restricted",
                    chart: charts.k8sMonitoring,
                    values: grafanaCloudValues({
                        settings,
                        collected,
                        clusterName,
                        scrapes: scrapeConfig(scraped.map(({ monitoring }) => monitoring)),
                        site: args.site,
                    }),
                    timeout: 600,
                    policies: ownPolicies(settings, collected),
                    metrics: [{ app: job, selector: collectorPods(), port: ports.collector }],
                    site: args.site,
                },
                { parent: this },
            ).namespace;
            this.credentials(settings, collected);
            this.letScrape(scraped);
        }
        const { metrics } = settings;
        const sentByPrometheus = metrics && !collected.includes("metrics");
        this.monitoring = {
            component: name,
            namespace: hasChart ? namespaceName : monitoringNamespace,
            monitors: hasChart ? [metricsMonitor(job)] : [],
            probes: [],
            ruleGroups: [
                {
                    name: "grafana-cloud",
                    records: [],
                    alerts: [...(sentByPrometheus ? remoteWriteAlerts() : []), ...(hasChart ? chartAlerts() : [])],
                },
            ],
            dashboards: [],
            overview: sentByPrometheus ? grafanaCloudOverview() : undefined,
            remoteWrites: sentByPrometheus
                ? [
                      {
                          name: remoteName,
                          url: metrics.url,
                          user: metrics.user,
                          token: pulumi.secret(metrics.token),
                          labels: { cluster: clusterName },
                          names: metrics.names,
                      },
                  ]
                : [],
        };
        this.registerOutputs();
    }

    /** The collectors read this Secret, also when it changes. The release cannot wait for it: it would wait for the pods. */
    private credentials(settings: GrafanaCloudSettings, collected: readonly Signal[]): void {
        const { name, user, token } = credentials;
        const values = collected.flatMap((signal) => {
            const destination = settings[signal];
            return destination
                ? [
                      [user(signal), destination.user] as const,
                      [token(signal), pulumi.secret(destination.token)] as const,
                  ]
                : [];
        });
        new k8s.core.v1.Secret(
            name,
            {
                metadata: { name, namespace: namespaceName, labels: labels(name) },
                stringData: Object.fromEntries<pulumi.Input<string>>(values),
            },
            { parent: this, dependsOn: this.namespace },
        );
    }

    /** Opens the components' pods to the collector of metrics. */
    private letScrape(components: readonly Component[]): void {
        const scraped = new Map(
            components.flatMap((component) =>
                component.monitoring.monitors.map(
                    ({ namespace = component.monitoring.namespace }) => [namespace, component] as const,
                ),
            ),
        );
        for (const [namespace, component] of scraped) {
            networkPolicy(scrapedPolicy(namespace), { parent: this, dependsOn: component });
        }
    }
}

export const grafanaCloud = defineComponent({
    name: "grafanaCloud",
    title: "Grafana Cloud",
    settings: grafanaCloudSettings,
    problems,
    namespaces: (settings, _site, read) => (collectedByChart(settings, read).length > 0 ? [namespaceName] : []),
    create: (settings, { site, read, created }, opts) =>
        new GrafanaCloud(
            "grafanaCloud",
            { settings, collected: collectedByChart(settings, read), components: created, site },
            opts,
        ),
});

function problems(settings: GrafanaCloudSettings): Problem[] {
    return signals.some((signal) => settings[signal])
        ? []
        : [
              {
                  key: "noc:grafanaCloud.enabled",
                  value: true,
                  remedy: `sends nothing; set noc:grafanaCloud.${signals.slice(0, -1).join(", .")} or .${signals.at(-1) ?? ""}`,
              },
          ];
}
