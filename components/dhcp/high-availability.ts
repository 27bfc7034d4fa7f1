/**
 * Two servers as hot standby: the primary answers the clients and passes each lease to the standby before it confirms it
 * to the client. The standby answers while the primary is gone. docs/dhcp-high-availability.md has the measurements.
 * Manual: https://kea.readthedocs.io/en/kea-3.0.3/arm/hooks.html#libdhcp-ha-so-high-availability-outage-resilience-for-kea-servers
 */
import { ports, type Role, servers } from "./values";

/** A part of Kea that it loads. */
export interface Hook {
    readonly library: string;
    readonly parameters?: { readonly "high-availability": readonly ReturnType<typeof relationship>[] };
}

/** Kea's commands on leases. The servers exchange their leases with them, and host names are looked up with them. */
export const leaseCommands: Hook = { library: "libdhcp_lease_cmds.so" };

/** Kea's command that counts the leases. A server's own counters miss those that another server has given. */
export const leaseCounts: Hook = { library: "libdhcp_stat_cmds.so" };

/** What makes Kea one of the two servers. */
export const redundantHooks = (own: Role): Hook[] => [
    leaseCounts,
    leaseCommands,
    { library: "libdhcp_ha.so", parameters: { "high-availability": [relationship(own)] } },
];

const relationship = (own: Role) => ({
    "this-server-name": servers[own],
    mode: "hot-standby",
    // In milliseconds. A client that repeats itself is to be answered within 3 s, whatever happens to a server.
    "heartbeat-delay": 500,
    // Less than a heartbeat's delay and the second after which kea-peer breaks a connection, so that the first heartbeat to
    // a lost node decides. With as much, the second one does at times, two seconds later.
    "max-response-delay": 1200,
    // With more, the standby would wait until so many clients have asked in vain.
    "max-unacked-clients": 0,
    // The port takes the commands of the other server only, and none that changes the configuration.
    "restrict-commands": true,
    peers: (["primary", "standby"] as const).map((role) => ({
        name: servers[role],
        role,
        // Kea takes addresses only. The chart's container kea-peer forwards the second one to the other server.
        url: role === own ? `http://0.0.0.0:${ports.peer}/` : `http://127.0.0.1:${ports.toPeer}/`,
        "auto-failover": true,
    })),
});
