/** Every message about a setting is the project's own, and ends with a remedy. */
import { expect } from "chai";
import fc from "fast-check";

import { checkSettings, settingsSchema } from "../components/settings";
import type { Problem } from "../config/problems";
import { fieldPaths } from "../config/schema";
import { valueAt } from "../config/setting-path";

/** A value at a path, in objects and lists that hold nothing else. */
const nested = (path: readonly PropertyKey[], value: unknown): unknown =>
    path.reduceRight<unknown>((inner, part) => (typeof part === "number" ? [inner] : { [part]: inner }), value);

/** Values that are close to valid ones, beside any others. */
const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: -1, max: 70000 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom("", " ", ".", "a", "A_b", "a..b", "10.0.0.256", "10.0.0.0/33", "1.2.3.4-1.2.3.1", "https://", "5x"),
    fc.constantFrom(null, [], {}, [null], [""], [{}], { name: "a" }, { secure: 5 }, 0, -1, 1e30, true, "true", "1e3"),
);

const zodsOwnWords = /\b(invalid|expected|received|too (small|big)|unrecognized|input|undefined|NaN)\b/i;

const isClear = ({ key, remedy }: Problem): boolean =>
    /^noc:./.test(key) && /^[^;]+; \S.*$/s.test(remedy) && !zodsOwnWords.test(remedy);

describe("messages about bad values", () => {
    for (const component of Object.keys(settingsSchema.shape)) {
        it(`of ${component} are in the project's words and end with a remedy`, () => {
            const paths = fieldPaths(settingsSchema).filter(([first]) => first === component);
            fc.assert(
                fc.property(fc.constantFrom(...paths), anyValue, (path, value) => {
                    const settings = valueAt(nested(path, value), [component]);
                    const { problems } = checkSettings({ [`noc:${component}`]: JSON.stringify(settings) });
                    expect(problems.filter((problem) => !isClear(problem))).to.deep.equal([]);
                }),
                { numRuns: 12 * paths.length, seed: 1 },
            );
        });
    }
});
