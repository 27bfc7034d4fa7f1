import { expect } from "chai";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ofType, sampleOf, samples } from "./option-samples";
import { type DhcpOption, optionData, optionTypes } from "./options";

describe("DHCP options as Kea itself reads them", () => {
    let folder = "";
    /** Options that Kea 2.2 and 2.4 do not know yet. */
    let later: readonly number[] = [];

    before(function () {
        const { error, stdout } = spawnSync("kea-dhcp4", ["-v"], { encoding: "utf8" });
        if (error) {
            console.log("    not run: kea-dhcp4 is not installed");
            this.skip();
        }
        later = /^2\.[0-4]\./.test(stdout) ? [121, 143, 151, 152, 153, 154, 155, 156, 157, 162] : [];
        folder = mkdtempSync(join(tmpdir(), "noc-options-"));
    });
    after(() => {
        if (folder !== "") {
            rmSync(folder, { recursive: true });
        }
    });

    const config = (options: readonly DhcpOption[]) => ({
        Dhcp4: {
            "interfaces-config": { interfaces: [] },
            "lease-database": { type: "memfile", persist: false },
            "option-data": optionData(options),
        },
    });
    let files = 0;
    /** Why Kea does not load the options; undefined where it does. */
    const complaint = (options: readonly DhcpOption[]): Promise<string | undefined> => {
        const file = join(folder, `${files++}.json`);
        writeFileSync(file, JSON.stringify(config(options)));
        const env = { ...process.env, KEA_LOCKFILE_DIR: "none" };
        return new Promise((resolve) => {
            execFile("kea-dhcp4", ["-t", file], { env }, (error, stdout, stderr) =>
                resolve(error ? `${error.message}${stdout}${stderr}` : undefined),
            );
        });
    };

    it("fit with good data", async () => {
        const options = optionTypes
            .filter(([code]) => !later.includes(code))
            .flatMap(([code, name, type]) =>
                sampleOf(type).good.map((data, i) => (i % 2 === 0 ? { name, data } : { code, data })),
            );
        const unlisted = sampleOf("hex").good.map((data) => ({ code: 224, data }));
        expect(await complaint([...options, ...unlisted])).to.equal(undefined);
    });

    it("do not fit with bad data", async () => {
        const bad: DhcpOption[] = [
            { name: "no-such-option", data: "1" },
            { code: 255, data: "00" },
            { code: 224, data: "text" },
            ...Object.entries(samples).flatMap(
                ([
                    type,
                    {
                        bad: [data],
                    },
                ]) => {
                    const [, name] = ofType(type).find(([code]) => !later.includes(code)) ?? [];
                    return name === undefined || data === undefined ? [] : [{ name, data }];
                },
            ),
        ];
        const verdicts = await Promise.all(bad.map((option) => complaint([option])));
        expect(bad.filter((_, i) => verdicts[i] === undefined)).to.deep.equal([]);
    });
});
