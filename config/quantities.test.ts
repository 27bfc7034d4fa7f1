import { expect } from "chai";

import { bytes, cpu, parseQuantity } from "./quantities";

const problemOf = (schema: ReturnType<typeof bytes>, text: string) => schema.safeParse(text).error?.issues[0]?.message;

describe("a Kubernetes quantity", () => {
    for (const [text, value] of [
        ["100m", 0.1],
        ["1.5Gi", 1.5 * 2 ** 30],
        [".5Gi", 2 ** 29],
        ["1.G", 1e9],
        ["1e3", 1000],
        ["1E-1", 0.1],
        ["1E", 1e18],
        ["1Pi", 2 ** 50],
    ] as const) {
        it(`may be ${text}`, () => expect(parseQuantity(text)).to.be.closeTo(value, value * 1e-9));
    }

    for (const text of ["", "0", "-1", "1mi", "1MB", "1 Gi", "1,5Gi", "0x10", "1e", "Infinity", "1Gi\n"]) {
        it(`is not ${JSON.stringify(text)}`, () => expect(() => parseQuantity(text)).to.throw("is not a Kubernetes"));
    }

    it("of bytes has limits and no fractions", () => {
        const size = bytes("1Mi", "1Gi", "512Mi");
        for (const text of ["1Mi", "1e9", "1Gi"]) {
            expect(problemOf(size, text), text).to.equal(undefined);
        }
        for (const [text, problem] of [
            ["0", "is too little; set it to 1Mi or more"],
            ["1e-3", "is too little; set it to 1Mi or more"],
            ["9999999Ti", "is too much; set it to 1Gi or less"],
            ["500m", "is a fraction of a byte: m means a thousandth; write it like 512Mi"],
            ["512MB", "is not a size in bytes; write it like 512Mi or 100Gi"],
        ] as const) {
            expect(problemOf(size, text), text).to.equal(problem);
        }
    });

    it("of CPU has limits and no unit of memory", () => {
        const cores = cpu("100m", "64");
        for (const text of ["100m", "0.1", "1e-1", "2", "64"]) {
            expect(problemOf(cores, text), text).to.equal(undefined);
        }
        for (const [text, problem] of [
            ["99m", "is too little; set it to 100m or more"],
            ["1k", "has a unit of memory; write it like 500m or 2"],
            ["65", "is too much; set it to 64 or less"],
            ["two", "is not an amount of CPU; write it like 500m or 2"],
        ] as const) {
            expect(problemOf(cores, text), text).to.equal(problem);
        }
    });
});
