import { expect } from "chai";
import fc from "fast-check";

import { addressApart, announcingOrder, sharedNode } from "./announcing-node";

const nodes = ["node1", "node2", "node3"];
const address = fc.nat(254).map((last) => `192.168.122.${last}`);

describe("the node that announces an address", () => {
    // Seen on a cluster with these nodes and a pod on each: kubectl -n metallb-system get servicel2statuses
    for (const [last, node] of [
        [101, "node2"],
        [102, "node2"],
        [103, "node3"],
        [109, "node1"],
    ] as const) {
        it(`is ${node} for 192.168.122.${last}`, () => {
            expect(announcingOrder(`192.168.122.${last}`, nodes)[0]).to.equal(node);
            expect(announcingOrder(`192.168.122.${last}`, [...nodes].reverse())[0]).to.equal(node);
        });
    }

    it("is the next one in the order if the first one cannot announce it", () => {
        fc.assert(
            fc.property(address, (address) => {
                const [first, ...rest] = announcingOrder(address, nodes);
                const left = nodes.filter((node) => node !== first);
                expect(announcingOrder(address, left)).to.deep.equal(rest);
            }),
        );
    });
});

describe("two addresses", () => {
    const subsets = (size: number) =>
        nodes.flatMap((_, i) => {
            const without = nodes.filter((__, j) => j !== i);
            return size === nodes.length ? [nodes] : [without];
        });

    for (const pods of [2, 3]) {
        it(`share a node exactly if one announces both for some placement of ${pods} pods on 3 nodes`, () => {
            fc.assert(
                fc.property(address, address, (a, b) => {
                    const both = subsets(pods).some(
                        (placed) => announcingOrder(a, placed)[0] === announcingOrder(b, placed)[0],
                    );
                    expect(sharedNode([a, b], nodes, pods) !== undefined).to.equal(both);
                }),
            );
        });
    }

    it("share the only node of a cluster", () => {
        expect(sharedNode(["192.168.122.101", "192.168.122.110"], ["node1"], 2)).to.equal("node1");
    });

    it("are kept apart by the first candidate that shares no node with the others", () => {
        const candidates = ["192.168.122.102", "192.168.122.103", "192.168.122.110"];
        expect(addressApart(["192.168.122.101"], candidates, nodes, 3)).to.equal("192.168.122.103");
        // node2, node3, node1 and its opposite.
        expect(addressApart(["192.168.122.101"], candidates, nodes, 2)).to.equal("192.168.122.110");
        expect(addressApart(["192.168.122.101"], ["192.168.122.102"], nodes, 3)).to.equal(undefined);
    });
});
