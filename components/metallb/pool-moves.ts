/** Moves addresses from one IPAddressPool to another, which MetalLB's webhook allows only step by step. */
import * as pulumi from "@pulumi/pulumi";

import { formatRange, intersections, parseRange } from "../../config/addresses";
import { labels } from "../lib/pods";
import type { PoolManifest } from "./pools";

/** The IPAddressPools in the cluster that this program created. */
export interface PoolStore {
    list(): Promise<Pick<PoolManifest, "name" | "addresses">[]>;
    create(pool: PoolManifest): Promise<void>;
    setAddresses(name: string, addresses: readonly string[]): Promise<void>;
    remove(name: string): Promise<void>;
}

const poolLabels = labels("metallb");

/** The pool as the API has it. */
export function poolObject({ name, ...spec }: PoolManifest, namespace: string) {
    return {
        apiVersion: "metallb.io/v1beta1",
        kind: "IPAddressPool",
        metadata: {
            name,
            namespace,
            labels: poolLabels,
            // movePools changes the addresses beside the engine, which then takes them over.
            annotations: { "pulumi.com/patchForce": "true" },
        },
        spec,
    };
}

/** Whether MetalLB's webhook refused a pool because another one still has some of its addresses. */
export const isOverlapRefused = (message: string): boolean =>
    /"ipaddresspoolvalidationwebhook\.metallb\.io" denied the request: .*overlaps with already defined CIDR/s.test(
        message,
    );

/**
 * Gives the pools that exist the addresses that are wanted, in an order in which no two of them overlap at any time:
 * first every pool gives up the addresses that it is to lose, then each gets those that it is to gain. Pools that do not
 * exist yet are left to the engine, which creates them.
 */
export async function movePools(wanted: readonly PoolManifest[], store: PoolStore): Promise<void> {
    const byName = new Map(wanted.map((pool) => [pool.name, pool]));
    const existing = await store.list();
    const emptied = new Set<string>();
    for (const { name, addresses } of existing) {
        const target = byName.get(name)?.addresses ?? [];
        const kept = intersections(addresses.map(parseRange), target.map(parseRange));
        if (kept.length > 0) {
            await store.setAddresses(name, kept.map(formatRange));
        } else {
            // A pool without addresses is invalid.
            await store.remove(name);
            emptied.add(name);
        }
    }
    for (const { name } of existing) {
        const pool = byName.get(name);
        if (pool) {
            await (emptied.has(name) ? store.create(pool) : store.setAddresses(name, pool.addresses));
        }
    }
}

/**
 * Lets addresses change their pool. When an address is pinned, released or reserved, one pool shrinks and another grows
 * in the same `up`. The webhook compares each with the others as they still are and refuses the one that grows; where
 * two pools exchange addresses, it refuses both. After such a refusal all pools are moved at once, and the operation is
 * repeated. An overlap with a pool that somebody else created is refused again, and that error stands.
 */
export function movePoolsOnRefusal(
    wanted: readonly PoolManifest[],
    { namespace, kubeContext, owner }: { namespace: string; kubeContext: string; owner: string },
    store: PoolStore = clusterPools(namespace, kubeContext),
): pulumi.ErrorHook {
    let moved: Promise<void> | undefined;
    const repeated = new Set<string>();
    return new pulumi.ErrorHook(`pool-overlap-${owner}`, async ({ urn, errors }) => {
        if (!isOverlapRefused(errors[0] ?? "") || repeated.has(urn)) {
            return false;
        }
        repeated.add(urn);
        // Pools are updated side by side, and each of them may be refused.
        moved ??= movePools(wanted, store);
        try {
            await moved;
        } catch (error) {
            await pulumi.log.warn(`moving addresses between MetalLB's pools failed: ${String(error)}`);
            return false;
        }
        return true;
    });
}

const crd = { group: "metallb.io", version: "v1beta1", plural: "ipaddresspools" };

/** Reads and changes the pools with the user's kubeconfig. */
function clusterPools(namespace: string, kubeContext: string): PoolStore {
    const connect = async () => {
        const { CustomObjectsApi, KubeConfig } = await import("@kubernetes/client-node");
        const config = new KubeConfig();
        config.loadFromDefault();
        config.setCurrentContext(kubeContext);
        return config.makeApiClient(CustomObjectsApi);
    };
    const pools = { ...crd, namespace };
    const labelSelector = Object.entries(poolLabels)
        .map((pair) => pair.join("="))
        .join();
    return {
        list: async () => {
            const list = (await (await connect()).listNamespacedCustomObject({ ...pools, labelSelector })) as {
                items: { metadata: { name: string }; spec: { addresses: string[] } }[];
            };
            return list.items.map(({ metadata, spec }) => ({ name: metadata.name, addresses: spec.addresses }));
        },
        create: async (pool) => {
            await (await connect()).createNamespacedCustomObject({ ...pools, body: poolObject(pool, namespace) });
        },
        setAddresses: async (name, value) => {
            const body = [{ op: "replace", path: "/spec/addresses", value }];
            await (await connect()).patchNamespacedCustomObject({ ...pools, name, body });
        },
        remove: async (name) => {
            await (await connect()).deleteNamespacedCustomObject({ ...pools, name });
        },
    };
}
