import { z } from "zod";

import {
    address,
    choice,
    count,
    domain,
    label,
    positive,
    quantity,
    range,
    ratio,
    seconds,
    subnet,
} from "../../config/fields";

const option = z
    .strictObject({
        name: z
            .string()
            .min(1, { error: "is empty; name an option, or leave it out and give its code" })
            .optional()
            .describe("Name of the option, as in Kea's manual.")
            .meta({ examples: ["ntp-servers"] }),
        code: z
            .int()
            .min(1, { error: "is not an option code; use 1 to 254" })
            .max(254, { error: "is not an option code; use 1 to 254" })
            .optional()
            .describe("Code of the option, in place of its name."),
        data: z
            .string()
            .describe("Value of the option, as in Kea's manual.")
            .meta({ examples: ["192.168.1.1"] }),
    })
    .refine((o) => (o.name === undefined) !== (o.code === undefined), {
        error: "needs either a name or a code; Kea's manual lists the names of the standard options",
    });

const reservation = z.strictObject({
    hwAddress: z
        .string()
        .regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, {
            error: "is not a hardware address; write it like 02:00:5e:10:00:01",
        })
        .describe("Hardware address of the client.")
        .meta({ examples: ["02:00:5e:10:00:01"] }),
    address: address.describe("Address that this client always gets."),
    hostname: label.optional().describe("Host name that the client is given (option 12)."),
    options: z.array(option).default([]).describe("Options for this client alone."),
});

const dhcpSubnet = z.strictObject({
    id: z
        .int({
            error: "is missing or not a whole number; give each subnet its own id, which its leases are kept under",
        })
        .min(1, { error: "is not a subnet id; use 1 or more" })
        .max(4294967294, { error: "is not a subnet id; use at most 4294967294" })
        .describe("Number that the subnet's leases are stored under. Never change it."),
    subnet: subnet.describe("The network, in CIDR notation."),
    pools: z
        .array(range)
        .min(1, { error: "is empty; list at least one range" })
        .describe("Ranges (a-b) that addresses are leased from."),
    router: address.describe("The clients' gateway (option 3)."),
    options: z.array(option).default([]).describe("Options for the clients of this subnet."),
    reservations: z.array(reservation).default([]).describe("Addresses that belong to known clients."),
});

const thresholds = z
    .strictObject({
        poolWarning: ratio.default(0.8).describe("Share of a subnet's addresses that are leased, 0 to 1: the warning."),
        poolCritical: ratio.default(0.9).describe("Share of a subnet's addresses that are leased, 0 to 1: critical."),
        failedAllocations: positive.default(5).describe("Requests in five minutes that no address is found for."),
        naksPerMinute: positive.default(10).describe("NAKs a minute."),
        declinedAddresses: positive
            .default(3)
            .describe("Addresses of a subnet that clients have declined because somebody else uses them."),
        quietMinutes: count(1).default(60).describe("How long no client may ask for anything, in minutes."),
    })
    .refine(({ poolWarning, poolCritical }) => poolWarning < poolCritical, {
        path: ["poolWarning"],
        error: "is not below poolCritical; the warning comes first",
    });

export const dhcpSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy the Kea DHCPv4 server."),
    address: address
        .optional()
        .describe(
            "The server's load-balancer address, from one of the pools, which relays send to. Any free one if not set.",
        ),
    resolvers: z
        .array(address)
        .default([])
        .describe("Resolvers that clients are told to use (option 6) where this stack's DNS is switched off."),
    domain: domain.default("noc.local").describe("Domain name and search list of the clients (options 15 and 119)."),
    validLifetime: seconds.default(4000).describe("How long a lease is valid (option 51), in seconds."),
    renewTimer: seconds.default(1000).describe("When a client asks its server to renew (T1, option 58), in seconds."),
    rebindTimer: seconds.default(2000).describe("When a client asks any server to renew (T2, option 59), in seconds."),
    subnets: z.array(dhcpSubnet).default([]).describe("The networks that are served."),
    options: z.array(option).default([]).describe("Options for the clients of all subnets."),
    leaseStorage: quantity
        .default("100Mi")
        .describe("Size of the volume that keeps the leases, a Kubernetes quantity. It cannot be changed later."),
    log: choice("a log level", ["errors", "leases", "packets"])
        .default("errors")
        .describe(
            "errors: warnings and errors. leases: also every lease that is given, renewed or released, which is personal data. packets: also every message (docs/logs.md).",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type DhcpSettings = z.output<typeof dhcpSettings>;
export type DhcpThresholds = DhcpSettings["thresholds"];
export type Option = DhcpSettings["options"][number];
export type Subnet = DhcpSettings["subnets"][number];
export type Reservation = Subnet["reservations"][number];
