import { X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { z } from "zod";

import { checked } from "../../config/checked";
import {
    address,
    choice,
    count,
    domain,
    label,
    line,
    positive,
    range,
    ratio,
    seconds,
    subdomain,
    subnet,
} from "../../config/fields";
import { bytes } from "../../config/quantities";
import { optionProblem, repeatProblem } from "./options";

const option = z
    .strictObject({
        name: z
            .string()
            .optional()
            .describe("Name of the option, as in Kea's manual.")
            .meta({ examples: ["ntp-servers"] }),
        code: z.int().optional().describe("Code of the option, in place of its name."),
        data: z
            .string()
            .describe("Value of the option, as in Kea's manual. Without a standard type: bytes in hexadecimal digits.")
            .meta({ examples: ["192.168.1.1"] }),
    })
    .superRefine((o, context) => {
        if ((o.name === undefined) === (o.code === undefined)) {
            const message = "needs either a name or a code; Kea's manual lists the names of the standard options";
            context.addIssue({ code: "custom", message });
            return;
        }
        const problem = optionProblem(o);
        if (problem) {
            context.addIssue({ code: "custom", path: [problem.field], message: problem.remedy });
        }
    });

const options = z.array(option).superRefine((list, context) => {
    const problem = repeatProblem(list);
    if (problem) {
        context.addIssue({ code: "custom", path: [problem.index, problem.field], message: problem.remedy });
    }
});

/** A hardware address as Kea writes it, such as 02:00:5e:10:00:01. */
export const canonicalHwAddress = (text: string): string => text.toLowerCase().replaceAll("-", ":");

const hwAddress = z
    .string()
    .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$|^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i, {
        abort: true,
        error: "is not a hardware address; write it like 02:00:5e:10:00:01",
    })
    // The lowest bit of the first byte marks a group address.
    .refine((text) => !(Number.parseInt(text.slice(0, 2), 16) & 1) && /[1-9a-f]/i.test(text), {
        error: "is not the address of a single network card; write the client's own address",
    });

/** A host name, or a domain name below which the host is (RFC 1123). */
const hostname = z
    .string()
    .max(253, { error: "is too long; use at most 253 characters" })
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i, {
        error: "is not a host name; use letters, digits and inner hyphens, at most 63 between two dots",
    })
    .refine((name) => !isIPv4(name), { error: "is an address and not a name; write a name, like printer" });

const reservation = z.strictObject({
    hwAddress: hwAddress.describe("Hardware address of the client.").meta({ examples: ["02:00:5e:10:00:01"] }),
    address: address.describe("Address that this client always gets."),
    hostname: hostname
        .optional()
        .describe("Host name that the client is given (option 12).")
        .meta({ examples: ["printer"] }),
    options: options.default([]).describe("Options for this client alone."),
});

const dhcpSubnet = z.strictObject({
    id: z
        .int({
            error: "is missing or not a whole number; give each subnet its own id, which its leases are kept under",
        })
        .min(1, { error: "is not a subnet id; use 1 or more" })
        .max(4294967294, { error: "is not a subnet id; use at most 4294967294" })
        .describe(
            "Number that the subnet's leases are stored under. A change is refused while the subnet is deployed.",
        ),
    subnet: subnet.describe("The network, in CIDR notation."),
    pools: z
        .array(range)
        .min(1, { error: "is empty; list at least one range" })
        .describe("Addresses that are leased: ranges (a-b), networks or single addresses."),
    router: address.describe("The clients' gateway (option 3)."),
    relays: z
        .array(address)
        .default([])
        .describe(
            "Addresses that this subnet's relays put into requests (giaddr) and that lie in another network. A giaddr in the subnet itself needs no entry.",
        ),
    options: options.default([]).describe("Options for the clients of this subnet."),
    reservations: z.array(reservation).default([]).describe("Addresses that belong to known clients."),
});

const thresholds = z
    .strictObject({
        poolWarning: ratio
            .default(0.8)
            .describe("Share of a subnet's addresses that are leased, 0 to 1: warning above it."),
        poolCritical: ratio
            .default(0.9)
            .describe("Share of a subnet's addresses that are leased, 0 to 1: critical above it."),
        failedAllocations: positive.default(5).describe("Requests in five minutes that got no address."),
        naksPerMinute: positive.default(10).describe("Refused requests (NAK) per minute."),
        declinedAddresses: positive
            .default(3)
            .describe("Addresses of a subnet that clients have declined, because another device uses them."),
        quietMinutes: count(1, 525_600).default(60).describe("How long there may be no request at all, in minutes."),
    })
    .refine(({ poolWarning, poolCritical }) => poolWarning < poolCritical, {
        path: ["poolWarning"],
        error: "is not below poolCritical; set it lower, because the warning comes first",
    });

const highAvailability = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Deploy a second server, on another node, which takes over when the first one is gone (docs/dhcp-high-availability.md).",
        ),
    address: address
        .optional()
        .describe(
            "The second server's load-balancer address, from one of the pools. Relays send to both. Any free one if not set.",
        ),
});

const leaseNames = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Let this stack's resolver answer for the host names and addresses of leases, in the clients' domain and in the subnets' reverse zones (docs/lease-names.md).",
        ),
    takenNames: z
        .array(label)
        .default([])
        .describe(
            "Host names that no client gets, beside those of noc:dns.localRecords and names that programs trust, such as wpad.",
        )
        .meta({ examples: [["www", "mail"]] }),
});

/** A name that Kea and kea-admin pass on as it is. */
const databaseName = (what: string) =>
    z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, {
            error: `is not ${what}; use at most 63 letters, digits, underscores and hyphens, like kea`,
        })
        .meta({ examples: ["kea"] });

const certificate = checked((text) => {
    try {
        new X509Certificate(text);
        return undefined;
    } catch {
        return "is not a certificate; write it in PEM format, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----";
    }
}, "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----");

const leaseDatabase = z.strictObject({
    enabled: z
        .boolean()
        .default(true)
        .describe(
            "Keep the leases in the database. If false, they are on the volume; those that were in the database are fetched from it first.",
        ),
    host: subdomain("a host name or an address", "postgresql.example.org").describe(
        "Name or IPv4 address of the PostgreSQL server. Of a server in the cluster, the name of its Service, which has the port of its pods.",
    ),
    port: count(1, 65_535).default(5432).describe("TCP port of the PostgreSQL server."),
    name: databaseName("the name of a database").default("kea").describe("An existing database, used by nothing else."),
    user: databaseName("the name of a user")
        .default("kea")
        .describe("User that owns the database: it creates and upgrades the tables."),
    password: line("the password", "a long secret").meta({ secret: true }).describe("Password of the user."),
    tls: choice("a TLS mode", ["verify-full", "off"])
        .default("verify-full")
        .describe(
            "verify-full: encrypted, and only to a server with a certificate for host that ca has signed. off: not encrypted.",
        ),
    ca: certificate
        .optional()
        .describe("Certificate (PEM) of the authority that signed the server's. Needed for verify-full."),
    servers: count(1, 9)
        .default(2)
        .describe("Number of Kea pods behind the one address, on different nodes where there are as many."),
});

/** The smallest volume. Kea keeps up to three copies of the lease file while it cleans it up. */
const leastStorage = "10Mi";

export const dhcpSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy the Kea DHCPv4 server."),
    address: address
        .optional()
        .describe(
            "The server's load-balancer address, from one of the pools, which relays send to. Any free one if not set.",
        ),
    highAvailability: highAvailability.prefault({}).describe("Two servers instead of one."),
    leaseDatabase: leaseDatabase
        .optional()
        .describe(
            "Keep the leases in a PostgreSQL database, which several servers behind one address share (docs/dhcp-lease-database.md). On the volume if not set.",
        ),
    relayFrom: z
        .array(subnet)
        .min(1, { error: "lets no relay in; list the networks that relays send from, or leave it out" })
        .optional()
        .describe(
            "Networks (CIDR) that relays send from; packets from others are dropped. If not set: the private networks (RFC 1918, RFC 6598) and those of the subnets.",
        )
        .meta({ examples: [["192.168.1.1/32"]] }),
    resolvers: z
        .array(address)
        .max(20, { error: "has more than 20; clients use the first two or three" })
        .default([])
        .describe("Resolvers that clients are told to use (option 6). This stack's own DNS if not set."),
    domain: domain
        .refine((name) => name !== ".", { error: "is the root; name a domain of the clients, like home.arpa" })
        .refine((name) => !/(^|\.)\d+\.?$/.test(name), {
            error: "ends in a number, as an address does; name a domain of the clients, like home.arpa",
        })
        .default("home.arpa")
        .describe("Domain name and search list of the clients (options 15 and 119)."),
    leaseNames: leaseNames.prefault({}).describe("Host names of leases in the DNS."),
    validLifetime: seconds.default(4000).describe("How long a lease is valid (option 51), in seconds."),
    renewTimer: seconds.default(1000).describe("When a client asks its server to renew (T1, option 58), in seconds."),
    rebindTimer: seconds.default(2000).describe("When a client asks any server to renew (T2, option 59), in seconds."),
    declineProbation: seconds
        .default(600)
        .describe(
            "How long an address is not leased after a client has declined it, because another device uses it, in seconds.",
        ),
    subnets: z.array(dhcpSubnet).default([]).describe("The networks that are served."),
    options: options.default([]).describe("Options for the clients of all subnets."),
    leaseStorage: bytes(leastStorage, "1Pi", "100Mi")
        .default("100Mi")
        .describe(
            "Size of the volume that keeps the leases, a Kubernetes quantity. A later change is refused; components/dhcp/runbook.md has the steps for one.",
        ),
    log: choice("a log level", ["errors", "leases", "packets"])
        .default("errors")
        .describe(
            "errors: warnings and errors. leases: also every lease that is given, renewed or released, which is personal data. packets: also every message (docs/logs.md).",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type DhcpSettings = z.output<typeof dhcpSettings>;
export type LeaseDatabase = NonNullable<DhcpSettings["leaseDatabase"]>;
export type DhcpThresholds = DhcpSettings["thresholds"];
export type Subnet = DhcpSettings["subnets"][number];
export type Reservation = Subnet["reservations"][number];
