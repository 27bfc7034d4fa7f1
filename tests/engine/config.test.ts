import { expect } from "chai";
import { spawnSync } from "node:child_process";

import { readByTheEngine } from "../stack-files";
import { engineConfigs } from "./engine";

(spawnSync("pulumi", ["version"]).status === 0 ? describe : describe.skip)("the engine", () => {
    // `pulumi config` shows a secret only where it can decrypt it.
    const files = readByTheEngine.filter(([title]) => title !== "secrets");
    let configs: Record<string, unknown>[];

    before(async () => {
        configs = await engineConfigs(files.map(([, file]) => file));
    });

    files.forEach(([title, , config], i) => {
        it(`reads a file with ${title} as the unit tests say`, () => {
            expect(configs[i]).to.deep.equal(config);
        });
    });
});
