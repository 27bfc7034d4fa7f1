import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Problem } from "../../config/problems";
import { installChart } from "../lib/chart-component";
import { volumeRequirement } from "../lib/cluster-facts";
import {
    Component,
    type ComponentArgs,
    type ComponentOptions,
    type Database,
    defineComponent,
    type HostRequest,
    type RegistryAccount,
} from "../lib/component";
import { repeated } from "../lib/distinct";
import { metricsMonitor } from "../lib/metrics";
import type { BlackboxModule, MonitoringSpec } from "../lib/monitoring-spec";
import { harborAlerts } from "./alerts";
import { database, jobs, namespaceName, type Part, podsOf, ports, robotUser, service } from "./names";
import { harborOverview } from "./overview";
import { harborPolicies } from "./policies";
import { generatedPassword, harborSecrets } from "./secrets";
import { type HarborSettings, harborSettings } from "./settings";
import { setupJob } from "./setup";
import { harborValues } from "./values";
import { charts, images } from "./versions";
import { volumeHooks } from "./volumes";

const health: BlackboxModule = {
    name: "harbor",
    prober: "http",
    timeout: "5s",
    http: { preferred_ip_protocol: "ip4", valid_status_codes: [200] },
};

/** Job of a part's samples. */
const jobOf = (part: Part): string => `harbor-${part}`;
/** Parts with metrics. */
const scraped: readonly Part[] = ["core", "exporter", "jobservice", "registry"];

/** Harbor behind the gateway, with its projects, proxy caches and a robot account for CI runners. */
export class Harbor extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;
    public override readonly database: Database;
    public override readonly registry: RegistryAccount;

    constructor(name: string, args: ComponentArgs<typeof harborSettings>, opts: ComponentOptions) {
        super("harbor:Harbor", name, harborSettings, args, opts);
        const settings = harborSettings.parse(args.settings);
        const { site } = args;
        const child = { parent: this };
        const databasePassword = pulumi.secret(generatedPassword("database-password", 32, this).result);
        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: { ...charts.harbor, version: settings.version },
                values: harborValues(settings, databasePassword, site),
                // About 1 GB of images is pulled, and the database makes its tables.
                timeout: 900,
                policies: harborPolicies(settings),
                hooks: { beforeUpdate: volumeHooks(settings, site) },
                metrics: scraped.map((part) => ({ app: jobOf(part), selector: podsOf(part), port: ports.metrics })),
                site,
            },
            child,
        );
        this.namespace = namespace;
        // The pods wait for these Secrets. The release cannot: it makes the namespace's other objects at the same time.
        const { adminPassword, robotPassword, secrets } = harborSecrets(namespace, this);
        setupJob(settings, site, { ...child, dependsOn: [release, ...secrets] });

        this.outputs = { harborAdminPassword: adminPassword };
        this.database = {
            ...database,
            password: databasePassword,
            pods: { namespace: namespaceName, labels: podsOf("database"), port: ports.postgres },
            client: images.databaseClient,
        };
        this.registry = {
            host: settings.host,
            project: settings.project,
            user: robotUser(settings.project),
            password: robotPassword,
        };
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: scraped.map((part) => metricsMonitor(`harbor-${part}`)),
            probes: [
                {
                    name: "harbor",
                    job: jobs.probe,
                    module: health,
                    interval: 60,
                    target: { address: `http://${service.name}.${namespaceName}.svc/api/v2.0/ping` },
                    labels: {},
                },
            ],
            ruleGroups: [{ name: "harbor", records: [], alerts: harborAlerts(settings.thresholds) }],
            dashboards: [],
            overview: harborOverview(),
        };
        this.registerOutputs(this.outputs);
    }
}

export const harbor = defineComponent({
    name: "harbor",
    title: "Harbor",
    settings: harborSettings,
    problems,
    requirements: (_settings, cluster, site) => volumeRequirement("Harbor's images and database", cluster, site),
    namespaces: () => [namespaceName],
    hosts,
    create: (settings, { site }, opts) => new Harbor("harbor", { settings, site }, opts),
});

function hosts({ host, externalHost }: HarborSettings): HostRequest[] {
    const backend = {
        service: service.name,
        namespace: namespaceName,
        port: service.port,
        pods: { labels: podsOf("nginx"), port: ports.http },
        // A layer of an image is uploaded in one request.
        maxBody: "0",
    };
    return Object.entries({ host, externalHost }).flatMap(([setting, name]) =>
        name === undefined ? [] : [{ key: `noc:harbor.${setting}`, host: name, namespaces: [namespaceName], backend }],
    );
}

function problems({ project, proxyCaches }: HarborSettings): Problem[] {
    return repeated(
        [
            { key: "noc:harbor.project", value: project },
            ...proxyCaches.map((registry, i) => ({ key: `noc:harbor.proxyCaches[${i}]`, value: registry })),
        ],
        "give each project a name of its own",
    );
}
