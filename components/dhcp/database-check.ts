/** Says why the chart's Job that prepares the lease database has failed: Helm says only that it has. */
import type { CheckJob, CheckResult } from "./config-check";
import type { LeaseDatabase } from "./settings";
import { schemaJob } from "./values";

/** What PostgreSQL and its client say, and what is to be done about it. The first one that fits. */
const causes: readonly [RegExp, (settings: LeaseDatabase) => string][] = [
    [
        /password authentication failed|role ".*" does not exist/,
        ({ user }) =>
            `noc:dhcp.leaseDatabase.password is not that of noc:dhcp.leaseDatabase.user = "${user}"; correct one of them`,
    ],
    [
        /database ".*" does not exist/,
        ({ name, user }) =>
            `noc:dhcp.leaseDatabase.name = "${name}" is not a database of the server; create it with the owner ${user}`,
    ],
    [
        /could not translate host name/,
        ({ host }) => `noc:dhcp.leaseDatabase.host = "${host}" is not known to the cluster's DNS; correct it`,
    ],
    [
        /certificate|SSL/,
        ({ tls, host }) =>
            `noc:dhcp.leaseDatabase.tls = "${tls}" does not fit the server; it needs a certificate for "${host}" that noc:dhcp.leaseDatabase.ca has signed`,
    ],
    [
        /no pg_hba\.conf entry/,
        ({ user }) =>
            `noc:dhcp.leaseDatabase.user = "${user}" is not let in by the server; let it in from the cluster's pods or nodes (pg_hba.conf)`,
    ],
    [
        /connection to server .* failed/,
        ({ host, port }) =>
            `noc:dhcp.leaseDatabase.host = "${host}" is not reached on port ${port}; correct it, or let the cluster's pods and nodes reach it`,
    ],
    [
        /Expected empty database/,
        ({ name }) => `noc:dhcp.leaseDatabase.name = "${name}" has tables of others; name an empty database`,
    ],
    [
        /permission denied|must be owner/,
        ({ user, name }) =>
            `noc:dhcp.leaseDatabase.user = "${user}" may not create tables; make it the owner of the database "${name}"`,
    ],
];

/** The Job of a server's release, and what the user is told if it fails. */
export const databaseCheck = (server: string, namespace: string, settings: LeaseDatabase): CheckJob => ({
    job: schemaJob(server),
    explain: (result) => databaseRefusal(schemaJob(server), namespace, settings, result),
});

/** What the user is told. */
export function databaseRefusal(
    job: string,
    namespace: string,
    settings: LeaseDatabase,
    { message = "", waiting }: CheckResult = {},
): string {
    const unchanged = "the servers that were deployed before, if any, go on unchanged";
    const lines = message.split("\n").reverse();
    // The Job tries several times. What kea-admin itself says of an error is less than what PostgreSQL says.
    const reason =
        lines.find((line) => /^psql.*(error|ERROR|FATAL)/.test(line)) ?? lines.find((line) => line.includes("ERROR"));
    if (reason === undefined) {
        const details = waiting ? `its pod does not start: ${waiting}` : `see kubectl -n ${namespace} logs job/${job}`;
        return `The lease database could not be prepared, so that nothing is deployed; ${unchanged}; ${details}`;
    }
    const [, remedy] = causes.find(([cause]) => cause.test(message)) ?? [];
    return `The lease database refuses, so that nothing is deployed; ${unchanged}. ${remedy?.(settings) ?? "Correct noc:dhcp.leaseDatabase"}:\n${reason.trim()}`;
}
