/** The zones that the DHCP server answers from its leases: how Unbound asks for them, and how it finds the server. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type Flow, tcp, udp } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { absolute } from "./zones";

/** What the DHCP server answers, and which pods do so. */
export interface LeaseZones {
    /** The zone of the names, such as `home.arpa`. */
    readonly domain: string;
    /** The zones of the addresses, such as `1.168.192.in-addr.arpa`. */
    readonly reverse: readonly string[];
    /** Labels of the pods, in the resolver's namespace. */
    readonly pods: Readonly<Record<string, string>>;
    /** The pods' port, over UDP and TCP. */
    readonly port: number;
    /** Whether there are several pods, so that one that is not ready need not be asked. */
    readonly redundant: boolean;
}

/** The zones, and the address that Unbound sends the questions to. */
export interface LeaseServer extends Pick<LeaseZones, "domain" | "reverse"> {
    readonly address: string;
}

/**
 * Makes the Service in front of the DHCP servers' pods, which do not exist yet.
 * @returns its address inside the cluster.
 */
export function leaseServerAddress(
    { pods, port, redundant }: LeaseZones,
    namespace: pulumi.Input<string>,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const name = "lease-names";
    const service = new k8s.core.v1.Service(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: labels(name),
                // Its address is needed before there are pods, for which Pulumi would wait.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                selector: { ...pods },
                // While Kea restarts in the only pod, SERVFAIL at once is better than no answer.
                publishNotReadyAddresses: !redundant,
                ports: [
                    { name: "dns", port: 53, protocol: "UDP", targetPort: port },
                    { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: port },
                ],
            },
        },
        opts,
    );
    return service.spec.clusterIP;
}

/** What the resolver's network policy has to allow. */
export const toLeaseServer = ({ pods, port }: LeaseZones): Flow => ({
    peers: [{ pods }],
    ports: [udp(port), tcp(port)],
});

const zonesOf = ({ domain, reverse }: LeaseServer): string[] => [domain, ...reverse].map(absolute);

/** Lines of the `server:` clause. Local records are answered before any zone is asked, so that a lease cannot replace them. */
export const leaseZoneLines = (leases: LeaseServer | undefined): string[] =>
    leases === undefined
        ? []
        : [
              // Unbound itself answers home.arpa and the reverse zones of private addresses unless told otherwise.
              ...zonesOf(leases).map((zone) => `local-zone: "${zone}" transparent`),
              ...zonesOf(leases).map((zone) => `domain-insecure: "${zone}"`),
              "# Otherwise a DHCP server that was away for a while is not asked again for up to 15 minutes.",
              "infra-keep-probing: yes",
          ];

/**
 * Lines of the `stub-zone:` clauses, one for each zone. Answers are not cached, neither in memory nor in Redis, so that
 * none is served after its lease has ended.
 */
export const leaseStubZones = (leases: LeaseServer | undefined): string[][] =>
    leases === undefined
        ? []
        : zonesOf(leases).map((zone) => [`name: "${zone}"`, `stub-addr: ${leases.address}`, "stub-no-cache: yes"]);
