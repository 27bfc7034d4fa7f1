import { expect } from "chai";

import type { Result } from "../commands/doctor/check";
import { healthChecks } from "../commands/doctor/checks";
import { clusterHealth } from "../commands/status";
import { deployed, unchecked } from "./deployed";

describe("the cluster", () => {
    let results: readonly Result[];

    before(async () => {
        const { cluster, settings } = await deployed();
        results = await clusterHealth(cluster, settings);
    });

    for (const { name, looksAt } of healthChecks) {
        it(`${name}: ${looksAt}`, function () {
            const { outcome } = results.find((result) => result.name === name) ?? expect.fail("it was not checked");
            if ("skipped" in outcome) {
                unchecked(this, outcome.skipped);
            }
            const errors = outcome.findings.filter(({ severity }) => severity === "error");
            expect(errors.map(({ what, mend }) => `${what}; ${mend}`)).to.deep.equal([]);
        });
    }
});
