/** A proxy in front of the resolver's pods, such as dnsdist. */

/** Queries per second that come from probes and health checks. */
export interface OwnQueries {
    /** At each pod. */
    readonly perPod: number;
    /** At all addresses together. */
    readonly together: number;
}

/** A proxy that tells the resolver its clients' addresses by the PROXY protocol, version 2. */
export interface Front {
    /** Labels of its pods, in the resolver's namespace. A network policy lets only them connect to `frontPort`. */
    readonly pods: Readonly<Record<string, string>>;
    /** Queries that it sends on its own, which no client asked for. */
    readonly queries: OwnQueries;
}

/** The resolver's port for a proxy, over UDP and TCP: every packet or connection begins with the client's address. */
export const frontPort = 1054;

/** Lines of the `server:` clause. Access list and rate limit go by the address of the client, not by that of the proxy. */
export const frontLines: readonly string[] = [
    `interface: 0.0.0.0@${frontPort}`,
    `proxy-protocol-port: ${frontPort}`,
    "# The proxy's health checks come from its own address, which access-control need not list.",
    `interface-action: 0.0.0.0@${frontPort} refuse_non_local`,
];
