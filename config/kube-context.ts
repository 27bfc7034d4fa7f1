/** The context of the user's kubeconfig that a stack is deployed to. */
import { connection, kubeConfig } from "./kube-config";
import { runError } from "./run-error";

/** @throws RunError naming the contexts there are, if the kubeconfig has no such context. */
export async function requireContext(context: string): Promise<void> {
    const contexts = await contextNames();
    if (!contexts.includes(context)) {
        throw runError(missingContext(context, contexts));
    }
}

/** Says that the context is missing, which ones there are, and the three ways on. */
export function missingContext(context: string, contexts: readonly string[]): string {
    const others =
        contexts.length > 0
            ? `there are: ${contexts.join(", ")}`
            : "there is none, as neither $KUBECONFIG nor ~/.kube/config names a file with contexts";
    return [
        `no context "${context}" in the kubeconfig; ${others}. There are three ways on:`,
        `  - start the cluster that the stack names, which adds the context "${context}"`,
        "  - deploy to another cluster: pulumi config set --path noc:site.kubeContext NAME",
        "  - deploy to a throw-away cluster on this machine: npm run sandbox",
    ].join("\n");
}

/** Longest wait for the API server in a preview, in milliseconds. */
const previewPatience = 3000;

/**
 * The identity of the context's cluster: the UID of its namespace kube-system.
 * @throws RunError if the context is missing or its API server does not answer.
 */
export async function clusterIdentity(context: string): Promise<string> {
    await requireContext(context);
    const { client, config } = await connection(context);
    try {
        const core = config.makeApiClient(client.CoreV1Api);
        const { metadata } = await core.readNamespace({ name: "kube-system" });
        return metadata?.uid ?? "";
    } catch (error) {
        const reason = (error as Error).message.split("\n")[0] ?? "";
        throw runError(
            `the API server of the context "${context}" does not answer: ${reason}; start the cluster, or name another context: pulumi config set --path noc:site.kubeContext NAME`,
        );
    }
}

/** The same for a preview, which does without a cluster: undefined if it does not answer within three seconds. */
export async function clusterIdentityIfKnown(context: string): Promise<string | undefined> {
    // Loaded beforehand, so that the time is the API server's alone.
    await import("@kubernetes/client-node");
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, previewPatience, undefined).unref());
    return Promise.race([late, clusterIdentity(context).catch(() => undefined)]);
}

async function contextNames(): Promise<string[]> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    return kubeConfig(KubeConfig).contexts.map(({ name }) => name);
}
