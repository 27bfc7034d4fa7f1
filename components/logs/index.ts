import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { dhcp } from "../dhcp";
import { dns } from "../dns";
import { type GrafanaCloudSettings, grafanaCloudSettings } from "../grafana-cloud/settings";
import { refuseVolumeChange } from "../lib/claim-template";
import { volumeRequirement } from "../lib/cluster-facts";
import { installChart } from "../lib/chart-component";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { metricsMonitor } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { toUrls } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { logsAlerts } from "./alerts";
import { collectorConfig, type LogDestination } from "./collector-config";
import { collector, collectorValues, tokenFile, tokenSecret } from "./collector-values";
import { logsDashboard, type LogsDashboardOptions } from "./dashboard";
import { lokiValues, release } from "./loki-values";
import { collectorNamespace, dataSourceUid, jobs, lokiUrl, namespaceName, pods, ports } from "./names";
import { logsOverview } from "./overview";
import { collectorPolicy, lokiPolicy } from "./policies";
import { logsSettings } from "./settings";
import { charts } from "./versions";

export interface LogsOptions extends ComponentArgs<typeof logsSettings> {
    /** What the dashboard shows beside the logs. */
    readonly shown: LogsDashboardOptions;
    /** Where the collectors send the lines besides Loki. */
    readonly cloud?: GrafanaCloudSettings["logs"];
}

/** Loki with one volume, and on every node a collector that sends it the logs of the node's pods. */
export class Logs extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, { shown, cloud, ...args }: LogsOptions, opts: ComponentOptions) {
        super("logs:Logs", name, logsSettings, args, opts);
        const settings = logsSettings.parse(args.settings);
        const { site } = args;
        const volume = {
            key: "noc:logs.size",
            size: settings.size,
            storageClass: site.storageClass,
            wayOut: 'see "Change the volume" in components/logs/runbook.md',
        };
        const deployed = { name: release, namespace: namespaceName, kubeContext: site.kubeContext };
        const { namespace } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: charts.loki,
                values: lokiValues(settings, site),
                policies: [lokiPolicy],
                metrics: [{ app: jobs.loki, selector: pods.loki, port: ports.loki }],
                hooks: { beforeUpdate: [refuseVolumeChange(volume, deployed)] },
                site,
            },
            { parent: this },
        );
        this.namespace = namespace;
        const destinations: LogDestination[] = [
            { name: "local", url: `${lokiUrl}/loki/api/v1/push`, waitsForever: true },
            ...(cloud
                ? [{ name: "cloud", url: cloud.url, credentials: { user: cloud.user, passwordFile: tokenFile } }]
                : []),
        ];
        const collectors = installChart(
            {
                namespace: collectorNamespace,
                // The collector reads the nodes' files.
                podSecurity: "privileged",
                chart: charts.alloy,
                release: collector,
                values: collectorValues({ config: collectorConfig(destinations), hasToken: cloud !== undefined, site }),
                policies: [collectorPolicy(toUrls(cloud ? [cloud.url] : []))],
                metrics: [{ app: jobs.collector, selector: pods.collector, port: ports.collector }],
                site,
            },
            { parent: this },
        );
        if (cloud) {
            // The collectors' pods wait for this Secret. The release cannot: Helm would wait for the pods before it is made.
            new k8s.core.v1.Secret(
                tokenSecret.name,
                {
                    metadata: {
                        name: tokenSecret.name,
                        namespace: collectorNamespace,
                        labels: labels(tokenSecret.name),
                    },
                    stringData: { [tokenSecret.key]: pulumi.secret(cloud.token) },
                },
                { parent: this, dependsOn: collectors.namespace },
            );
        }
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(jobs.loki), metricsMonitor(jobs.collector, collectorNamespace)],
            probes: [],
            ruleGroups: [{ name: "logs", records: [], alerts: logsAlerts() }],
            dashboards: [logsDashboard(shown)],
            overview: logsOverview(),
            dataSources: [
                {
                    name: "Loki",
                    uid: dataSourceUid,
                    type: "loki",
                    url: lokiUrl,
                    pods: { namespace: namespaceName, labels: pods.loki, port: ports.loki },
                },
            ],
        };
        this.registerOutputs();
    }
}

export const logs = defineComponent({
    name: "logs",
    title: "logs",
    settings: logsSettings,
    // Grafana shows them.
    needs: ["monitoring"],
    requirements: (_settings, cluster, site) => volumeRequirement("Loki's logs", cluster, site),
    namespaces: () => [namespaceName, collectorNamespace],
    create: (settings, { site, read }, opts) => {
        const shown = { namespace: site.namespace, dns: read(dns).enabled, dhcp: read(dhcp).enabled };
        const { enabled, logs: cloud } = read({ name: "grafanaCloud", settings: grafanaCloudSettings });
        return new Logs("logs", { settings, shown, cloud: enabled ? cloud : undefined, site }, opts);
    },
});
