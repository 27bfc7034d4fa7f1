/**
 * The Kubernetes client and its API for core objects, for dynamic resources. The engine stores their functions in the
 * state as text, so that this one uses neither the program's own reading of the kubeconfig nor `import()`, which
 * TypeScript turns into a call of a helper that the text lacks.
 * @param kubeContext a context of the user's kubeconfig.
 */
export function storedClient(kubeContext: string) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const client = require("@kubernetes/client-node") as typeof import("@kubernetes/client-node");
    const config = new client.KubeConfig();
    config.loadFromDefault();
    config.setCurrentContext(kubeContext);
    return { client, core: config.makeApiClient(client.CoreV1Api) };
}
