import { expect } from "chai";
import fc from "fast-check";

import { formatAddress, parseRange } from "../../config/addresses";
import { openPools, poolManifests } from "./pools";

const addressesOf = (ranges: readonly string[]) =>
    ranges
        .map(parseRange)
        .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => formatAddress(first + i)))
        .sort();

describe("MetalLB's pools", () => {
    const pool = { name: "venue", addresses: ["10.0.0.10-10.0.0.20"], reserved: [] as string[] };

    it("give the stack's fixed addresses to its namespaces only", () => {
        const fixed = ["10.0.0.10", "10.0.0.12", "10.9.9.9"];
        expect(poolManifests([pool], { fixed, namespaces: ["noc"] })).to.deep.equal([
            { name: "venue", addresses: ["10.0.0.11-10.0.0.11", "10.0.0.13-10.0.0.20"], autoAssign: true },
            {
                name: "venue-fixed",
                addresses: ["10.0.0.10-10.0.0.10", "10.0.0.12-10.0.0.12"],
                autoAssign: false,
                serviceAllocation: { namespaces: ["noc"] },
            },
        ]);
    });

    it("give reserved addresses to any Service that asks for them", () => {
        expect(
            poolManifests([{ ...pool, reserved: ["10.0.0.20"] }], { fixed: ["10.0.0.10"], namespaces: ["noc"] }).at(-1),
        ).to.deep.equal({ name: "venue-reserved", addresses: ["10.0.0.20-10.0.0.20"], autoAssign: false });
    });

    it("are not split if no address is fixed or reserved", () => {
        expect(poolManifests([pool])).to.deep.equal([
            { name: "venue", addresses: ["10.0.0.10-10.0.0.20"], autoAssign: true },
        ]);
    });

    it("leave out a pool without addresses, which MetalLB refuses", () => {
        const one = { ...pool, addresses: ["10.0.0.10"] };
        expect(poolManifests([one], { fixed: ["10.0.0.10"] }).map(({ name }) => name)).to.deep.equal(["venue-fixed"]);
    });

    it("do not choose addresses that end in .0 or .255", () => {
        const avoids = (range: string) => poolManifests([{ ...pool, addresses: [range] }])[0]?.avoidBuggyIPs;
        for (const range of [
            "10.0.0.0/24",
            "10.0.0.0-10.0.0.9",
            "10.0.0.250-10.0.0.255",
            "10.0.0.9-10.0.1.9",
            "10.0.1.0",
        ]) {
            expect(avoids(range), range).to.equal(true);
        }
        for (const range of ["10.0.0.1-10.0.0.254", "10.0.0.128-10.0.0.200", "10.0.0.1"]) {
            expect(avoids(range), range).to.equal(undefined);
        }
    });

    it("together have exactly the addresses of the settings", () => {
        const some = fc.uniqueArray(fc.integer({ min: 10, max: 20 })).map((parts) => parts.map((n) => `10.0.0.${n}`));
        fc.assert(
            fc.property(some, some, (fixed, others) => {
                const reserved = others.filter((address) => !fixed.includes(address));
                const manifests = poolManifests([{ ...pool, reserved }], { fixed });
                expect(addressesOf(manifests.flatMap(({ addresses }) => addresses))).to.deep.equal(
                    addressesOf(pool.addresses),
                );
            }),
        );
    });

    it("are counted as full only where any Service may get an address", () => {
        const pattern = new RegExp(`^(?:${/"(.+)"/.exec(openPools)?.[1] ?? ""})$`);
        expect(["venue", "venue-fixed", "venue-reserved"].map((name) => pattern.test(name))).to.deep.equal([
            false,
            true,
            true,
        ]);
    });
});
