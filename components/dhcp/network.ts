/** Which flows of the network reach Kea, and which Kea opens. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { contains, parseSubnet } from "../../config/addresses";
import { fromPrometheus, networkPolicy, type Peer, tcp, udp } from "../lib/network-policy";
import type { DhcpSettings } from "./settings";
import { app, ports } from "./values";

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
    /** Labels of Kea's pod. */
    readonly selector: Readonly<Record<string, string>>;
    /** Networks that relays send from; at least one. */
    readonly relays: readonly string[];
}

/** Relays may send requests, and Prometheus may scrape. Kea may answer relays, wherever they are, and nothing else. */
export function dhcpPolicy(
    { namespace, selector, relays }: DhcpPolicyOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
    const peers = relays.map((cidr) => ({ cidr })) as [Peer, ...Peer[]];
    return networkPolicy(
        {
            name: app,
            namespace,
            podSelector: selector,
            ingress: [{ peers, ports: [udp(ports.dhcp)] }, fromPrometheus(tcp(ports.metrics))],
            // Kea sends its answer to port 67 of the giaddr, which need not be where the request came from.
            egress: [{ peers: "anyone", ports: [udp(67)] }],
        },
        opts,
    );
}
