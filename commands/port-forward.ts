import { Cluster } from "./cluster";
import { environment } from "./environment";
import { kubeContext } from "./stack-config";

/** Grafana on http://localhost:3000. */
export async function grafana(): Promise<void> {
    await forward("app.kubernetes.io/name=grafana", 3000, 3000);
    console.log("log in as admin with: pulumi stack output grafanaPassword --show-secrets");
}

/** Prometheus on http://localhost:9090. */
export async function prometheus(): Promise<void> {
    await forward("app.kubernetes.io/name=prometheus", 9090, 9090);
}

async function forward(selector: string, podPort: number, port: number): Promise<void> {
    const cluster = new Cluster(kubeContext(environment.stack));
    const [pod] = await cluster.pods("monitoring", selector);
    if (!pod) {
        throw new Error(
            `no pod with ${selector} runs in the namespace monitoring; is the stack up? npm run status tells`,
        );
    }
    await cluster.forward(pod, podPort, port);
    console.log(`http://localhost:${port}; end with Ctrl-C`);
}
