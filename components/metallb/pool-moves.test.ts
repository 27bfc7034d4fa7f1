import { expect } from "chai";
import fc from "fast-check";

import { overlap, parseRange } from "../../config/addresses";
import { stackRun } from "../../tests/support";
import { isOverlapRefused, movePools, movePoolsOnRefusal, type PoolStore } from "./pool-moves";
import { type PoolManifest, poolManifests } from "./pools";

const refusal =
    'admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: CIDR "10.0.0.10/32" in pool "lan-fixed" overlaps with already defined CIDR "10.0.0.10/32"';

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
    before(() => stackRun("poc")); // an ErrorHook registers itself with the engine

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
            // What the engine does: it updates or creates every pool, and removes the others in the end.
            const refused = () =>
                after.filter(({ name, addresses }) => {
                    try {
                        set(name, addresses);
                        return false;
                    } catch {
                        return true;
                    }
                });
            if (refused().length > 0) {
                await movePools(after, store);
                expect(refused()).to.deep.equal([]);
            }
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

    const operation = (urn: string, message = refusal) => ({ urn, errors: [message] }) as never;
    const place = { namespace: "metallb-system", kubeContext: "lab" };

    it("happens once for all pools that are refused, and repeats each of them once", async () => {
        let lists = 0;
        const { store } = cluster(poolManifests([lan()]));
        const counted = { ...store, list: () => (lists++, store.list()) };
        const wanted = poolManifests([lan()], { fixed: [last(10)] });
        const hook = movePoolsOnRefusal(wanted, { ...place, owner: "a" }, counted);
        expect(
            await Promise.all([hook.callback(operation("lan")), hook.callback(operation("lan-fixed"))]),
        ).to.deep.equal([true, true]);
        expect(await hook.callback(operation("lan"))).to.equal(false);
        expect(lists).to.equal(1);
    });

    it("leaves every other error alone", async () => {
        expect(isOverlapRefused(refusal)).to.equal(true);
        expect(isOverlapRefused('admission webhook "x.example.org" denied the request: overlaps')).to.equal(false);
        const list = () => expect.fail("it listed the pools");
        const hook = movePoolsOnRefusal([], { ...place, owner: "b" }, { ...cluster([]).store, list });
        expect(await hook.callback(operation("lan", "the server could not find the requested resource"))).to.equal(
            false,
        );
    });

    it("lets the webhook's error stand if the pools cannot be moved", async () => {
        const list = () => Promise.reject(new Error("forbidden"));
        const hook = movePoolsOnRefusal([], { ...place, owner: "c" }, { ...cluster([]).store, list });
        expect(await hook.callback(operation("lan"))).to.equal(false);
    });
});
