import { connection } from "../../config/kube-config";

/**
 * Clients of the API server, for hooks that look at the cluster while the engine deploys. Loaded only when a hook needs
 * them, as that takes a second.
 * @param context a context of the user's kubeconfig.
 */
export async function kubeClients(context: string) {
    const { client, config } = await connection(context);
    return {
        apps: config.makeApiClient(client.AppsV1Api),
        core: config.makeApiClient(client.CoreV1Api),
        custom: config.makeApiClient(client.CustomObjectsApi),
        storage: config.makeApiClient(client.StorageV1Api),
    };
}
