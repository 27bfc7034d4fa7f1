import { expect } from "chai";

import { dumps, expectedDumps, stacks } from "../tools/expected";
import { stackRun } from "./support";

describe("the dump", () => {
    for (const stack of stacks) {
        it(`of ${stack} is what the program registers; after a change: npm run expected, and read the difference`, async () => {
            const [actual, expected] = [dumps(await stackRun(stack)), expectedDumps(stack)];
            expect([...actual.keys()].sort()).to.deep.equal([...expected.keys()].sort());
            for (const [owner, text] of actual) {
                expect(text, owner).to.equal(expected.get(owner));
            }
        });
    }
});
