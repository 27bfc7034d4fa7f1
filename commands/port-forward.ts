import { Cluster } from "./cluster";
import { kubeContext } from "./deploy";
import { pulumi } from "./pulumi";

/** Grafana on http://localhost:3000. */
export async function grafana(): Promise<void> {
    const cli = await pulumi();
    const password = cli.read(["stack", "output", "grafanaPassword", "--show-secrets"]).trim();
    await forward(kubeContext(cli), "app.kubernetes.io/name=grafana", 3000, 3000, ` (admin, ${password})`);
}

/** Prometheus on http://localhost:9090. */
export async function prometheus(): Promise<void> {
    await forward(kubeContext(await pulumi()), "app.kubernetes.io/name=prometheus", 9090, 9090);
}

async function forward(context: string, selector: string, podPort: number, port: number, note = ""): Promise<void> {
    const cluster = new Cluster(context);
    const [pod] = await cluster.pods("monitoring", selector);
    if (!pod) {
        throw new Error(
            `no pod with ${selector} runs in the namespace monitoring; is the stack up? npm run status tells`,
        );
    }
    await cluster.forward(pod, podPort, port);
    console.log(`http://localhost:${port}${note}; end with Ctrl-C`);
}
