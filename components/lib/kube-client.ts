/**
 * Clients of the API server, for hooks that look at the cluster while the engine deploys. Loaded only when a hook needs
 * them, as that takes a second.
 * @param context a context of the user's kubeconfig.
 * @throws Error if the kubeconfig has no such context.
 */
export async function kubeClients(context: string) {
    const { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromDefault();
    config.setCurrentContext(context);
    return {
        apps: config.makeApiClient(AppsV1Api),
        core: config.makeApiClient(CoreV1Api),
        custom: config.makeApiClient(CustomObjectsApi),
    };
}
