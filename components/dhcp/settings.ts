import { z } from "zod";

import {
    address,
    count,
    domain,
    json,
    label,
    optional,
    positive,
    quantity,
    range,
    ratio,
    seconds,
    subnet,
} from "../../config/fields";

const option = z
    .strictObject({
        name: z.string().min(1).optional(),
        code: z.int().min(1).max(254, { error: "is not an option code; use 1 to 254" }).optional(),
        data: z.string(),
    })
    .refine((o) => (o.name === undefined) !== (o.code === undefined), {
        error: "needs either a name or a code; Kea's manual lists the names of the standard options",
    });

const reservation = z.strictObject({
    hwAddress: z.string().regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, {
        error: "is not a hardware address; write it like 02:00:5e:10:00:01",
    }),
    address,
    hostname: label.optional(),
    options: z.array(option).default([]),
});

const dhcpSubnet = z.strictObject({
    id: z
        .int({
            error: "is missing or not a whole number; give each subnet its own id, which its leases are kept under",
        })
        .min(1, { error: "is not a subnet id; use 1 or more" })
        .max(4294967294, { error: "is not a subnet id; use at most 4294967294" }),
    subnet,
    pools: z.array(range).min(1, { error: "is empty; list at least one range" }),
    router: address,
    options: z.array(option).default([]),
    reservations: z.array(reservation).default([]),
});

/** From where on the alerts fire. */
const thresholds = z
    .strictObject({
        /** Share of a subnet's addresses that are leased, 0 to 1: the warning. Defaults to 0.8. */
        poolWarning: ratio.default(0.8),
        /** The same: critical. Defaults to 0.9. */
        poolCritical: ratio.default(0.9),
        /** Requests in five minutes that no address is found for. Defaults to 5. */
        failedAllocations: positive.default(5),
        /** NAKs a minute. Defaults to 10. */
        naksPerMinute: positive.default(10),
        /** Addresses of a subnet that clients have declined because somebody else uses them. Defaults to 3. */
        declinedAddresses: positive.default(3),
        /** How long no client may ask for anything, in minutes. Defaults to 60. */
        quietMinutes: count(1).default(60),
    })
    .refine(({ poolWarning, poolCritical }) => poolWarning < poolCritical, {
        path: ["poolWarning"],
        error: "is not below poolCritical; the warning comes first",
    });

/** The `noc:dhcp…` keys of the stack's configuration. */
export const dhcpKeys = {
    dhcpEnabled: json(z.boolean()),
    dhcpAddress: optional(address),
    dhcpResolvers: json(z.array(address)),
    dhcpDomain: domain,
    dhcpValidLifetime: json(seconds),
    dhcpRenewTimer: json(seconds),
    dhcpRebindTimer: json(seconds),
    dhcpSubnets: json(z.array(dhcpSubnet)),
    dhcpOptions: json(z.array(option)),
    dhcpLeaseStorage: quantity,
    dhcpLog: z.enum(["errors", "leases", "packets"], { error: "is not a level; use errors, leases or packets" }),
    dhcpThresholds: json(thresholds),
};

export type DhcpThresholds = z.infer<typeof thresholds>;

export type Option = z.infer<typeof option>;
export type Reservation = z.infer<typeof reservation>;
export type Subnet = z.infer<typeof dhcpSubnet>;
