/** The limit of queries for one client, which all queries of this machine are. */
import type { Undo } from "../bench/restore";
import { changeField } from "../drill/change";
import type { Stack } from "../drill/stack";

/**
 * Switches the limit off in the running resolvers and in the file that new ones read, so that it stays off when they are
 * rolled. Returns what restores it.
 * @throws Error if the Deployment has no ConfigMap.
 */
export async function liftClientLimit({ cluster, namespace, resolver, settings }: Stack): Promise<Undo> {
    const { spec } = await cluster.apps.readNamespacedDeployment({ name: "unbound", namespace });
    const name = (spec?.template.spec?.volumes ?? [])
        .flatMap(({ projected }) => projected?.sources ?? [])
        .flatMap(({ configMap }) => configMap?.name ?? [])[0];
    if (name === undefined) {
        throw new Error("the Deployment unbound has no ConfigMap; deploy the stack with this version: npm run up");
    }
    const file = { kind: "ConfigMap", name, namespace } as const;
    const restoreFile = await changeField(cluster, file, "/data/unbound.conf", (text) => withoutLimit(String(text)));
    await resolver.limitClients(0);
    return async () => {
        await restoreFile();
        await resolver.limitClients(settings.dns.clientQueryLimit);
    };
}

/** Unbound's configuration without the limit for one client. */
export const withoutLimit = (config: string): string => config.replace(/^( *ip-ratelimit:) .*$/m, "$1 0");
