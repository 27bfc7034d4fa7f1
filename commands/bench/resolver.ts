/** The deployed resolver, as the benchmarks and drills change it. */
import { setTimeout as sleep } from "node:timers/promises";

import { configFolder } from "../../components/dns/unbound-config";
import type { Site } from "../../components/lib/site";
import { Cluster, isReady } from "../../tools/cluster";

const name = "unbound";
const control = ["/usr/sbin/unbound-control", "-c", `${configFolder}/unbound.conf`];
/** How long pods may take to start or stop, in milliseconds. */
const patience = 120_000;

export class Resolver {
    private constructor(
        private readonly cluster: Cluster,
        private readonly namespace: string,
        /** The load balancer's address. */
        public readonly address: string,
    ) {}

    /** @throws Error if the resolver has no address. */
    public static async connect({
        kubeContext,
        namespace,
    }: Pick<Site, "kubeContext" | "namespace">): Promise<Resolver> {
        const cluster = new Cluster(kubeContext);
        return new Resolver(cluster, namespace, await cluster.serviceAddress(name, namespace));
    }

    public async replicas(): Promise<number> {
        const { spec } = await this.cluster.apps.readNamespacedDeployment({ name, namespace: this.namespace });
        return spec?.replicas ?? 1;
    }

    /** Sets the number of pods, and waits until so many are ready and no others run. */
    public async scale(replicas: number): Promise<void> {
        await this.cluster.scale("Deployment", { name, namespace: this.namespace }, replicas);
        const deadline = Date.now() + patience;
        for (;;) {
            const { items } = await this.cluster.core.listNamespacedPod({
                namespace: this.namespace,
                labelSelector: `app=${name}`,
            });
            const ready = items.filter((pod) => !pod.metadata?.deletionTimestamp && isReady(pod));
            if (items.length === replicas && ready.length === replicas) {
                // The announcing node and kube-proxy follow within a second.
                await sleep(2000);
                return;
            }
            if (Date.now() > deadline) {
                throw new Error(`${ready.length} of ${replicas} pods of ${name} are ready after ${patience / 1000} s`);
            }
            await sleep(500);
        }
    }

    /** Sets the limit of queries per second for one client in the running pods. 0: no limit. */
    public limitClients(limit: number): Promise<void> {
        return this.inPods([...control, "set_option", "ip-ratelimit:", String(limit)]);
    }

    /** Empties the memory of the pods and the shared cache. */
    public async flush(): Promise<void> {
        await this.flushMemory();
        for (const pod of await this.cluster.pods(this.namespace, "app=redis")) {
            await this.cluster.exec(pod, "redis", ["redis-cli", "--user", "operator", "flushdb"]);
        }
    }

    /** Empties the memory of the pods. The shared cache keeps what they looked up. */
    public flushMemory(): Promise<void> {
        return this.inPods([...control, "flush_zone", "."]);
    }

    /** What was measured, for a report. */
    public async conditions(): Promise<Record<string, string>> {
        const { spec } = await this.cluster.apps.readNamespacedDeployment({ name, namespace: this.namespace });
        const container = spec?.template.spec?.containers.find((one) => one.name === name);
        const { items } = await this.cluster.core.listNode();
        return {
            cluster: `${items.length} nodes, Kubernetes ${items[0]?.status?.nodeInfo?.kubeletVersion ?? "unknown"}`,
            image: container?.image?.split("@")[0] ?? "unknown",
            "limits of a pod": Object.entries(container?.resources?.limits ?? {})
                .map(([resource, limit]) => `${resource} ${limit}`)
                .join(", "),
        };
    }

    private async inPods(command: string[]): Promise<void> {
        await Promise.all(
            (await this.cluster.pods(this.namespace, `app=${name}`)).map((pod) =>
                this.cluster.exec(pod, name, command),
            ),
        );
    }
}
