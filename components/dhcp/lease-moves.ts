/**
 * Leases move between the volume and the database when the first server starts. A change with which they would be lost, or
 * with which another server would meanwhile give leases elsewhere, is refused.
 */
import type * as pulumi from "@pulumi/pulumi";

import type { DeployedStatefulSet } from "../lib/claim-template";
import { kubeClients } from "../lib/kube-client";
import { refuseUpdate } from "../lib/refuse-update";
import { databaseOf } from "./lease-database";
import type { DhcpSettings, LeaseDatabase } from "./settings";
import { furtherServers, servers } from "./values";

/** Which database it is. */
type Database = Pick<LeaseDatabase, "host" | "port" | "name">;

/** The servers that run. */
export interface DeployedLeases {
    /** The database that has the leases. Left out if they are on the volume. */
    readonly database?: Database;
    /** The StatefulSets beside the first one that have pods. */
    readonly others: readonly string[];
}

const stop = `kubectl -n NAMESPACE scale statefulset ${servers.primary} --replicas=0`;

/** What is wrong with the settings, given the servers that run. */
export function leaseMoveProblem(
    settings: Pick<DhcpSettings, "leaseDatabase">,
    { database: deployed, others }: DeployedLeases,
    namespace: string,
): string | undefined {
    const key = "noc:dhcp.leaseDatabase";
    const wanted = databaseOf(settings);
    const giveUp = `or, to give up the leases, stop the server first: ${stop.replace("NAMESPACE", namespace)}`;
    if (deployed && !settings.leaseDatabase) {
        return `${key} is missing, and the leases are in the database ${text(deployed)}; set it with enabled = false, so that they are fetched, ${giveUp}`;
    }
    const other = settings.leaseDatabase;
    if (deployed && other && text(deployed) !== text(other)) {
        return `${key} names the database ${text(other)}, and the leases are in ${text(deployed)}; before the change, run npm run up with ${key}.enabled = false, ${giveUp}`;
    }
    if ((wanted === undefined) === (deployed === undefined) || others.length === 0) {
        return undefined;
    }
    const remedy = others.includes(furtherServers)
        ? `${key}.servers = 1`
        : "noc:dhcp.highAvailability.enabled = false, after you have stopped the second server (docs/dhcp-high-availability.md)";
    return `${key}.enabled = ${wanted !== undefined} moves the leases, and ${others.join(" and ")} would give others meanwhile; run npm run up with ${remedy} first`;
}

const text = ({ host, port, name }: Database) => `${name} of ${host}:${port}`;

/** Refuses the update of the first server's release, in the preview already. */
export function refuseLeaseLoss(
    settings: Pick<DhcpSettings, "leaseDatabase">,
    server: DeployedStatefulSet,
    read: (server: DeployedStatefulSet) => Promise<DeployedLeases | undefined> = readDeployed,
): pulumi.ResourceHook {
    return refuseUpdate(
        `kea-leases-${server.namespace}-${server.name}`,
        () => read(server),
        (deployed) => deployed && leaseMoveProblem(settings, deployed, server.namespace),
    );
}

/** @returns undefined if the first server was stopped. */
async function readDeployed({
    name,
    namespace,
    kubeContext,
}: DeployedStatefulSet): Promise<DeployedLeases | undefined> {
    const { apps, core } = await kubeClients(kubeContext);
    const { items } = await apps.listNamespacedStatefulSet({ namespace });
    const running = items.filter(({ spec }) => spec?.replicas !== 0).map(({ metadata }) => metadata?.name);
    if (!running.includes(name)) {
        return undefined;
    }
    const { data = {} } = await core.readNamespacedConfigMap({ name, namespace });
    const config = JSON.parse(data["kea-dhcp4.conf"] ?? "{}") as {
        Dhcp4?: { "lease-database"?: Database & { type: string } };
    };
    const access = config.Dhcp4?.["lease-database"];
    return {
        database: access?.type === "postgresql" ? access : undefined,
        others: [servers.standby, furtherServers].filter((other) => running.includes(other)),
    };
}
