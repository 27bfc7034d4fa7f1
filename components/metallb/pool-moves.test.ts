import { expect } from "chai";
import fc from "fast-check";

import { overlap, parseRange } from "../../config/addresses";
import { stackRun } from "../../tests/support";
import { movePools, movePoolsFirst, type PoolStore } from "./pool-moves";
import { type PoolManifest, poolManifests } from "./pools";

/** The cluster's pools behind MetalLB's webhook, which refuses pools that overlap or have no address. */
function cluster(pools: readonly PoolManifest[]) {
    const live = new Map(pools.map((pool) => [pool.name, pool.addresses]));
    const set = (name: string, addresses: readonly string[]) => {
        const others = [...live].flatMap(([other, ranges]) => (other === name ? [] : ranges)).map(parseRange);
        const clash = addresses.find((range) => others.some((other) => overlap(parseRange(range), other)));
        if (clash !== undefined || addresses.length === 0) {
            throw new Error(`denied: ${name} with ${addresses.join()}`);
        }
        live.set(name, [...addresses]);
    };
    const store: PoolStore = {
        list: () => Promise.resolve([...live].map(([name, addresses]) => ({ name, addresses }))),
        create: ({ name, addresses }) => Promise.resolve().then(() => set(name, addresses)),
        setAddresses: (name, addresses) => Promise.resolve().then(() => set(name, addresses)),
        remove: (name) => Promise.resolve().then(() => void live.delete(name)),
    };
    return { live, set, store };
}

const lan = (reserved: string[] = [], name = "lan") => ({ name, addresses: ["10.0.0.10-10.0.0.20"], reserved });
const last = (n: number) => `10.0.0.${n}`;

describe("moving addresses between MetalLB's pools", () => {
    for (const [change, before, after] of [
        ["pinning an address", poolManifests([lan()]), poolManifests([lan()], { fixed: [last(10)] })],
        [
            "pinning one more",
            poolManifests([lan()], { fixed: [last(11)] }),
            poolManifests([lan()], { fixed: [last(10), last(11)] }),
        ],
        [
            "pinning another",
            poolManifests([lan()], { fixed: [last(10)] }),
            poolManifests([lan()], { fixed: [last(11)] }),
        ],
        ["releasing the only one", poolManifests([lan()], { fixed: [last(10)] }), poolManifests([lan()])],
        ["reserving a fixed one", poolManifests([lan()], { fixed: [last(10)] }), poolManifests([lan([last(10)])])],
        [
            "exchanging a reserved and a fixed one",
            poolManifests([lan([last(11)])], { fixed: [last(10)] }),
            poolManifests([lan([last(10)])], { fixed: [last(11)] }),
        ],
        [
            "renaming a pool",
            poolManifests([lan()], { fixed: [last(10)] }),
            poolManifests([lan([], "venue")], { fixed: [last(10)] }),
        ],
    ] as const) {
        it(`passes the webhook: ${change}`, async () => {
            const { live, set, store } = cluster(before);
            await movePools(after, store);
            // What the engine does then: it updates or creates each pool, and removes the others in the end.
            after.forEach(({ name, addresses }) => set(name, addresses));
            for (const { name, addresses } of after) {
                expect(live.get(name)).to.deep.equal(addresses);
            }
        });
    }

    it("is refused at no step, whatever pools there were before", async () => {
        const some = fc.uniqueArray(fc.integer({ min: 10, max: 20 })).map((list) => list.map(last));
        const state = fc.tuple(some, some, fc.constantFrom("lan", "venue")).map(([fixed, reserved, name]) =>
            poolManifests(
                [
                    lan(
                        reserved.filter((address) => !fixed.includes(address)),
                        name,
                    ),
                ],
                { fixed },
            ),
        );
        await fc.assert(
            fc.asyncProperty(state, state, async (before, after) => {
                const { live, set, store } = cluster(before);
                await movePools(after, store);
                after.forEach(({ name, addresses }) => set(name, addresses));
                expect([...live.keys()].sort()).to.deep.equal(after.map(({ name }) => name).sort());
            }),
        );
    });

    it("is needed: the webhook refuses what the engine does alone", () => {
        const { set } = cluster(poolManifests([lan()], { fixed: [last(10)] }));
        for (const { name, addresses } of poolManifests([lan()], { fixed: [last(11)] })) {
            expect(() => set(name, addresses)).to.throw("denied");
        }
    });

    it("happens once, before any pool is created or updated", async () => {
        const run = await stackRun("homelab");
        for (const pool of run.resources.filter(({ type }) => type.endsWith(":IPAddressPool"))) {
            expect(pool.hooks, pool.name).to.deep.include({
                beforeCreate: ["move-pools-metallb"],
                beforeUpdate: ["move-pools-metallb"],
            });
        }
        let lists = 0;
        const { store } = cluster(poolManifests([lan()]));
        const counted = { ...store, list: () => (lists++, store.list()) };
        const place = { namespace: "metallb-system", kubeContext: "lab", owner: "test" };
        const hook = movePoolsFirst(poolManifests([lan()], { fixed: [last(10)] }), place, counted);
        await Promise.all([hook.callback({} as never), hook.callback({} as never)]);
        expect(lists).to.equal(1);
    });

    it("changes nothing if no address moves", async () => {
        const { store } = cluster(poolManifests([lan()], { fixed: [last(10)] }));
        const fail = () => expect.fail("it changed a pool");
        await movePools(poolManifests([lan()], { fixed: [last(10)] }), {
            list: () => store.list(),
            create: fail,
            setAddresses: fail,
            remove: fail,
        });
    });

    it("fails with the webhook's message if a pool of somebody else is in the way", async () => {
        const { store, set } = cluster(poolManifests([lan()]));
        set("other", ["10.0.0.30"]);
        const listed = { ...store, list: async () => (await store.list()).filter(({ name }) => name !== "other") };
        const wider = poolManifests([{ ...lan(), addresses: ["10.0.0.10-10.0.0.40"] }]);
        const failure = await movePools(wider, listed).catch((error: unknown) => String(error));
        expect(failure).to.include("denied: lan");
    });
});
