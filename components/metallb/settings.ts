import { z } from "zod";

import { address, range, ratio, subdomain } from "../../config/fields";

const pool = z.strictObject({
    name: subdomain("the name of an IPAddressPool", "lan").describe("Name of the IPAddressPool."),
    addresses: z
        .array(range)
        .min(1, { error: "is empty; list at least one range" })
        .describe(
            "Ranges (a-b), subnets or single addresses. MetalLB does not choose addresses that end in .0 or .255.",
        ),
    reserved: z
        .array(address)
        .default([])
        .describe("Addresses of the pool that a Service gets only if it asks for them."),
});

const thresholds = z.strictObject({
    poolRatio: ratio.default(0.8).describe("Share of a pool's addresses that are in use, 0 to 1."),
});

export const metallbSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(true)
        .describe("Install MetalLB. If false, the cluster must have another load balancer."),
    pools: z.array(pool).default([]).describe("Address pools for Services of type LoadBalancer."),
    announceFromControlPlane: z
        .boolean()
        .default(false)
        .describe(
            "Announce addresses also from nodes with the label node.kubernetes.io/exclude-from-external-load-balancers, which kubeadm gives to control-plane nodes. Needed in clusters that have no other nodes.",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type MetallbSettings = z.output<typeof metallbSettings>;
export type MetallbThresholds = MetallbSettings["thresholds"];
export type Pool = MetallbSettings["pools"][number];
