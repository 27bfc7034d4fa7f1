/** Which flows of the network reach Kea, and which Kea opens. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { isIPv4 } from "node:net";

import { contains, parseSubnet } from "../../config/addresses";
import {
    type Flow,
    fromPrometheus,
    networkPolicy,
    type Peer,
    type Port,
    tcp,
    toClusterDns,
    udp,
} from "../lib/network-policy";
import type { DhcpSettings, LeaseDatabase } from "./settings";
import { app, podLabels, ports, schemaJob } from "./values";

/** RFC 1918, and RFC 6598 for networks behind a provider's address translation. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** The networks that relays may send from. A relay is mostly the subnet's router, but its address may be another. */
export function relayNetworks({ relayFrom, subnets }: Pick<DhcpSettings, "relayFrom" | "subnets">): string[] {
    if (relayFrom !== undefined) {
        return [...relayFrom];
    }
    const ranges = privateNetworks.map(parseSubnet);
    const own = subnets.flatMap(({ subnet, relays }) => [subnet, ...relays.map((relay) => `${relay}/32`)]);
    return [
        ...privateNetworks,
        ...new Set(own.filter((network) => !ranges.some((range) => contains(range, parseSubnet(network))))),
    ];
}

/** What the policy depends on. */
export interface DhcpPolicyOptions {
    readonly namespace: pulumi.Input<string>;
    /** Labels of Kea's pods. */
    readonly selector: Readonly<Record<string, string>>;
    /** Networks that relays send from; at least one. */
    readonly relays: readonly string[];
    /** Whether there are two servers. */
    readonly redundant: boolean;
    /** The resolvers that ask for host names. Undefined if none does. */
    readonly resolvers?: readonly [Peer, ...Peer[]];
    /** The lease database, also one that is to be left. */
    readonly database?: LeaseDatabase;
}

/**
 * Relays may send requests, the resolver may ask for names, and Prometheus may scrape. Kea may answer relays, wherever they
 * are, and reach its database; two servers may reach each other.
 */
export function dhcpPolicy(
    { namespace, selector, relays, redundant, resolvers, database }: DhcpPolicyOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    const peers = relays.map((cidr) => ({ cidr })) as [Peer, ...Peer[]];
    // Kea does not authenticate the other server, so that this policy alone keeps others from the leases.
    const otherServer: Flow = { peers: [{ pods: podLabels() }], ports: [tcp(ports.peer)] };
    const between = redundant ? [otherServer] : [];
    const scraped: [Port, ...Port[]] = [
        tcp(ports.metrics),
        ...(redundant || database ? [tcp(ports.haMetrics)] : []),
        ...(resolvers ? [tcp(ports.namesMetrics)] : []),
    ];
    return networkPolicy(
        {
            name: app,
            namespace,
            podSelector: selector,
            ingress: [
                { peers, ports: [udp(ports.dhcp)] },
                fromPrometheus(...scraped),
                ...between,
                ...(resolvers ? [{ peers: resolvers, ports: [udp(ports.names), tcp(ports.names)] } as const] : []),
            ],
            // Kea sends its answer to port 67 of the giaddr, which need not be where the request came from.
            egress: [{ peers: "anyone", ports: [udp(67)] }, ...between, ...(database ? toDatabase(database) : [])],
        },
        opts,
    );
}

/** Lets the Job that prepares the database reach it. */
export function schemaPolicy(
    namespace: pulumi.Input<string>,
    database: LeaseDatabase,
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    const name = schemaJob(app);
    const podSelector = { "app.kubernetes.io/name": name };
    return networkPolicy({ name, namespace, podSelector, ingress: [], egress: toDatabase(database) }, opts);
}

/** A name can lead to any address. */
const toDatabase = ({ host, port }: LeaseDatabase): Flow[] =>
    isIPv4(host)
        ? [{ peers: [{ cidr: `${host}/32` }], ports: [tcp(port)] }]
        : [toClusterDns, { peers: "anyone", ports: [tcp(port)] }];
