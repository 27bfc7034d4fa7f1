import type { KubeConfig } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

import { runError } from "./run-error";

/**
 * Makes sure that the context exists before anything is touched. A preview does without, as it needs no cluster, and
 * so does a run without an engine, which touches nothing.
 * @throws RunError listing the contexts there are.
 */
export async function requireKubeContext(context: string): Promise<void> {
    if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()) {
        return;
    }
    await requireExistingContext(context);
}

/** @throws RunError listing the contexts there are, where the kubeconfig has no such context. */
export async function requireExistingContext(context: string): Promise<void> {
    const contexts = await kubeContexts();
    if (!contexts.includes(context)) {
        throw runError(missingContext(context, contexts));
    }
}

/** The names of the contexts in the user's kubeconfig: $KUBECONFIG's files or ~/.kube/config. */
async function kubeContexts(): Promise<string[]> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    return realContexts(loadKubeConfig(new KubeConfig()));
}

/** Loads the user's kubeconfig. A file of $KUBECONFIG that is not there counts as empty, as it does for kubectl. */
export function loadKubeConfig(config: KubeConfig): KubeConfig {
    try {
        config.loadFromDefault();
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
            throw error;
        }
        config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: "" });
    }
    return config;
}

/** The kubeconfig's contexts without the one that the client makes up for http://localhost:8080 where there is no file. */
export const realContexts = (config: Pick<KubeConfig, "getContexts" | "getCluster">): string[] =>
    config
        .getContexts()
        .filter(
            ({ name, cluster }) =>
                name !== "loaded-context" || config.getCluster(cluster)?.server !== "http://localhost:8080",
        )
        .map(({ name }) => name);

/** Says that the context is not there, which ones are, and the three ways on. */
export function missingContext(context: string, contexts: readonly string[]): string {
    const there = contexts.length > 0 ? `there are: ${contexts.join(", ")}` : "there are none (see $KUBECONFIG)";
    return [
        `no context "${context}" in the kubeconfig; ${there}. There are three ways on:`,
        `  - start the cluster that the stack names, which adds the context "${context}"`,
        "  - deploy to another cluster: pulumi config set --path noc:site.kubeContext NAME",
        "  - deploy to a throw-away cluster on this machine: npm run sandbox",
    ].join("\n");
}
