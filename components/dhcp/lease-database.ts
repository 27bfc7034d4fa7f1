/**
 * Leases in a PostgreSQL database, which several servers share. docs/dhcp-lease-database.md has the measurements.
 * Manual: https://kea.readthedocs.io/en/kea-3.0.3/arm/dhcp4-srv.html#lease-storage
 */
import type { DhcpSettings, LeaseDatabase } from "./settings";

/** The database that has the leases; undefined if they are on the volume. */
export const databaseOf = ({ leaseDatabase }: Pick<DhcpSettings, "leaseDatabase">): LeaseDatabase | undefined =>
    leaseDatabase?.enabled ? leaseDatabase : undefined;

/** The servers: a single one, two that have each other's leases, or one or more with the leases in a database. */
export type Mode = "single" | "highAvailability" | "database";

/** The servers that the settings ask for. */
export const modeOf = (settings: Pick<DhcpSettings, "leaseDatabase" | "highAvailability">): Mode =>
    settings.highAvailability.enabled ? "highAvailability" : databaseOf(settings) ? "database" : "single";

/** Whether several servers behind one address have the leases in a database. */
export const isShared = (settings: Pick<DhcpSettings, "leaseDatabase">): boolean =>
    (databaseOf(settings)?.servers ?? 1) > 1;

/**
 * Where Kea finds the leases. The password and the mode of TLS are not here but in environment variables of libpq:
 * https://www.postgresql.org/docs/17/libpq-envars.html. Kea's own settings know no check of the server's name.
 */
export const databaseAccess = ({ host, port, name, user }: LeaseDatabase) => ({
    type: "postgresql",
    host,
    port,
    name,
    user,
    // In seconds.
    "connect-timeout": 5,
    "tcp-user-timeout": 5,
    // Kea answers no client while it has no connection, and tries again every second, without end.
    "retry-on-startup": true,
    "on-fail": "stop-retry-exit",
    "max-reconnect-tries": 2 ** 31 - 1,
    "reconnect-wait-time": 1000,
});

/** The variables of libpq that are not secret. The chart adds the password, and mounts the certificate. */
export const databaseVariables = ({ host, port, name, user, tls }: LeaseDatabase): Record<string, string> => ({
    PGHOST: host,
    PGPORT: `${port}`,
    PGDATABASE: name,
    PGUSER: user,
    ...(tls === "off" ? { PGSSLMODE: "disable" } : { PGSSLMODE: tls, PGSSLROOTCERT: "/database/ca.crt" }),
    PGCONNECT_TIMEOUT: "5",
    // Kea writes the end of a lease in its own time zone, and PostgreSQL reads it in the connection's.
    PGTZ: "UTC",
});
