/** The user's kubeconfig. */
import type { KubeConfig } from "@kubernetes/client-node";
import { existsSync, statSync } from "node:fs";

import { environment } from "./environment";
import { runError } from "./run-error";

/**
 * Reads the files that $KUBECONFIG names, or ~/.kube/config, as kubectl does: files that are missing are left out, and
 * of two entries with one name, the first counts. Without any file, there is no context.
 * @param Config the class of the Kubernetes client.
 * @throws RunError naming the file that cannot be read.
 */
export function kubeConfig(
    Config: new () => KubeConfig,
    files: readonly string[] = environment.kubeconfigFiles,
): KubeConfig {
    const all = files
        .filter((file) => existsSync(file) && statSync(file).size > 0)
        .map((file) => {
            const config = new Config();
            try {
                config.loadFromFile(file);
            } catch (error) {
                const [reason = ""] = (error as Error).message.split("\n");
                throw runError(`${file} is not a kubeconfig: ${reason}; correct it, or set $KUBECONFIG`);
            }
            return config;
        });
    const config = new Config();
    config.loadFromOptions({
        clusters: firsts(all.flatMap(({ clusters }) => clusters)),
        users: firsts(all.flatMap(({ users }) => users)),
        contexts: firsts(all.flatMap(({ contexts }) => contexts)),
        currentContext: all.find(({ currentContext }) => currentContext)?.currentContext,
    });
    return config;
}

function firsts<T extends { readonly name: string }>(entries: readonly T[]): T[] {
    return entries.filter(({ name }, i) => entries.findIndex((other) => other.name === name) === i);
}

/** The Kubernetes client, and a context of the user's kubeconfig for it to connect to. */
export interface Connection {
    readonly client: typeof import("@kubernetes/client-node");
    readonly config: KubeConfig;
}

/** Loads the Kubernetes client, which takes a second, and the kubeconfig with the given context as the current one. */
export async function connection(context: string): Promise<Connection> {
    const client = await import("@kubernetes/client-node");
    const config = kubeConfig(client.KubeConfig);
    config.setCurrentContext(context);
    return { client, config };
}
