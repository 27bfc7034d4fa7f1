import type * as pulumi from "@pulumi/pulumi";

import type { Dns } from "../dns";
import { gateway } from "../gateway";
import {
    Component,
    type ComponentArgs,
    type ComponentOptions,
    defineComponent,
    type HostRequest,
} from "../lib/component";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { clusterDnsAlerts } from "./alerts";
import { clusterDnsOverview } from "./overview";
import { Corefile } from "./patch";
import { type ClusterDnsSettings, clusterDnsSettings } from "./settings";

export interface ClusterDnsOptions extends ComponentArgs<typeof clusterDnsSettings> {
    /** Address of the resolver inside the cluster. */
    readonly resolver: pulumi.Input<string>;
}

/** Makes the cluster's CoreDNS forward to the resolver. */
export class ClusterDns extends Component {
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: ClusterDnsOptions, { dependsOn = [], ...opts }: ComponentOptions) {
        super("clusterDns:ClusterDns", name, clusterDnsSettings, args, opts);
        const { hosts } = clusterDnsSettings.parse(args.settings);
        const { kubeContext } = args.site;
        new Corefile(
            "cluster-dns",
            { resolver: args.resolver, hosts, kubeContext },
            // Not before the resolver answers, and back to the original before it goes.
            { parent: this, dependsOn },
        );
        this.monitoring = {
            component: name,
            namespace: "kube-system",
            monitors: [],
            probes: [],
            ruleGroups: [{ name: "cluster-dns", records: [], alerts: clusterDnsAlerts() }],
            dashboards: [],
            overview: clusterDnsOverview,
        };
        this.registerOutputs();
    }
}

export const clusterDns = defineComponent({
    name: "clusterDns",
    title: "cluster DNS",
    settings: clusterDnsSettings,
    needs: ["dns"],
    namespaces: () => [],
    create: (settings, { site, component, read, hosts }, opts) => {
        const { clusterAddress: resolver } = component("dns") as Dns;
        const own = gatewayHosts(read(gateway), hosts);
        return new ClusterDns(
            "clusterDns",
            { settings: { ...settings, hosts: [...own, ...settings.hosts] }, site, resolver },
            opts,
        );
    },
});

/** The names that the gateway serves, if its address is known. CoreDNS' hosts have no wildcards. */
function gatewayHosts(
    { enabled, address }: { readonly enabled: boolean; readonly address?: string },
    hosts: readonly HostRequest[],
): ClusterDnsSettings["hosts"] {
    const names = hosts.map(({ host }) => host).filter((host) => !host.startsWith("*."));
    return enabled && address !== undefined && names.length > 0 ? [{ address, names }] : [];
}
