import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

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
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { networkPolicy } from "../lib/network-policy";
import { disruptionBudget, keepOne } from "../lib/pods";
import { gatewayAlerts } from "./alerts";
import { applyCrdsFirst, type CrdManifest } from "./crds";
import { gatewayDashboard, gatewayOverview } from "./dashboard";
import { gatewayName, jobs, listenerName, metricsPort, namespaceName, pods } from "./names";
import { bodyLimit, gatewayObject, hostRoute, redirectRoute } from "./objects";
import { backendPolicy, ownPolicies } from "./policies";
import { hostProbes } from "./probes";
import { type GatewaySettings, gatewaySettings } from "./settings";
import { gatewayValues } from "./values";
import { charts, crdManifests } from "./versions";

export interface GatewayOptions extends ComponentArgs<typeof gatewaySettings> {
    /** The host names that it serves. */
    readonly hosts: readonly HostRequest[];
}

/** NGINX Gateway Fabric with one Gateway, its listeners, and the routes that other components ask for. */
export class Gateway extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    /** What every route and policy waits for. */
    private readonly gateway: k8s.apiextensions.CustomResource;

    /** @param opts only the chart, which makes the Service with the address, waits for `dependsOn`. */
    constructor(name: string, args: GatewayOptions, { dependsOn = [], ...opts }: ComponentOptions) {
        super("gateway:Gateway", name, gatewaySettings, args, opts);
        const settings = gatewaySettings.parse(args.settings);
        const { hosts, site } = args;
        const crds = applyCrdsFirst(manifests(settings), { kubeContext: site.kubeContext, owner: name });
        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: { ...charts.gatewayFabric, version: settings.version },
                values: gatewayValues(settings, site),
                policies: ownPolicies(hosts),
                metrics: [
                    { app: jobs.controller, selector: pods.controller, port: metricsPort },
                    { app: jobs.nginx, selector: pods.nginx, port: metricsPort },
                ],
                hooks: { beforeCreate: [crds], beforeUpdate: [crds] },
                site,
            },
            { parent: this, dependsOn },
        );
        this.namespace = namespace;
        if (settings.replicas > 1) {
            disruptionBudget(
                { name: "gateway-nginx", namespace: namespaceName, selector: pods.nginx, budget: keepOne },
                { parent: this, dependsOn: this.namespace },
            );
            disruptionBudget(
                { name: "gateway-controller", namespace: namespaceName, selector: pods.controller, budget: keepOne },
                { parent: this, dependsOn: this.namespace },
            );
        }
        this.gateway = this.object("gateway", gatewayObject(hosts), [release]);
        this.object("https-redirect", redirectRoute(), [this.gateway]);
        this.object("gateway-body-limit", bodyLimit("Gateway", gatewayName, namespaceName, settings.maxBody), [
            this.gateway,
        ]);
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(jobs.controller), metricsMonitor(jobs.nginx)],
            probes: hostProbes(hosts, settings.address),
            ruleGroups: [{ name: "gateway", records: [], alerts: gatewayAlerts() }],
            dashboards: [gatewayDashboard()],
            overview: gatewayOverview(),
        };
        this.registerOutputs();
    }

    public override fulfil(requests: readonly Requests[]): void {
        for (const { component, hosts, namespace } of requests) {
            for (const { host, backend } of hosts) {
                if (backend) {
                    const own = namespace(backend.namespace);
                    const dependsOn = [this.gateway, ...(own ? [own] : [])];
                    const name = listenerName(host);
                    this.object(`${name}-route`, hostRoute(host, backend), dependsOn, component);
                    networkPolicy(backendPolicy(host, backend), { parent: component, dependsOn });
                    if (backend.maxBody !== undefined) {
                        const limit = bodyLimit("HTTPRoute", name, backend.namespace, backend.maxBody);
                        this.object(`${name}-body-limit`, limit, dependsOn, component);
                    }
                }
            }
        }
    }

    private object(
        name: string,
        object: k8s.apiextensions.CustomResourceArgs,
        dependsOn: pulumi.Resource[],
        parent: Component = this,
    ): k8s.apiextensions.CustomResource {
        return new k8s.apiextensions.CustomResource(name, object, { parent, dependsOn });
    }
}

/** Where the CRDs come from: the projects' releases, if the settings name no other place. */
function manifests({ version, crds }: GatewaySettings): CrdManifest[] {
    const published = crdManifests(version);
    return (["gatewayApi", "gatewayFabric"] as const).map((part) => ({
        key: `noc:gateway.crds.${part}`,
        source: crds[part] ?? published[part],
    }));
}

export const gateway = defineComponent({
    name: "gateway",
    title: "gateway",
    settings: gatewaySettings,
    addresses: ({ address }) =>
        address === undefined ? [] : [{ key: "noc:gateway.address", text: address, use: "service" }],
    anyAddress: ({ address }) => (address === undefined ? ["noc:gateway.address"] : []),
    namespaces: () => [namespaceName],
    hosts: ({ hosts }) => hosts.map((host, i) => ({ ...host, key: `noc:gateway.hosts[${i}].host` })),
    certificates: (_settings, _site, hosts) =>
        hosts.map(({ host }) => ({ name: listenerName(host), namespace: namespaceName, dnsNames: [host] })),
    create: (settings, { site, hosts, component }, { dependsOn = [], ...opts }) => {
        const metallb = component("metallb");
        return new Gateway(
            "gateway",
            { settings, hosts, site },
            { ...opts, dependsOn: metallb ? [...dependsOn, metallb] : dependsOn },
        );
    },
});
