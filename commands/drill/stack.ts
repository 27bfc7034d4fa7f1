/** The deployed stack, as the drills break and repair it. */
import type { V1Pod } from "@kubernetes/client-node";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import type { Settings } from "../../components/settings";
import { Cluster } from "../../tools/cluster";

const restartedAt = "kubectl.kubernetes.io/restartedAt";
/** How long the stack may take to be whole again, in milliseconds. */
const patience = 180_000;

export interface StackOptions {
    readonly settings: Settings;
    /** Command that cuts a node's power, with `NODE` in place of its name. */
    readonly nodeDown?: string;
    /** Command that brings it back. */
    readonly nodeUp?: string;
}

export class Stack {
    public readonly nodeDown?: string;
    public readonly nodeUp?: string;
    private readonly namespace: string;
    private cordoned?: string;
    private lost?: string;

    private constructor(
        { settings, nodeDown, nodeUp }: StackOptions,
        private readonly cluster: Cluster,
        public readonly dnsAddress: string,
        public readonly dhcpAddress: string,
    ) {
        this.namespace = settings.site.namespace;
        this.nodeDown = nodeDown;
        this.nodeUp = nodeUp;
    }

    /** @throws Error if a Service has no address. */
    public static async connect(options: StackOptions): Promise<Stack> {
        const { kubeContext, namespace } = options.settings.site;
        const cluster = new Cluster(kubeContext);
        const [dns, dhcp] = await Promise.all([
            cluster.serviceAddress("unbound", namespace),
            cluster.serviceAddress("kea-dhcp", namespace),
        ]);
        return new Stack(options, cluster, dns, dhcp);
    }

    public async pause(seconds: number): Promise<void> {
        await sleep(seconds * 1000);
    }

    /** Restarts of all containers of DNS and DHCP, to find those that a drill caused. */
    public async restarts(): Promise<number> {
        const { items } = await this.cluster.core.listNamespacedPod({ namespace: this.namespace });
        return items
            .flatMap(({ status }) => status?.containerStatuses ?? [])
            .reduce((sum, { restartCount }) => sum + restartCount, 0);
    }

    /** The node that answers for the resolver's address. @throws Error if MetalLB does not say. */
    public async servingNode(): Promise<string> {
        const { items } = (await this.cluster.custom.listNamespacedCustomObject({
            group: "metallb.io",
            version: "v1beta1",
            namespace: "metallb-system",
            plural: "servicel2statuses",
        })) as { items: { status?: { node?: string; serviceName?: string; serviceNamespace?: string } }[] };
        const found = items.find(
            ({ status }) => status?.serviceName === "unbound" && status.serviceNamespace === this.namespace,
        );
        if (!found?.status?.node) {
            throw new Error("MetalLB has no ServiceL2Status of the resolver's Service; this drill needs layer 2");
        }
        return found.status.node;
    }

    /** Kills pods at once. @param node only the pods there. */
    public async kill(labelSelector: string, node?: string, namespace = this.namespace): Promise<void> {
        const { items } = await this.cluster.core.listNamespacedPod({ namespace, labelSelector });
        const own = items.filter(({ spec }) => node === undefined || spec?.nodeName === node);
        await Promise.all(
            own.map(({ metadata }) =>
                this.cluster.core.deleteNamespacedPod({ name: metadata?.name ?? "", namespace, gracePeriodSeconds: 0 }),
            ),
        );
    }

    public killSpeaker(node: string): Promise<void> {
        return this.kill("app.kubernetes.io/name=metallb,app.kubernetes.io/component=speaker", node, "metallb-system");
    }

    /** Sets the number of a Deployment's pods. */
    public scale(name: string, replicas: number): Promise<void> {
        return this.cluster.scale("Deployment", { name, namespace: this.namespace }, replicas);
    }

    /** Replaces all pods of a Deployment, and waits for it. */
    public roll(name: string): Promise<void> {
        return this.annotate(name, new Date().toISOString());
    }

    /** Replaces them by pods of the Deployment as it was before `roll`. */
    public unroll(name: string): Promise<void> {
        return this.annotate(name, null);
    }

    /** Cordons a node and evicts pods from it, as `kubectl drain` does. */
    public async drain(node: string, labelSelector: string): Promise<void> {
        this.cordoned = node;
        await this.setCordon(node, true);
        const { items } = await this.cluster.core.listNamespacedPod({ namespace: this.namespace, labelSelector });
        for (const { metadata, spec } of items) {
            if (spec?.nodeName === node) {
                const { name = "", namespace = "" } = metadata ?? {};
                const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
                await this.cluster.core.createNamespacedPodEviction({ name, namespace, body });
            }
        }
        await this.settled();
    }

    public async uncordon(): Promise<void> {
        if (this.cordoned) {
            await this.setCordon(this.cordoned, false);
            this.cordoned = undefined;
        }
    }

    public async loseNode(node: string): Promise<void> {
        this.lost = node;
        await command(this.nodeDown, node);
        await sleep(30_000);
    }

    public async returnNode(): Promise<void> {
        if (this.lost) {
            await command(this.nodeUp, this.lost);
            this.lost = undefined;
        }
        await this.settled();
    }

    /** Waits until every pod of DNS and DHCP is ready, in the number that is asked for. @throws Error after three minutes. */
    public async settled(): Promise<void> {
        const deadline = Date.now() + patience;
        for (let missing = await this.missing(); missing.length > 0; missing = await this.missing()) {
            if (Date.now() > deadline) {
                throw new Error(`not ready again after ${patience / 1000} s: ${missing.join(", ")}`);
            }
            await sleep(500);
        }
    }

    /** The workloads that are not ready, and pods that still end. */
    private async missing(): Promise<string[]> {
        const { namespace } = this;
        const [deployments, sets, speakers, pods] = await Promise.all([
            this.cluster.apps.listNamespacedDeployment({ namespace }),
            this.cluster.apps.listNamespacedStatefulSet({ namespace }),
            this.cluster.apps.listNamespacedDaemonSet({ namespace: "metallb-system" }),
            this.cluster.core.listNamespacedPod({ namespace }),
        ]);
        return [
            ...[...deployments.items, ...sets.items]
                .filter(
                    ({ metadata, spec, status }) =>
                        (status?.readyReplicas ?? 0) !== spec?.replicas ||
                        status?.observedGeneration !== metadata?.generation ||
                        (status?.updatedReplicas ?? 0) !== spec?.replicas,
                )
                .map(({ metadata }) => metadata?.name ?? ""),
            ...speakers.items
                .filter(({ status }) => status?.numberReady !== status?.desiredNumberScheduled)
                .map(({ metadata }) => metadata?.name ?? ""),
            ...pods.items.filter(isEnding).map(({ metadata }) => metadata?.name ?? ""),
        ];
    }

    private async annotate(name: string, value: string | null): Promise<void> {
        const { namespace } = this;
        const { spec } = await this.cluster.apps.readNamespacedDeployment({ name, namespace });
        const annotations = { ...spec?.template.metadata?.annotations };
        if (value === null && !(restartedAt in annotations)) {
            return;
        }
        const path = "/spec/template/metadata/annotations";
        const key = `${path}/${restartedAt.replace("/", "~1")}`;
        const body = [
            ...(spec?.template.metadata?.annotations ? [] : [{ op: "add", path, value: {} }]),
            value === null ? { op: "remove", path: key } : { op: "add", path: key, value },
        ];
        await this.cluster.apps.patchNamespacedDeployment({ name, namespace, body });
        await sleep(1000);
        await this.settled();
    }

    private async setCordon(name: string, unschedulable: boolean): Promise<void> {
        const body = [{ op: "add", path: "/spec/unschedulable", value: unschedulable }];
        await this.cluster.core.patchNode({ name, body });
    }
}

const isEnding = ({ metadata, status }: V1Pod): boolean =>
    metadata?.deletionTimestamp !== undefined && status?.phase !== "Succeeded";

async function command(template: string | undefined, node: string): Promise<void> {
    await promisify(execFile)("sh", ["-c", (template ?? "false").replaceAll("NODE", node)]);
}
