/** Kea's configuration file, for Kea 3.0 and later. Manual: https://kea.readthedocs.io/en/kea-3.0.3/arm/dhcp4-srv.html */
import { isIPv4 } from "node:net";

import { formatRange, parseRange } from "../../config/addresses";
import { runError } from "../../config/run-error";
import { httpsPath } from "../dns/encryption";
import { type Hook, leaseCommands, leaseCounts, redundantHooks } from "./high-availability";
import { databaseAccess, databaseOf } from "./lease-database";
import { optionData } from "./options";
import { resolverOrders } from "./resolver-orders";
import { canonicalHwAddress, type DhcpSettings, type Reservation, type Subnet } from "./settings";
import type { Role } from "./values";

/** Where the control socket is, in the chart's `runFolder`. */
export const controlSocket = "/run/kea/kea-dhcp4-ctrl.sock";

/** The settings that the configuration depends on, and the addresses that only the load balancer knows. */
export interface KeaConfigOptions extends Pick<
    DhcpSettings,
    | "domain"
    | "validLifetime"
    | "renewTimer"
    | "rebindTimer"
    | "declineProbation"
    | "subnets"
    | "options"
    | "log"
    | "leaseNames"
    | "leaseDatabase"
> {
    /** Addresses of the resolvers (option 6). */
    readonly resolvers: readonly string[];
    /** Whether clients are told the resolvers in different orders. Defaults to false. */
    readonly spreadClients?: boolean;
    /** Name in the resolvers' certificates, if they also answer over TLS and HTTPS (option 162, RFC 9463). */
    readonly encryptedName?: string;
    /** The address that clients renew at (option 54). Defaults to the pod's, which changes with the pod. */
    readonly serverIdentifier?: string;
    /** Its role, if there are two servers. */
    readonly role?: Role;
}

/**
 * The configuration as an object.
 * @throws RunError if a resolver has no address: DHCP hands out addresses, not names.
 */
export function keaConfig(options: KeaConfigOptions) {
    const { resolvers, spreadClients = false, encryptedName, serverIdentifier, role, subnets } = options;
    const database = databaseOf(options);
    const hooks = hooksOf(options);
    const named = resolvers.find((resolver) => !isIPv4(resolver));
    if (named !== undefined) {
        throw runError(
            `the load balancer gave DNS the name ${named}, but DHCP can only hand out addresses; set noc:dhcp.resolvers, or use a load balancer that gives addresses`,
        );
    }
    // Option 15 is text, which clients use as it is; a final dot would be part of it.
    const domain = options.domain.replace(/\.$/, "");
    return {
        Dhcp4: {
            // Only relayed requests are served. Raw sockets would bypass the address translation of the nodes.
            "interfaces-config": { interfaces: ["*"], "dhcp-socket-type": "udp" },
            "control-sockets": [{ "socket-type": "unix", "socket-name": controlSocket }],
            "lease-database": database
                ? databaseAccess(database)
                : { type: "memfile", persist: true, name: "/data/dhcp4.leases", "lfc-interval": 3600 },
            "valid-lifetime": options.validLifetime,
            "renew-timer": options.renewTimer,
            "rebind-timer": options.rebindTimer,
            // Kea's default is a day: one client that declines every address would empty the pools for that long.
            "decline-probation-period": options.declineProbation,
            ...(spreadClients && resolvers.length > 1 && { "client-classes": resolverOrders(resolvers) }),
            // Several servers rarely choose the same address: those of one database at the same time, and two servers
            // of high availability after they have lost each other.
            ...((role || database) && { allocator: "random" }),
            ...(hooks.length > 0 && { "hooks-libraries": hooks }),
            "option-data": optionData(options.options, [
                { name: "domain-name-servers", data: resolvers.join(", ") },
                ...(encryptedName === undefined ? [] : [encryptedResolver(encryptedName, resolvers)]),
                ...(serverIdentifier && isIPv4(serverIdentifier)
                    ? [{ name: "dhcp-server-identifier", data: serverIdentifier }]
                    : []),
                { name: "domain-name", data: domain },
                { name: "domain-search", data: domain },
            ]),
            // Kea then does not lease a reserved address of a pool to another client.
            "reservations-global": false,
            "reservations-in-subnet": true,
            subnet4: subnets.map(subnet4),
            loggers: loggers(options.log, role !== undefined),
        },
    };
}

/** Database backends are hooks since Kea 3.0. */
const databaseHooks: readonly Hook[] = [{ library: "libdhcp_pgsql.so" }, leaseCounts];

function hooksOf(options: KeaConfigOptions): readonly Hook[] {
    if (options.role) {
        return redundantHooks(options.role);
    }
    return [...(databaseOf(options) ? databaseHooks : []), ...(options.leaseNames.enabled ? [leaseCommands] : [])];
}

/** Both protocols at their default ports. Kea separates parameters by blanks and reads a bare comma as the end of a field. */
const encryptedResolver = (name: string, addresses: readonly string[]) => ({
    name: "v4-dnr",
    data: `1, ${name}., ${addresses.join(" ")}, alpn=dot\\,h2 dohpath=${httpsPath}{?dns}`,
});

/** The content of kea-dhcp4.conf. A reservation takes one line, so that the file holds as many as possible. */
export function keaConfigText(config: ReturnType<typeof keaConfig>): string {
    const reservations: string[] = [];
    const text = JSON.stringify(
        config,
        (key, value: unknown) =>
            key === "reservations"
                ? (value as unknown[]).map((one) => `\0${reservations.push(JSON.stringify(one)) - 1}`)
                : value,
        1,
    );
    return text.replace(/"\\u0000(\d+)"/g, (placeholder, i) => reservations[Number(i)] ?? placeholder);
}

/**
 * What a part of Kea logs, and where. A part without an entry has the settings of the first entry, and so has every
 * setting that an entry leaves out.
 */
interface Logger {
    readonly name: string;
    readonly severity: "DEBUG" | "INFO" | "WARN" | "FATAL";
    /** How much of DEBUG, 0 to 99. Defaults to 0. */
    readonly debuglevel?: number;
    readonly "output-options"?: readonly { readonly output: string; readonly pattern: string }[];
}

function loggers(log: KeaConfigOptions["log"], redundant: boolean): Logger[] {
    const leases: Logger[] = [
        { name: "kea-dhcp4.leases", severity: "INFO" },
        // It logs when a declined address may be leased again.
        { name: "kea-dhcp4.alloc-engine", severity: "INFO" },
    ];
    const packets: Logger[] = [
        // From 45 on, Kea logs a line for each message that it receives; from 55 on, many lines.
        { name: "kea-dhcp4.packets", severity: "DEBUG", debuglevel: 45 },
        { name: "kea-dhcp4.bad-packets", severity: "DEBUG", debuglevel: 50 },
    ];
    // Kea would log an error for each packet that it cannot read or answer, and Kea waits while its output is not read.
    // With output read at 200 lines a second, 10,000 malformed packets in 11 s cost 6 of 32 renewals. Metrics count them.
    const unreadable: Logger[] = [{ name: "kea-dhcp4.packets", severity: "FATAL" }];
    return [
        {
            name: "kea-dhcp4",
            // At INFO, Kea logs each command of the exporter and of the probes.
            severity: "WARN",
            // Not JSON, because Kea does not escape quotes in messages. The message comes last, as it may contain anything.
            "output-options": [{ output: "stdout", pattern: "%d{%Y-%m-%dT%H:%M:%S.%qZ} %p %c %m%n" }],
        },
        // The servers' changes of state.
        ...(redundant ? [{ name: "kea-dhcp4.ha-hooks", severity: "INFO" } as const] : []),
        ...(log === "errors" ? [] : leases),
        ...(log === "packets" ? packets : unreadable),
    ];
}

const subnet4 = ({ id, subnet, pools, router, relays, options, reservations }: Subnet) => ({
    id,
    subnet,
    // Kea does not take a single address as a pool.
    pools: pools.map((pool) => ({ pool: formatRange(parseRange(pool)) })),
    ...(relays.length > 0 && { relay: { "ip-addresses": relays } }),
    "option-data": optionData(options, [{ name: "routers", data: router }]),
    reservations: reservations.map(reservation),
});

const reservation = ({ hwAddress, address, hostname, options }: Reservation) => ({
    "hw-address": canonicalHwAddress(hwAddress),
    "ip-address": address,
    ...(hostname && { hostname }),
    ...(options.length > 0 && { "option-data": optionData(options) }),
});
