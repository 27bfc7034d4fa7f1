import { expect } from "chai";
import fc from "fast-check";

import { formatRange, parseRange } from "../../config/addresses";
import { metadataOf, resource, stackRun } from "../../tests/support";
import { poolManifests } from "./pools";

describe("MetalLB's pools", () => {
    const pool = { name: "venue", addresses: ["10.0.0.10-10.0.0.20"], reserved: [] as string[] };

    it("keep the addresses that Services of ours ask for from all others", () => {
        expect(poolManifests([pool], ["10.0.0.10", "10.0.0.12"])).to.deep.equal([
            { name: "venue", addresses: ["10.0.0.11-10.0.0.11", "10.0.0.13-10.0.0.20"], autoAssign: true },
            { name: "venue-fixed", addresses: ["10.0.0.10-10.0.0.10", "10.0.0.12-10.0.0.12"], autoAssign: false },
        ]);
    });

    it("keep what is reserved from all that do not ask for it", () => {
        const [free, fixed] = poolManifests([{ ...pool, reserved: ["10.0.0.20"] }], []);
        expect(free?.addresses).to.deep.equal(["10.0.0.10-10.0.0.19"]);
        expect(fixed).to.deep.equal({ name: "venue-fixed", addresses: ["10.0.0.20-10.0.0.20"], autoAssign: false });
    });

    it("stay whole where nothing is kept", () => {
        expect(poolManifests([pool], [])).to.deep.equal([
            { name: "venue", addresses: ["10.0.0.10-10.0.0.20"], autoAssign: true },
        ]);
    });

    it("need no pool for others where all is kept", () => {
        expect(poolManifests([{ ...pool, addresses: ["10.0.0.10"] }], ["10.0.0.10"])).to.deep.equal([
            { name: "venue-fixed", addresses: ["10.0.0.10-10.0.0.10"], autoAssign: false },
        ]);
    });

    it("neither lose nor repeat an address", () => {
        const kept = fc.uniqueArray(fc.integer({ min: 10, max: 20 })).map((parts) => parts.map((n) => `10.0.0.${n}`));
        fc.assert(
            fc.property(kept, (fixed) => {
                const all = poolManifests([pool], fixed).flatMap(({ addresses }) =>
                    addresses.flatMap((range) => [...parseRange(range)].map(String)),
                );
                expect(all.sort()).to.deep.equal(
                    [...parseRange(formatRange(parseRange("10.0.0.10-10.0.0.20")))].map(String).sort(),
                );
            }),
        );
    });
});

describe("MetalLB", () => {
    it("runs in layer 2 without FRR, in a namespace that allows it", async () => {
        const run = await stackRun("poc");
        const { values, version, atomic } = resource(run, "metallb", "Release").inputs as {
            values: Record<string, Record<string, unknown>>;
            version: string;
            atomic: boolean;
        };
        expect(values.speaker?.frr).to.deep.equal({ enabled: false });
        expect(version).to.equal("0.14.9");
        expect(atomic).to.equal(true);
        expect(metadataOf(resource(run, "metallb-system")).labels).to.have.property(
            "pod-security.kubernetes.io/enforce",
            "privileged",
        );
    });

    it("serves the stack's load-balancer class", async () => {
        const { values } = resource(await stackRun("poc"), "metallb", "Release").inputs as {
            values: { loadBalancerClass: string };
        };
        expect(values.loadBalancerClass).to.equal("metallb.io/metallb");
    });

    it("advertises every pool", async () => {
        const run = await stackRun("homelab");
        const advertisement = resource(run, "l2-advertisement").inputs as { spec: { ipAddressPools: string[] } };
        expect(advertisement.spec.ipAddressPools).to.deep.equal(["default-pool", "default-pool-fixed"]);
        expect(resource(run, "default-pool").inputs).to.have.deep.property("spec", {
            addresses: ["192.168.122.104-192.168.122.150"],
            autoAssign: true,
        });
        expect(resource(run, "default-pool-fixed").inputs).to.have.deep.property("spec", {
            addresses: [
                "192.168.122.100-192.168.122.100",
                "192.168.122.101-192.168.122.101",
                "192.168.122.102-192.168.122.102",
                "192.168.122.103-192.168.122.103",
            ],
            autoAssign: false,
        });
    });
});
