import { expect } from "chai";

import { problems } from "./rules";
import { metallbSettings } from "./settings";

const pool = { name: "lan", addresses: ["10.0.0.10-10.0.0.20"] };

/** All that is wrong with the pools, as `KEY = VALUE REMEDY`. */
function messages(pools: unknown): string[] {
    const { data, error } = metallbSettings.safeParse({ pools });
    return data
        ? problems(data).map(({ key, value, remedy }) => `${key} = ${JSON.stringify(value)} ${remedy}`)
        : error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
}

describe("MetalLB's settings", () => {
    const bad: [string, unknown, string][] = [
        ["no pool", [], "noc:metallb.pools = [] has no pool for MetalLB; add one, or set noc:metallb.enabled to false"],
        [
            "two pools of one name",
            [pool, { ...pool, addresses: ["10.0.1.1"] }],
            'noc:metallb.pools[1].name = "lan" is also noc:metallb.pools[0].name; give each pool its own name',
        ],
        [
            "a pool with the name of another one's fixed addresses",
            [pool, { name: "lan-fixed", addresses: ["10.0.1.1"] }],
            'noc:metallb.pools[1].name = "lan-fixed" is the name that noc:metallb.pools[0] gets for some of its addresses; choose another one',
        ],
        [
            "a pool with the name of another one's reserved addresses",
            [{ name: "lan-reserved", addresses: ["10.0.1.1"] }, pool],
            'noc:metallb.pools[0].name = "lan-reserved" is the name that noc:metallb.pools[1] gets for some of its addresses; choose another one',
        ],
        [
            "a reserved address of no pool",
            [{ ...pool, reserved: ["10.0.0.21"] }],
            'noc:metallb.pools[0].reserved[0] = "10.0.0.21" is not in the pool lan; reserve one of its addresses',
        ],
        [
            "a pool without addresses",
            [{ ...pool, addresses: [] }],
            "pools.0.addresses is empty; list at least one range",
        ],
        [
            "a name that the API refuses",
            [{ ...pool, name: "LAN" }],
            "pools.0.name is not the name of an IPAddressPool; use lower-case letters, digits, inner hyphens and dots, like lan",
        ],
        [
            "a reserved range",
            [{ ...pool, reserved: ["10.0.0.11-10.0.0.12"] }],
            "pools.0.reserved.0 is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1",
        ],
    ];
    it("refuse an address that is reserved twice", () => {
        expect(messages([{ ...pool, reserved: ["10.0.0.11", "10.0.0.11"] }])).to.deep.equal([
            'noc:metallb.pools[0].reserved[1] = "10.0.0.11" is also noc:metallb.pools[0].reserved[0]; list it once',
        ]);
    });
    for (const [title, pools, message] of bad) {
        it(`refuse ${title}`, () => expect(messages(pools)).to.deep.equal([message]));
    }

    const good: [string, unknown][] = [
        [
            "several pools, with subnets and single addresses",
            [pool, { name: "b", addresses: ["10.0.1.0/24", "10.0.2.1"] }],
        ],
        ["a pool that is called fixed", [{ ...pool, name: "fixed" }]],
        ["a pool called x-fixed where none is called x", [{ ...pool, name: "lan-fixed" }]],
        ["all addresses reserved", [{ ...pool, addresses: ["10.0.0.10"], reserved: ["10.0.0.10"] }]],
    ];
    for (const [title, pools] of good) {
        it(`take ${title}`, () => expect(messages(pools)).to.deep.equal([]));
    }
});
