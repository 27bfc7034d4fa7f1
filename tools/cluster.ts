/** The stack's cluster, for the commands that look at what is deployed. */
import * as k8s from "@kubernetes/client-node";
import { createServer, type Server } from "node:net";
import { Writable } from "node:stream";

import { monitoringNamespace } from "../components/lib/monitoring-spec";
import { kubeConfig } from "../config/kube-config";
import { missingContext } from "../config/kube-context";
import { type Announcement, announcementsIn } from "./announcements";

/** A cluster by the context of the user's kubeconfig. */
export class Cluster {
    public readonly config = kubeConfig(k8s.KubeConfig);
    public readonly core: k8s.CoreV1Api;
    public readonly apps: k8s.AppsV1Api;
    /** Objects of the custom resources. */
    public readonly custom: k8s.CustomObjectsApi;
    /** What metrics-server measures. */
    public readonly usage: k8s.Metrics;

    /** @throws Error where the kubeconfig has no such context. */
    constructor(context: string) {
        if (!this.config.getContextObject(context)) {
            const contexts = this.config.getContexts().map(({ name }) => name);
            throw new Error(missingContext(context, contexts));
        }
        this.config.setCurrentContext(context);
        this.core = this.config.makeApiClient(k8s.CoreV1Api);
        this.apps = this.config.makeApiClient(k8s.AppsV1Api);
        this.custom = this.config.makeApiClient(k8s.CustomObjectsApi);
        this.usage = new k8s.Metrics(this.config);
    }

    /** The running pods with these labels. */
    public async pods(namespace: string, labelSelector: string): Promise<k8s.V1Pod[]> {
        const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
        return items.filter(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === "Running");
    }

    /** The address that the load balancer gave to a Service. @throws Error if it has none. */
    public async serviceAddress(name: string, namespace: string): Promise<string> {
        const { status } = await this.core.readNamespacedService({ name, namespace });
        const address = status?.loadBalancer?.ingress?.[0]?.ip;
        if (address === undefined) {
            throw new Error(`the Service ${name} has no address; is the stack up? See npm run status`);
        }
        return address;
    }

    /** Runs a command in a container and returns what it printed. @throws Error with what it printed, where it failed. */
    public exec(pod: k8s.V1Pod, container: string, command: string[]): Promise<string> {
        const { name = "", namespace = "" } = pod.metadata ?? {};
        return new Promise((resolve, reject) => {
            const output = new Collector();
            const errors = new Collector();
            new k8s.Exec(this.config)
                .exec(namespace, name, container, command, output, errors, null, false, ({ status, message }) => {
                    if (status === "Success") {
                        resolve(output.text);
                    } else {
                        reject(
                            new Error(`${command.join(" ")}: ${message ?? ""} ${errors.text} ${output.text}`.trim()),
                        );
                    }
                })
                .catch(reject);
        });
    }

    /**
     * Listens on a port of loopback and passes what comes to the port of a pod.
     * @param port 0 for any free one.
     */
    public async forward(pod: k8s.V1Pod, podPort: number, port = 0): Promise<{ port: number; close: () => void }> {
        const { name = "", namespace = "" } = pod.metadata ?? {};
        const forward = new k8s.PortForward(this.config);
        const server: Server = createServer((socket) => {
            socket.on("error", () => socket.destroy());
            forward
                .portForward(namespace, name, [podPort], socket, null, socket)
                .catch((error: unknown) => socket.destroy(error as Error));
        });
        await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
        const address = server.address();
        return { port: typeof address === "object" && address ? address.port : port, close: () => server.close() };
    }

    /** Forwards a pod's port for as long as it is used. @param use is given the URL and the port on loopback. */
    public async whileForwarded<T>(
        pod: k8s.V1Pod,
        podPort: number,
        use: (url: string, port: number) => Promise<T>,
    ): Promise<T> {
        const { port, close } = await this.forward(pod, podPort);
        try {
            return await use(`http://127.0.0.1:${port}`, port);
        } finally {
            close();
        }
    }

    /** The same as `forward` for the first running pod in the namespace of monitoring with these labels. @throws Error where none runs. */
    public async forwardMonitoring(labelSelector: string, podPort: number, port = 0): ReturnType<Cluster["forward"]> {
        const [pod] = await this.pods(monitoringNamespace, labelSelector);
        if (!pod) {
            throw new Error(
                `no pod with ${labelSelector} runs in the namespace ${monitoringNamespace}; is the stack up? See npm run status`,
            );
        }
        return this.forward(pod, podPort, port);
    }

    /** The nodes that announce Services' addresses, as MetalLB says. */
    public async announcements(): Promise<Announcement[]> {
        const statuses: unknown = await this.custom.listCustomObjectForAllNamespaces({
            group: "metallb.io",
            version: "v1beta1",
            plural: "servicel2statuses",
        });
        return announcementsIn(statuses);
    }

    /** Sets the number of a workload's pods, and does not wait for them. */
    public async scale(
        kind: "Deployment" | "StatefulSet",
        { name, namespace }: { name: string; namespace: string },
        replicas: number,
    ): Promise<void> {
        const { metadata } = await this.apps[`readNamespaced${kind}Scale`]({ name, namespace });
        await this.apps[`replaceNamespaced${kind}Scale`]({ name, namespace, body: { metadata, spec: { replicas } } });
    }
}

/** Requests a URL behind a forwarded port. Such a connection can stall without an error, so it has ten seconds. */
export const fetchForwarded = (url: string, options: RequestInit = {}): Promise<Response> =>
    fetch(url, { ...options, signal: AbortSignal.timeout(10_000) });

/** Whether a pod or a node is ready. */
export const isReady = ({ status }: Pick<k8s.V1Pod, "status"> | Pick<k8s.V1Node, "status">): boolean =>
    (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

/** A stream that keeps what is written to it as text. */
class Collector extends Writable {
    public text = "";

    public override _write(chunk: Buffer, _encoding: string, done: () => void): void {
        this.text += chunk.toString("utf8");
        done();
    }
}
