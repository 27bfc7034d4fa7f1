import { expect } from "chai";
import fc from "fast-check";

import {
    contains,
    formatAddress,
    formatRange,
    overlap,
    parseAddress,
    parseRange,
    parseSubnet,
    subnetsOf,
    without,
} from "./addresses";

const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join(".");
const addresses = fc.integer({ min: 0, max: 0xffffffff });
const bounds = fc.tuple(addresses, addresses).map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
/** Ranges close enough together to meet. */
const nearBounds = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
    .map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const range = ([a, b]: [number, number]) => parseRange(`${dotted(a)}-${dotted(b)}`);

describe("addresses", () => {
    it("reads what it writes", () => {
        fc.assert(fc.property(bounds, (b) => formatRange(parseRange(formatRange(range(b)))) === formatRange(range(b))));
    });

    it("refuses a range that ends before it begins", () => {
        fc.assert(
            fc.property(bounds, ([a, b]) => {
                fc.pre(a < b);
                expect(() => parseRange(`${dotted(b)}-${dotted(a)}`)).to.throw(`write ${dotted(a)}-${dotted(b)}`);
            }),
        );
    });

    it("finds an overlap exactly where two ranges share an address", () => {
        fc.assert(
            fc.property(nearBounds, nearBounds, (a, b) => {
                const shared = Math.max(a[0], b[0]) <= Math.min(a[1], b[1]);
                expect(overlap(range(a), range(b))).to.equal(shared);
                expect(overlap(range(b), range(a))).to.equal(shared);
            }),
        );
    });

    it("contains exactly the ranges that neither begin before nor end after", () => {
        fc.assert(
            fc.property(nearBounds, nearBounds, (a, b) => {
                expect(contains(range(a), range(b))).to.equal(a[0] <= b[0] && b[1] <= a[1]);
            }),
        );
    });

    it("leaves exactly the addresses that no hole covers, in ranges that do not touch", () => {
        fc.assert(
            fc.property(nearBounds, fc.array(nearBounds, { maxLength: 5 }), (whole, holes) => {
                const rest = without(range(whole), holes.map(range));
                const left = rest.flatMap(({ first, last }) =>
                    Array.from({ length: last - first + 1 }, (_, i) => dotted(first + i)),
                );
                const expected = Array.from({ length: whole[1] - whole[0] + 1 }, (_, i) => whole[0] + i)
                    .filter((n) => !holes.some(([a, b]) => a <= n && n <= b))
                    .map(dotted);
                expect(left).to.deep.equal(expected);
            }),
        );
    });

    it("is made up of as few subnets as possible, which cover exactly it", () => {
        expect(subnetsOf(parseRange("192.168.122.100-192.168.122.150"))).to.deep.equal([
            "192.168.122.100/30",
            "192.168.122.104/29",
            "192.168.122.112/28",
            "192.168.122.128/28",
            "192.168.122.144/30",
            "192.168.122.148/31",
            "192.168.122.150/32",
        ]);
        expect(subnetsOf(parseRange("10.0.0.0/8"))).to.deep.equal(["10.0.0.0/8"]);
        expect(subnetsOf(parseRange("0.0.0.0-255.255.255.255"))).to.deep.equal(["0.0.0.0/0"]);
        fc.assert(
            fc.property(nearBounds, (whole) => {
                const parts = subnetsOf(range(whole)).map(parseSubnet);
                expect(parts.at(0)?.first).to.equal(range(whole).first);
                expect(parts.at(-1)?.last).to.equal(range(whole).last);
                parts.slice(1).forEach(({ first }, i) => expect(first).to.equal((parts[i]?.last ?? 0) + 1));
            }),
        );
    });

    it("reads a subnet by its first address alone", () => {
        fc.assert(
            fc.property(addresses, fc.integer({ min: 1, max: 32 }), (n, prefix) => {
                const first = prefix === 32 ? n : (n & ~(0xffffffff >>> prefix)) >>> 0;
                expect(formatAddress(parseSubnet(`${dotted(first)}/${prefix}`).first)).to.equal(dotted(first));
                if (first !== n) {
                    expect(() => parseSubnet(`${dotted(n)}/${prefix}`)).to.throw(`write ${dotted(first)}/${prefix}`);
                }
            }),
        );
    });

    for (const text of ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0"]) {
        it(`refuses the subnet "${text}"`, () => {
            expect(() => parseSubnet(text)).to.throw("is not an IPv4 subnet");
        });
    }

    for (const text of ["", "192.168.1", "192.168.1.256", "192.168.01.1", "::1", "printer"]) {
        it(`refuses the address "${text}"`, () => {
            expect(() => parseAddress(text)).to.throw("is not an IPv4 address");
        });
    }
});
