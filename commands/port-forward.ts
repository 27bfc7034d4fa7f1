import { Cluster } from "../tools/cluster";
import { environment } from "../config/environment";
import { kubeContext, stackSettings } from "../tools/stack-config";

/** Grafana on http://localhost:3000, or https where it has a certificate. */
export async function grafana(): Promise<void> {
    const { grafanaTlsSecret } = stackSettings(environment.stack).monitoring;
    await forward("app.kubernetes.io/name=grafana", 3000, 3000, grafanaTlsSecret ? "https" : "http");
    console.log("log in as admin with: pulumi stack output grafanaPassword --show-secrets");
}

/** Prometheus on http://localhost:9090. */
export async function prometheus(): Promise<void> {
    await forward("app.kubernetes.io/name=prometheus", 9090, 9090);
}

async function forward(selector: string, podPort: number, port: number, scheme = "http"): Promise<void> {
    await new Cluster(kubeContext(environment.stack)).forwardMonitoring(selector, podPort, port);
    console.log(`${scheme}://localhost:${port}; end with Ctrl-C`);
}
