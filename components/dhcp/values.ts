import type { LeaseZones } from "../dns/lease-zones";
import type { Volume } from "../lib/claim-template";
import { imageReference } from "../lib/images";
import { corePriority } from "../lib/pods";
import type { Site } from "../lib/site";
import { databaseVariables } from "./lease-database";
import type { LeaseDatabase } from "./settings";
import { images } from "./versions";

/** Name of the container, value of the pods' label, and name of the monitoring job. */
export const app = "kea-dhcp";
/** The servers' names, each that of a release, a StatefulSet and a Service. Without high availability, there is one. */
export const servers = { primary: app, standby: `${app}-standby` } as const;
/** Name of the release with the further servers that share a lease database with the first one. */
export const furtherServers = `${app}-further`;
/** Name of the monitoring job for the state of high availability or of the lease database. */
export const stateApp = `${app}-ha`;
/** Name of the monitoring job for the host names of leases. */
export const namesApp = `${app}-names`;
/** `primary`: the server that answers the clients. `standby`: the one that takes over. */
export type Role = keyof typeof servers;

/**
 * The ports that Kea (`dhcp`, and `peer` for the other server), the answers about host names (`names`) and the exporters
 * listen on. The Service that relays send to maps port 67 to the first. Kea reaches the other server through `toPeer`,
 * which only its own pod can reach.
 */
export const ports = {
    dhcp: 6067,
    metrics: 9547,
    peer: 8001,
    toPeer: 8002,
    haMetrics: 9548,
    names: 5353,
    namesMetrics: 9549,
} as const;

/** What the servers answer from their leases. */
export interface LeaseNames {
    readonly zones: LeaseZones;
    /** First labels of the names that no client gets. */
    readonly taken: readonly string[];
}

/** Labels of a server's pod, or of all servers' pods. */
export const podLabels = (server?: string): Record<string, string> => ({
    "app.kubernetes.io/name": app,
    ...(server && { "app.kubernetes.io/instance": server }),
});

/** The Job of the chart that checks a configuration before it is deployed. */
export const checkJob = (server: string): string => `${server}-check`;
/** The Job of the chart that prepares the lease database before a server is deployed, and the name of its pods. */
export const schemaJob = (server: string): string => `${server}-schema`;

/** The lease database, and what the cluster has for it. */
export interface DeployedDatabase {
    readonly settings: LeaseDatabase;
    /** Name of the Secret with the `password`, and with the certificate `ca.crt` if there is one. */
    readonly secret: string;
    /** Changes with the Secret, which the pods read when they start. */
    readonly secretVersion: string;
}

/** The chart's program that asks Kea over its control socket, as Kea's container has it. Run by Perl. */
export const askKea = "/config/kea/ask-kea.pl";

/** What a release is told. */
export interface KeaValuesOptions {
    /** The content of kea-dhcp4.conf. */
    readonly config: string;
    /** Number of pods. Only servers that share a lease database may be more than one. Defaults to 1. */
    readonly replicas?: number;
    /** The volume of the leases. Left out where another release has it. */
    readonly volume?: Volume;
    /** Address of the other server's peer Service. Left out without high availability. */
    readonly peer?: string;
    /** What is answered about host names. Left out, nothing is. */
    readonly leaseNames?: LeaseNames;
    /** The lease database, also one that is to be left. Left out, there is none. */
    readonly database?: DeployedDatabase;
    readonly site: Pick<Site, "imageMirror">;
}

/**
 * The values of the chart in chart/. It replaced the chart kea-dhcp 0.7.1 of http://charts.glants.xyz, and its objects
 * have the same names, so that Helm updates them in place.
 */
export function keaValues(options: KeaValuesOptions): Record<string, unknown> {
    const { config, replicas = 1, volume, peer, leaseNames, database, site } = options;
    return {
        image: imageReference(images.kea, site),
        exporterImage: imageReference(images.keaExporter, site),
        config,
        replicas,
        dhcpPort: ports.dhcp,
        metricsPort: ports.metrics,
        ...(peer && {
            highAvailability: {
                forwarderImage: imageReference(images.socat, site),
                peer,
                peerPort: ports.peer,
                toPeerPort: ports.toPeer,
            },
        }),
        ...((peer !== undefined || database?.settings.enabled) && { stateMetricsPort: ports.haMetrics }),
        ...(database && {
            leaseDatabase: {
                enabled: database.settings.enabled,
                image: imageReference(images.keaAdmin, site),
                variables: databaseVariables(database.settings),
                secret: database.secret,
                secretVersion: database.secretVersion,
            },
            // The time in which the nodes and the load balancer learn that another pod is to get the packets.
            ...(database.settings.servers > 1 && { drainSeconds: 3 }),
        }),
        ...(leaseNames && {
            leaseNames: {
                names: JSON.stringify({
                    domain: leaseNames.zones.domain,
                    reverse: leaseNames.zones.reverse,
                    taken: leaseNames.taken,
                }),
                port: leaseNames.zones.port,
                metricsPort: ports.namesMetrics,
            },
        }),
        storage: { size: volume?.size ?? "", class: volume?.storageClass ?? "" },
        priorityClassName: corePriority,
    };
}
