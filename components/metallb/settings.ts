import { z } from "zod";

import { address, label, range, ratio } from "../../config/fields";

const pool = z.strictObject({
    name: label.describe("Name of the IPAddressPool."),
    addresses: z
        .array(range)
        .min(1, { error: "is empty; list at least one range" })
        .describe("Ranges (a-b), subnets or single addresses."),
    reserved: z.array(address).default([]).describe("Addresses that only a Service that asks for them is given."),
});

const thresholds = z.strictObject({
    poolRatio: ratio.default(0.8).describe("Share of a pool's addresses in use, 0 to 1."),
});

export const metallbSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Install MetalLB. Without it, the cluster's own load balancer serves."),
    pools: z.array(pool).default([]).describe("Address pools for Services of type LoadBalancer."),
    announceFromControlPlane: z
        .boolean()
        .default(false)
        .describe(
            "Announce addresses also from nodes that kubeadm excludes from external load balancers. Needed where there are no others.",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type MetallbSettings = z.output<typeof metallbSettings>;
export type MetallbThresholds = MetallbSettings["thresholds"];
export type Pool = MetallbSettings["pools"][number];
