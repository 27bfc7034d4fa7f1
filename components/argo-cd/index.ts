import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Problem } from "../../config/problems";
import { admissionPolicy } from "../lib/admission-policy";
import { installChart } from "../lib/chart-component";
import {
    Component,
    type ComponentArgs,
    type ComponentOptions,
    defineComponent,
    type HostRequest,
    type Requests,
} from "../lib/component";
import { metricsMonitor } from "../lib/metrics";
import { monitoringNamespace, type MonitoringSpec } from "../lib/monitoring-spec";
import { networkPolicy } from "../lib/network-policy";
import { clusterRights } from "../lib/pods";
import { monitoring } from "../monitoring";
import { release as monitoringRelease } from "../monitoring/names";
import { accessProblems } from "./access";
import { argoCdAlerts } from "./alerts";
import { credentialProblems, secretObjects } from "./credentials";
import { argoCdDashboard, argoCdOverview } from "./dashboard";
import { guardName, guardPolicy } from "./guard";
import { namespaceName, parts, ports, serverService } from "./names";
import type { Alertmanager } from "./notifications";
import { alertmanagerPolicy, alertmanagerPort, argoCdPolicies } from "./policies";
import { clusterRules } from "./roles";
import { applicationsProject, closedDefaultProject, rootApplication, rootProject } from "./projects";
import { type ArgoCdSettings, argoCdSettings } from "./settings";
import { argoCdValues } from "./values";
import { charts } from "./versions";

export interface ArgoCdOptions extends ComponentArgs<typeof argoCdSettings> {
    /** The namespaces that this program deploys to. Applications may not. */
    readonly platform: readonly string[];
    /** Where notifications go to. Undefined if there are none. */
    readonly alertmanager?: Alertmanager;
}

/** Argo CD, the projects that keep its Applications out of the platform, and the root Application. */
export class ArgoCd extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    private readonly notifies: boolean;

    constructor(name: string, args: ArgoCdOptions, opts: ComponentOptions) {
        super("argoCd:ArgoCd", name, argoCdSettings, args, opts);
        const settings = argoCdSettings.parse(args.settings);
        const { site, platform, alertmanager } = args;
        this.notifies = alertmanager !== undefined;
        const scraped = [
            parts.controller,
            parts.server,
            parts.repoServer,
            parts.applicationSet,
            ...(alertmanager ? [parts.notifications] : []),
            ...(settings.github ? [parts.dex] : []),
        ];
        const jobs = scraped.map(({ job }) => job);
        const child = { parent: this };
        const admin = settings.github
            ? undefined
            : new random.RandomPassword("argocd-admin-password", { length: 32, special: false }, child);
        const roles = Object.entries(clusterRules).map(([account, rules]) =>
            clusterRights(
                account,
                { name: account, rules, account: { name: account, namespace: namespaceName } },
                child,
            ),
        );
        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: { ...charts.argoCd, version: settings.version },
                values: argoCdValues(settings, { site, alertmanager }),
                timeout: 600,
                policies: argoCdPolicies(settings, this.notifies),
                metrics: scraped.map(({ job, pods, metricsPort }) => ({ app: job, selector: pods, port: metricsPort })),
                before: (own) => this.createSecrets(settings, admin?.bcryptHash, own),
                site,
            },
            { ...child, dependsOn: [admissionPolicy(guardName, guardPolicy, child), ...roles] },
        );
        this.namespace = namespace;
        this.outputs = admin ? { argoCdPassword: admin.result } : {};
        this.createProjects(settings, platform, release);
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: jobs.map((job) => metricsMonitor(job)),
            probes: [],
            ruleGroups: [{ name: "argo-cd", records: [], alerts: argoCdAlerts(jobs) }],
            dashboards: [argoCdDashboard()],
            overview: argoCdOverview(),
        };
        this.registerOutputs(this.outputs);
    }

    /** Lets the notifications into the namespace of Alertmanager, which is made after this component. */
    public override fulfil(requests: readonly Requests[]): void {
        const namespace = requests[0]?.namespace(monitoringNamespace);
        if (this.notifies && namespace) {
            networkPolicy(alertmanagerPolicy(namespaceName), { parent: this, dependsOn: namespace });
        }
    }

    /** Makes the Secrets. Without that of Redis, the pods would start without its password, and keep none. */
    private createSecrets(
        settings: ArgoCdSettings,
        adminHash: pulumi.Output<string> | undefined,
        namespace: pulumi.Resource,
    ): pulumi.Resource[] {
        const password = (name: string, length: number) =>
            new random.RandomPassword(name, { length, special: false }, { parent: this }).result;
        const generated = {
            redis: password("argocd-redis-password", 32),
            sessionKey: password("argocd-session-key", 44),
            adminHash,
        };
        return secretObjects(settings, generated).map(
            ({ metadata, stringData }) =>
                new k8s.core.v1.Secret(
                    metadata.name,
                    { metadata: { ...metadata, namespace: namespaceName }, stringData: pulumi.secret(stringData) },
                    { parent: this, dependsOn: namespace },
                ),
        );
    }

    /** The chart brings the CRDs. */
    private createProjects(settings: ArgoCdSettings, platform: readonly string[], release: pulumi.Resource): void {
        const object = (name: string, args: k8s.apiextensions.CustomResourceArgs, dependsOn: pulumi.Resource[]) =>
            new k8s.apiextensions.CustomResource(name, args, { parent: this, dependsOn });
        const made = [
            // Argo CD makes it when it starts. It goes with its namespace: the engine would take the patched fields away
            // before, and the API server refuses a project without a spec.
            new k8s.apiextensions.CustomResourcePatch("argocd-default-project", closedDefaultProject(), {
                parent: this,
                dependsOn: release,
                retainOnDelete: true,
            }),
            object("argocd-applications-project", applicationsProject(settings, platform), [release]),
        ];
        const { root } = settings;
        if (root) {
            const project = object("argocd-root-project", rootProject(root.repository), [release]);
            object("argocd-root", rootApplication(root), [...made, project]);
        }
    }
}

export const argoCd = defineComponent({
    name: "argoCd",
    title: "Argo CD",
    settings: argoCdSettings,
    problems,
    namespaces: () => [namespaceName],
    hosts,
    create: (settings, { site, namespaces, read }, opts) => {
        const { enabled, runbooks } = read(monitoring);
        const url = `http://${monitoringRelease}-alertmanager.${monitoringNamespace}.svc:${alertmanagerPort}`;
        const alertmanager = enabled && settings.notifications ? { url, runbooks } : undefined;
        return new ArgoCd("argoCd", { settings, site, platform: namespaces, alertmanager }, opts);
    },
});

function hosts({ host }: ArgoCdSettings): HostRequest[] {
    const pods = { labels: parts.server.pods, port: ports.server };
    const backend = { service: serverService, namespace: namespaceName, port: 80, pods };
    return host === undefined ? [] : [{ key: "noc:argoCd.host", host, namespaces: [namespaceName], backend }];
}

function problems(settings: ArgoCdSettings): Problem[] {
    const { github, host } = settings;
    return [
        ...credentialProblems(settings),
        ...(github ? accessProblems(github) : []),
        ...(github && host === undefined
            ? [
                  {
                      key: "noc:argoCd.github",
                      remedy: "needs a name for GitHub to send users back to; set noc:argoCd.host",
                  },
              ]
            : []),
    ];
}
