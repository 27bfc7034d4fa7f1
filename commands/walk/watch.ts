/** Watches the stack's pods, and queries its resolver, while something is changed. */
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { Resolver } from "node:dns/promises";

import { isReady } from "../../tools/cluster";

/** What was seen. Workloads are `NAMESPACE/NAME`. */
export interface Observation {
    /** Workloads that existed all the time, and whose pods were replaced or restarted. */
    readonly restarted: readonly string[];
    /** The longest time, in seconds, that all pods of a workload were not ready, where that was at least a second. */
    readonly down: Readonly<Record<string, number>>;
    /** Queries to the resolver, and how many of them got no answer within two seconds. */
    readonly queries: number;
    readonly lost: number;
}

/** Time between two looks at the pods, in milliseconds. */
const lookPeriod = 1000;
/** Time between two queries, in milliseconds. */
const queryPeriod = 200;
/** A query without an answer after this time is lost, in milliseconds. */
const queryTimeout = 2000;

/** The state of one workload's pods. */
interface Workload {
    readonly pods: ReadonlySet<string>;
    readonly restarts: number;
    readonly ready: boolean;
}

/** The pods of workloads; those of Jobs are left out. */
export function workloadsOf(pods: readonly V1Pod[]): Map<string, Workload> {
    const workloads = new Map<string, Workload>();
    for (const { metadata, status } of pods) {
        const [owner] = metadata?.ownerReferences ?? [];
        if (owner && owner.kind !== "Job" && !metadata?.deletionTimestamp) {
            // A Deployment's pods belong to a ReplicaSet, whose name has a hash at the end.
            const name = owner.kind === "ReplicaSet" ? owner.name.replace(/-[^-]+$/, "") : owner.name;
            const key = `${metadata?.namespace ?? ""}/${name}`;
            const known = workloads.get(key);
            const restarts = (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
            workloads.set(key, {
                pods: new Set([...(known?.pods ?? []), metadata?.uid ?? ""]),
                restarts: (known?.restarts ?? 0) + restarts,
                ready: Boolean(known?.ready) || isReady({ status }),
            });
        }
    }
    return workloads;
}

/** The workloads whose pods are others than before, or were restarted. A workload with fewer or more pods is not one. */
export function restartedWorkloads(
    before: ReadonlyMap<string, Workload>,
    after: ReadonlyMap<string, Workload>,
): string[] {
    return [...before]
        .filter(([name, { pods, restarts }]) => {
            const now = after.get(name);
            const added = [...(now?.pods ?? [])].some((uid) => !pods.has(uid));
            const removed = [...pods].some((uid) => !now?.pods.has(uid));
            return now !== undefined && ((added && removed) || (!removed && now.restarts > restarts));
        })
        .map(([name]) => name)
        .sort();
}

/** What is watched. */
export interface Watched {
    readonly namespaces: readonly string[];
    /** Address of the resolver. Without one, nothing is queried. */
    readonly resolver?: string;
}

/** Watches while the work runs. */
export async function watch(
    core: CoreV1Api,
    { namespaces, resolver }: Watched,
    work: () => Promise<void>,
): Promise<Observation> {
    const look = async () => {
        const { items } = await core.listPodForAllNamespaces();
        return workloadsOf(items.filter(({ metadata }) => namespaces.includes(metadata?.namespace ?? "")));
    };
    const before = await look();
    const since = new Map<string, number>();
    const down: Record<string, number> = {};
    const looking = setInterval(() => {
        look()
            .then((now) => {
                for (const [name, { ready }] of before) {
                    if (!ready || now.get(name)?.ready) {
                        since.delete(name);
                        continue;
                    }
                    const began = since.get(name) ?? Date.now();
                    since.set(name, began);
                    down[name] = Math.max(down[name] ?? 0, Math.round((Date.now() - began) / 1000));
                }
            })
            // The next look finds out the same.
            .catch(() => undefined);
    }, lookPeriod);
    const answers: Promise<boolean>[] = [];
    const querying = resolver ? setInterval(() => answers.push(isAnswered(resolver)), queryPeriod) : undefined;
    try {
        await work();
    } finally {
        clearInterval(looking);
        clearInterval(querying);
    }
    const after = await look();
    const answered = await Promise.all(answers);
    return {
        restarted: restartedWorkloads(before, after),
        down: Object.fromEntries(Object.entries(down).filter(([name, time]) => time > 0 && after.has(name))),
        queries: answered.length,
        lost: answered.filter((ok) => !ok).length,
    };
}

/** Whether the resolver answers one query over UDP, whatever the answer is. Each query leaves from a port of its own. */
async function isAnswered(server: string): Promise<boolean> {
    const resolver = new Resolver({ timeout: queryTimeout, tries: 1 });
    resolver.setServers([server]);
    try {
        // The resolver itself answers for home.arpa (RFC 8375).
        await resolver.resolve4("walk.home.arpa");
        return true;
    } catch (error) {
        return !["ETIMEOUT", "ECONNREFUSED"].includes((error as NodeJS.ErrnoException).code ?? "");
    }
}
