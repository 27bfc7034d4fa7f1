/** What belongs to one of the servers: its addresses, and the release that runs it. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { refuseVolumeChange } from "../lib/claim-template";
import { chartRelease } from "../lib/helm";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { labels } from "../lib/pods";
import type { Site } from "../lib/site";
import { explainRefusal } from "./config-check";
import { keaConfig, type KeaConfigOptions, keaConfigText } from "./kea-config";
import type { LeaseNames } from "./lease-names";
import type { DhcpSettings } from "./settings";
import { refuseSubnetIdChange } from "./subnet-ids";
import { app, checkJob, keaValues, podLabels, ports } from "./values";

const chart = { name: app, folder: "./components/dhcp/chart" };
const leaseVolume = {
    key: "noc:dhcp.leaseStorage",
    wayOut: 'see "Change the volume of the leases" in components/dhcp/runbook.md',
};

/** Which server it is, and where. */
export interface ServerOptions {
    /** Name of its release and Services, one of `servers`. */
    readonly server: string;
    readonly namespace: pulumi.Input<string>;
    readonly site: Site;
}

export interface ServerServiceOptions extends ServerOptions {
    /** Load-balancer address to ask for. Defaults to any. */
    readonly address?: string;
    /** Networks that relays send from. */
    readonly relays: string[];
}

/**
 * Makes the Service that relays send to. It is not part of the chart: Kea is configured with its address (option 54), so
 * the address has to exist before Kea.
 * @returns the address that the load balancer gave it.
 */
export function serverAddress(
    { server, namespace, address, relays, site }: ServerServiceOptions,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const service = loadBalancerService(
        {
            name: server,
            namespace,
            selector: podLabels(server),
            address,
            ports: [{ name: "dhcp", port: 67, protocol: "UDP", targetPort: ports.dhcp }],
            sourceRanges: relays,
            // The pod is not ready while an exporter is down, and there is no other pod that could serve.
            publishNotReadyAddresses: true,
            site,
        },
        opts,
    );
    return loadBalancerAddress(service);
}

/**
 * Makes the Service under which the other server reaches this one, before and while it is ready.
 * @returns its address inside the cluster.
 */
export function peerAddress(
    { server, namespace }: ServerOptions,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const name = `${server}-peer`;
    const service = new k8s.core.v1.Service(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: labels(app),
                // Its address is needed before there are pods, for which Pulumi would wait.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                selector: podLabels(server),
                publishNotReadyAddresses: true,
                ports: [{ name: "peer", port: ports.peer, targetPort: ports.peer }],
            },
        },
        opts,
    );
    return service.spec.clusterIP;
}

export interface ServerReleaseOptions extends Omit<ServerOptions, "namespace"> {
    readonly settings: DhcpSettings;
    /** Its place in Kea's configuration: everything that only the cluster knows. */
    readonly config: pulumi.Output<Omit<KeaConfigOptions, keyof DhcpSettings> & Pick<KeaConfigOptions, "resolvers">>;
    /** The address of the other server's peer Service, if there is one. */
    readonly peer?: pulumi.Input<string>;
    /** What it answers about host names. Left out, nothing. */
    readonly leaseNames?: LeaseNames;
}

/** Installs the chart. */
export function serverRelease(
    { server, settings, config, peer, leaseNames, site }: ServerReleaseOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
    const { namespace, kubeContext } = site;
    const deployed = { name: server, namespace, kubeContext };
    const volume = { size: settings.leaseStorage, storageClass: site.storageClass };
    return chartRelease(
        {
            chart,
            name: server,
            namespace,
            values: pulumi.all([config, peer]).apply(([own, peer]) =>
                keaValues({
                    config: keaConfigText(keaConfig({ ...settings, ...own })),
                    volume,
                    peer,
                    leaseNames,
                    site,
                }),
            ),
            site,
        },
        {
            ...opts,
            hooks: {
                beforeUpdate: [
                    refuseVolumeChange({ ...volume, ...leaseVolume }, deployed),
                    refuseSubnetIdChange(settings.subnets, deployed),
                ],
                onError: [explainRefusal({ ...deployed, job: checkJob(server) })],
            },
        },
    );
}
