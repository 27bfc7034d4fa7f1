/** Kea's configuration, as an object that is its JSON. Manual: https://kea.readthedocs.io/en/kea-2.5.8/arm/dhcp4-srv.html */
import { isIPv4 } from "node:net";

import { runError } from "../../config/run-error";
import type { DhcpSettings, Reservation, Subnet } from "./settings";

/** The folder of the control socket, in a volume that the exporter shares. */
export const runFolder = "/run/kea";
export const controlSocket = `${runFolder}/kea-dhcp4-ctrl.sock`;

/** The settings that Kea's configuration depends on, and what only the load balancer knows. */
export interface KeaConfigOptions extends Pick<
    DhcpSettings,
    "domain" | "validLifetime" | "renewTimer" | "rebindTimer" | "subnets" | "options" | "log"
> {
    /** Addresses of the resolvers (option 6). */
    readonly resolvers: readonly string[];
    /** The address that clients renew at (option 54). Defaults to the pod's, which is lost with the pod. */
    readonly serverIdentifier?: string;
}

/**
 * Renders kea-dhcp4.conf.
 * @throws RunError where a resolver has no address: DHCP hands out addresses, not names.
 */
export function keaConfig(options: KeaConfigOptions) {
    const { resolvers, serverIdentifier, domain, validLifetime, renewTimer, rebindTimer, subnets } = options;
    const named = resolvers.find((resolver) => !isIPv4(resolver));
    if (named !== undefined) {
        throw runError(
            `the load balancer gave DNS the name ${named}, but DHCP can only hand out addresses; set noc:dhcp.resolvers and noc:dns.enabled to false, or use a load balancer that gives addresses`,
        );
    }
    return {
        Dhcp4: {
            // Relayed requests only, which are plain UDP: raw sockets would pass the node's address translation by.
            "interfaces-config": { interfaces: ["*"], "dhcp-socket-type": "udp" },
            "control-socket": { "socket-type": "unix", "socket-name": controlSocket },
            "lease-database": { type: "memfile", persist: true, name: "/data/dhcp4.leases", "lfc-interval": 3600 },
            "valid-lifetime": validLifetime,
            "renew-timer": renewTimer,
            "rebind-timer": rebindTimer,
            "option-data": [
                { name: "domain-name-servers", data: resolvers.join(", ") },
                ...(serverIdentifier && isIPv4(serverIdentifier)
                    ? [{ name: "dhcp-server-identifier", data: serverIdentifier }]
                    : []),
                { name: "domain-name", data: domain },
                { name: "domain-search", data: domain },
                ...options.options,
            ],
            // An address reserved in a pool is then never leased to somebody else.
            "reservations-global": false,
            "reservations-in-subnet": true,
            subnet4: subnets.map(subnet4),
            loggers: loggers(options.log),
        },
    };
}

/** What a part of Kea logs and where to. Whoever has no entry, or none of these, has the first entry's. */
interface Logger {
    readonly name: string;
    readonly severity: "DEBUG" | "INFO" | "WARN";
    /** How much of DEBUG, 0 to 99. Defaults to 0. */
    readonly debuglevel?: number;
    readonly output_options?: readonly { readonly output: string; readonly pattern: string }[];
}

function loggers(log: KeaConfigOptions["log"]): Logger[] {
    const leases: Logger[] = [
        { name: "kea-dhcp4.leases", severity: "INFO" },
        // It tells when an address that was declined may be leased again.
        { name: "kea-dhcp4.alloc-engine", severity: "INFO" },
    ];
    const packets: Logger[] = [
        // From 45 on what comes in has its line, from 55 on that is many lines.
        { name: "kea-dhcp4.packets", severity: "DEBUG", debuglevel: 45 },
        { name: "kea-dhcp4.bad-packets", severity: "DEBUG", debuglevel: 50 },
    ];
    return [
        {
            name: "kea-dhcp4",
            // INFO is a line for each command of the exporter and the probes, and for each query of a client.
            severity: "WARN",
            // Not JSON: a message may hold quotes, and Kea does not escape them. It stands last, where anything may follow.
            output_options: [{ output: "stdout", pattern: "%d{%Y-%m-%dT%H:%M:%S.%qZ} %p %c %m%n" }],
        },
        ...(log === "errors" ? [] : leases),
        ...(log === "packets" ? packets : []),
    ];
}

const subnet4 = ({ id, subnet, pools, router, options, reservations }: Subnet) => ({
    id,
    subnet,
    pools: pools.map((pool) => ({ pool })),
    "option-data": [{ name: "routers", data: router }, ...options],
    reservations: reservations.map(reservation),
});

const reservation = ({ hwAddress, address, hostname, options }: Reservation) => ({
    "hw-address": hwAddress.toLowerCase(),
    "ip-address": address,
    ...(hostname && { hostname }),
    ...(options.length > 0 && { "option-data": options }),
});
