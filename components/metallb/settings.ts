import { z } from "zod";

import { address, json, label, range, ratio } from "../../config/fields";

const pool = z.strictObject({
    name: label,
    addresses: z.array(range).min(1, { error: "is empty; list at least one range" }),
    reserved: z.array(address).default([]),
});

/** From where on the alerts fire. */
const thresholds = z.strictObject({
    /** Share of a pool's addresses that are in use, 0 to 1. Defaults to 0.8. */
    poolRatio: ratio.default(0.8),
});

/** The `noc:metallb…` keys of the stack's configuration. */
export const metallbKeys = {
    metallbEnabled: json(z.boolean()),
    metallbPools: json(z.array(pool)),
    metallbAnnounceFromControlPlane: json(z.boolean()),
    metallbThresholds: json(thresholds),
};

export type MetallbThresholds = z.infer<typeof thresholds>;

/** A pool of load-balancer addresses. */
export type Pool = z.infer<typeof pool>;
