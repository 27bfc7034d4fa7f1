/** The deployed stack, as the drills break and repair it. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { app as kea, askKea, podLabels as keaLabels, servers as keaServers } from "../../components/dhcp/values";
import { nodeNamespace } from "../../components/dns/node-path";
import { selectorOf } from "../../components/lib/pods";
import { deployedNamespaces, type Settings } from "../../components/settings";
import { Cluster } from "../../tools/cluster";
import { Resolver } from "../bench/resolver";
import type { Undo } from "../bench/restore";
import { changeField, type ObjectReference } from "./change";
import { isEnding, type Workload, workloadsOf } from "./workloads";

/** How long the stack may take to be whole again, in milliseconds. */
const patience = 180_000;
const metallbNamespace = "metallb-system";

/** Selects the pod of the DHCP server that answers the clients. */
export const primaryKea = selectorOf(keaLabels(keaServers.primary));

/** What the command line says. */
export interface DrillOptions {
    /** Command that cuts a node's power, with `NODE` in place of its name. */
    readonly nodeDown?: string;
    /** Command that brings it back. */
    readonly nodeUp?: string;
    /** An address of this machine that the clients do not use. */
    readonly floodFrom?: string;
    /** How often `up` is killed. */
    readonly kills: number;
    /** Folder with the version of this project that the stack is upgraded to. */
    readonly upgrade?: string;
}

export class Stack {
    private readonly undos: Undo[] = [];

    private constructor(
        public readonly settings: Settings,
        public readonly options: DrillOptions,
        public readonly cluster: Cluster,
        /** The resolver behind the first address. */
        public readonly resolver: Resolver,
        /** The addresses of the DHCP servers, that of the primary first. */
        public readonly dhcpAddresses: readonly [string, ...string[]],
    ) {}

    /** @throws Error if a Service has no address. */
    public static async connect(settings: Settings, options: DrillOptions): Promise<Stack> {
        const { kubeContext, namespace } = settings.site;
        const cluster = new Cluster(kubeContext);
        const resolver = await Resolver.connect(settings.site);
        const primary = await cluster.serviceAddress(keaServers.primary, namespace);
        const standby = settings.dhcp.highAvailability.enabled
            ? [await cluster.serviceAddress(keaServers.standby, namespace)]
            : [];
        return new Stack(settings, options, cluster, resolver, [primary, ...standby]);
    }

    public get namespace(): string {
        return this.settings.site.namespace;
    }

    /** Whether there are two DHCP servers. */
    public get redundant(): boolean {
        return this.settings.dhcp.highAvailability.enabled;
    }

    public async pause(seconds: number): Promise<void> {
        await sleep(seconds * 1000);
    }

    /** Registers what undoes a change. `repair` undoes the last one first. */
    public undoLater(undo: Undo): void {
        this.undos.push(undo);
    }

    /** Undoes everything, and waits until the stack is whole. */
    public async repair(): Promise<void> {
        for (let undo = this.undos.pop(); undo; undo = this.undos.pop()) {
            await undo();
        }
        await this.settled();
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
        const all = await this.cluster.announcements();
        const found = all.find(({ service, namespace }) => service === "unbound" && namespace === this.namespace);
        if (!found?.node) {
            throw new Error("MetalLB has no ServiceL2Status of the resolver's Service; this drill needs layer 2");
        }
        return found.node;
    }

    /** The node of the first pod with these labels. @throws Error if none runs. */
    public async nodeOf(labelSelector: string): Promise<string> {
        const [pod] = await this.cluster.pods(this.namespace, labelSelector);
        if (!pod?.spec?.nodeName) {
            throw new Error(`no pod with ${labelSelector} runs in ${this.namespace}`);
        }
        return pod.spec.nodeName;
    }

    /** Waits until a pod runs. */
    public async running(name: string): Promise<void> {
        await this.until(async () => {
            const { status } = await this.cluster.core.readNamespacedPod({ name, namespace: this.namespace });
            return status?.phase === "Running" ? [] : [name];
        });
    }

    /** Runs a command in a container of every pod with these labels. Returns what each printed. */
    public async inPods(labelSelector: string, container: string, command: string[]): Promise<string[]> {
        const pods = await this.cluster.pods(this.namespace, labelSelector);
        return Promise.all(pods.map((pod) => this.cluster.exec(pod, container, command)));
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
        return this.kill("app.kubernetes.io/name=metallb,app.kubernetes.io/component=speaker", node, metallbNamespace);
    }

    /** Changes a field of an object, until `repair`. @param path a JSON pointer. */
    public async change(object: ObjectReference, path: string, value: (old: unknown) => unknown): Promise<void> {
        this.undoLater(await changeField(this.cluster, object, path, value));
    }

    /** Replaces all pods of a workload, as a change of its template does, and waits for it. */
    public async roll(workload: Omit<Workload, "whole">): Promise<void> {
        await this.change(workload, "/spec/template/metadata/annotations", (annotations) => ({
            ...(annotations as Record<string, string> | undefined),
            "kubectl.kubernetes.io/restartedAt": new Date().toISOString(),
        }));
        await this.until(async () => {
            const all = await workloadsOf(this.cluster, workload.namespace);
            const { whole } = all.find(({ kind, name }) => kind === workload.kind && name === workload.name) ?? {};
            return whole ? [] : [`${workload.namespace}/${workload.name}`];
        });
    }

    /**
     * Replaces all pods of a workload, and again with the template that it had, because a second workload must not be
     * rolled at the same time: several at once are no upgrade.
     */
    public async rollAndBack(workload: Omit<Workload, "whole">): Promise<void> {
        await this.roll(workload);
        await this.settled();
        await this.repair();
    }

    /** All workloads of the stack. */
    public async workloads(): Promise<Workload[]> {
        const namespaces = deployedNamespaces(this.settings);
        return (await Promise.all(namespaces.map((namespace) => workloadsOf(this.cluster, namespace)))).flat();
    }

    /** Cordons a node and evicts pods from it, as `kubectl drain` does. Returns when these pods are gone. */
    public async drain(node: string, labelSelector: string): Promise<void> {
        const { namespace } = this;
        await this.change({ kind: "Node", name: node }, "/spec/unschedulable", () => true);
        const { items } = await this.cluster.core.listNamespacedPod({ namespace, labelSelector });
        const evicted = items.filter(({ spec }) => spec?.nodeName === node).map(({ metadata }) => metadata ?? {});
        for (const { name = "" } of evicted) {
            const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
            await this.cluster.core.createNamespacedPodEviction({ name, namespace, body });
        }
        await this.until(async () => {
            const left = await this.cluster.core.listNamespacedPod({ namespace, labelSelector });
            const uids = new Set(evicted.map(({ uid }) => uid));
            return left.items.flatMap(({ metadata }) => (uids.has(metadata?.uid) ? [metadata?.name ?? ""] : []));
        });
    }

    /** Cuts a node's power for 30 seconds. It comes back with `repair`. */
    public async loseNode(node: string): Promise<void> {
        const { nodeDown, nodeUp } = this.options;
        this.undoLater(() => command(nodeUp, node));
        await command(nodeDown, node);
        await sleep(30_000);
    }

    /** Waits until every pod of DNS, DHCP and MetalLB is ready, in the number that is asked for. @throws Error after three minutes. */
    public async settled(): Promise<void> {
        await this.until(() => this.missing());
    }

    /** Waits until nothing is missing any more. @throws Error with what still is after three minutes. */
    private async until(missing: () => Promise<string[]>): Promise<void> {
        const deadline = Date.now() + patience;
        for (let left = await missing(); left.length > 0; left = await missing()) {
            if (Date.now() > deadline) {
                throw new Error(`not ready again after ${patience / 1000} s: ${left.join(", ")}`);
            }
            await sleep(500);
        }
    }

    /** The workloads that are not ready, and pods that still end. */
    private async missing(): Promise<string[]> {
        const { cluster, namespace } = this;
        const namespaces = [namespace, ...(this.settings.dns.path === "node" ? [nodeNamespace] : []), metallbNamespace];
        const workloads = await Promise.all(namespaces.map((one) => workloadsOf(cluster, one)));
        const pods = await cluster.core.listNamespacedPod({ namespace });
        const missing = [
            ...workloads.flat().flatMap(({ whole, name }) => (whole ? [] : [name])),
            ...pods.items.filter(isEnding).map(({ metadata }) => metadata?.name ?? ""),
        ];
        return missing.length > 0 || !this.redundant || (await this.inHotStandby()) ? missing : ["hot standby of Kea"];
    }

    /** Whether both DHCP servers have all leases. */
    private async inHotStandby(): Promise<boolean> {
        // A server that is not there yet does not answer.
        const answers = await this.inPods(primaryKea, kea, ["perl", askKea, "status-get"]).catch(() => []);
        return answers.length > 0 && answers.every(isHotStandby);
    }
}

/** Whether a server says in answer to `status-get` that it and the other one are in the state `hot-standby`. */
export function isHotStandby(answer: string): boolean {
    const { arguments: status } = JSON.parse(answer) as {
        arguments?: {
            "high-availability"?: {
                "ha-servers": { local: { state: string }; remote: { "last-state": string } };
            }[];
        };
    };
    const { local, remote } = status?.["high-availability"]?.[0]?.["ha-servers"] ?? {};
    return local?.state === "hot-standby" && remote?.["last-state"] === "hot-standby";
}

async function command(template: string | undefined, node: string): Promise<void> {
    await promisify(execFile)("sh", ["-c", (template ?? "false").replaceAll("NODE", node)]);
}
