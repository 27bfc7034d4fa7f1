import { z } from "zod";

import { address, json, label, range } from "../../config/fields";

const pool = z.strictObject({
    name: label,
    addresses: z.array(range).min(1, { error: "is empty; list at least one range" }),
    reserved: z.array(address).default([]),
});

/** The `noc:metallb…` keys of the stack's configuration. */
export const metallbKeys = {
    metallbEnabled: json(z.boolean()),
    metallbPools: json(z.array(pool)),
    metallbAnnounceFromControlPlane: json(z.boolean()),
};

/** A pool of load-balancer addresses. */
export type Pool = z.infer<typeof pool>;
