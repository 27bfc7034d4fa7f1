/** What belongs to one of the servers: its addresses, and the release that runs it. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { refuseVolumeChange } from "../lib/claim-template";
import { chartRelease } from "../lib/helm";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { labels } from "../lib/pods";
import type { Site } from "../lib/site";
import { configCheck, explainRefusal } from "./config-check";
import { databaseCheck } from "./database-check";
import { keaConfig, type KeaConfigOptions, keaConfigText } from "./kea-config";
import { refuseLeaseLoss } from "./lease-moves";
import type { DhcpSettings, LeaseDatabase } from "./settings";
import { refuseSubnetIdChange } from "./subnet-ids";
import { app, checkJob, type DeployedDatabase, keaValues, type LeaseNames, podLabels, ports } from "./values";

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
    /** Whether several servers are behind the address, and not only the one of that name. */
    readonly shared: boolean;
}

/**
 * Makes the Service that relays send to. It is not part of the chart: Kea is configured with its address (option 54), so
 * the address has to exist before Kea.
 * @returns the address that the load balancer gave it.
 */
export function serverAddress(
    { server, namespace, address, relays, shared, site }: ServerServiceOptions,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const service = loadBalancerService(
        {
            name: server,
            namespace,
            selector: podLabels(shared ? undefined : server),
            address,
            ports: [{ name: "dhcp", port: 67, protocol: "UDP", targetPort: ports.dhcp }],
            sourceRanges: relays,
            // A single pod is not ready while an exporter is down, and there is no other one that could serve.
            publishNotReadyAddresses: !shared,
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

/**
 * Makes the Secret with which Kea reaches its database.
 * @returns what the releases need to know.
 */
export function databaseSecret(
    namespace: pulumi.Input<string>,
    settings: LeaseDatabase,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<DeployedDatabase> {
    const name = `${app}-database`;
    const { password, ca } = settings;
    const secret = new k8s.core.v1.Secret(
        name,
        {
            metadata: { name, namespace, labels: labels(app) },
            stringData: { password: pulumi.secret(password), ...(ca !== undefined && { "ca.crt": ca }) },
        },
        opts,
    );
    return secret.metadata.resourceVersion.apply((secretVersion) => ({ settings, secret: name, secretVersion }));
}

export interface ServerReleaseOptions extends Omit<ServerOptions, "namespace"> {
    readonly settings: DhcpSettings;
    /** Its place in Kea's configuration: everything that only the cluster knows. */
    readonly config: pulumi.Output<Omit<KeaConfigOptions, keyof DhcpSettings> & Pick<KeaConfigOptions, "resolvers">>;
    /** The address of the other server's peer Service, if there is one. */
    readonly peer?: pulumi.Input<string>;
    /** What it answers about host names. Left out, nothing. */
    readonly leaseNames?: LeaseNames;
    /** The lease database, also one that is to be left, if there is one. */
    readonly database?: pulumi.Output<DeployedDatabase>;
    /** Number of pods that share the database with those of the first release. Left out for a server with a volume. */
    readonly further?: number;
}

/** Installs the chart. */
export function serverRelease(
    { server, settings, config, peer, leaseNames, database, further, site }: ServerReleaseOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
    const { namespace, kubeContext } = site;
    const { leaseDatabase } = settings;
    const deployed = { name: server, namespace, kubeContext };
    const volume = { size: settings.leaseStorage, storageClass: site.storageClass };
    const own = further === undefined;
    return chartRelease(
        {
            chart,
            name: server,
            namespace,
            values: pulumi.all([config, peer, database]).apply(([place, peer, database]) =>
                keaValues({
                    config: keaConfigText(keaConfig({ ...settings, ...place })),
                    replicas: further,
                    volume: own ? volume : undefined,
                    peer,
                    leaseNames,
                    database,
                    site,
                }),
            ),
            site,
        },
        {
            ...opts,
            hooks: {
                beforeUpdate: [
                    ...(own ? [refuseVolumeChange({ ...volume, ...leaseVolume }, deployed)] : []),
                    refuseSubnetIdChange(settings.subnets, deployed),
                    ...(server === app ? [refuseLeaseLoss(settings, deployed)] : []),
                ],
                onError: [
                    explainRefusal(deployed, [
                        configCheck(checkJob(server), namespace),
                        ...(own && leaseDatabase ? [databaseCheck(server, namespace, leaseDatabase)] : []),
                    ]),
                ],
            },
        },
    );
}
