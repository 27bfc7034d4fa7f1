/** Moves addresses from one IPAddressPool to another, which MetalLB's webhook allows only step by step. */
import * as pulumi from "@pulumi/pulumi";

import { formatRange, intersections, parseRange } from "../../config/addresses";
import { kubeClients } from "../lib/kube-client";
import { labels } from "../lib/pods";
import { repeatWhileWebhookStarts } from "../lib/webhook-retry";
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
        const kept = intersections(addresses.map(parseRange), target.map(parseRange)).map(formatRange);
        if (kept.join() === addresses.join()) {
            continue;
        }
        if (kept.length > 0) {
            await store.setAddresses(name, kept);
        } else {
            // A pool without addresses is invalid.
            await store.remove(name);
            emptied.add(name);
        }
    }
    for (const { name, addresses } of existing) {
        const pool = byName.get(name);
        if (pool && pool.addresses.join() !== addresses.join()) {
            await (emptied.has(name) ? store.create(pool) : store.setAddresses(name, pool.addresses));
        }
    }
}

/**
 * Lets addresses change their pool. When an address is pinned, released or reserved, one pool shrinks and another grows
 * in the same `up`. The webhook compares each with the others as they still are and refuses the one that grows; where
 * two pools exchange addresses, it refuses both. So all pools are moved before the engine changes the first of them.
 * An overlap with a pool that somebody else created stays an error.
 * @param owner name of the component. The engine requires a different name for every hook.
 */
export function movePoolsFirst(
    wanted: readonly PoolManifest[],
    { namespace, kubeContext, owner }: { namespace: string; kubeContext: string; owner: string },
    store: PoolStore = clusterPools(namespace, kubeContext),
): pulumi.ResourceHook {
    let moved: Promise<void> | undefined;
    // The engine changes the pools side by side.
    return new pulumi.ResourceHook(`move-pools-${owner}`, () => (moved ??= movePools(wanted, store)));
}

const crd = { group: "metallb.io", version: "v1beta1", plural: "ipaddresspools" };

/** Reads and changes the pools with the user's kubeconfig. */
function clusterPools(namespace: string, kubeContext: string): PoolStore {
    const connect = async () => (await kubeClients(kubeContext)).custom;
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
            const body = poolObject(pool, namespace);
            await repeatWhileWebhookStarts("metallb.io", async () =>
                (await connect()).createNamespacedCustomObject({ ...pools, body }),
            );
        },
        setAddresses: async (name, value) => {
            const body = [{ op: "replace", path: "/spec/addresses", value }];
            await repeatWhileWebhookStarts("metallb.io", async () =>
                (await connect()).patchNamespacedCustomObject({ ...pools, name, body }),
            );
        },
        remove: async (name) => {
            await (await connect()).deleteNamespacedCustomObject({ ...pools, name });
        },
    };
}
