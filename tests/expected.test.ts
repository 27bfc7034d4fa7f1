import { expect } from "chai";

import { dump, expectedDump, stacks } from "../commands/expected";
import { stackRun } from "./support";

describe("the expected dump", () => {
    for (const stack of stacks) {
        it(`of ${stack} is what the program registers; after a change: npm run expected, and read the difference`, async () => {
            expect(dump(await stackRun(stack))).to.equal(expectedDump(stack));
        });
    }
});
