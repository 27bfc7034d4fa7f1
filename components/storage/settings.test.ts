import { expect } from "chai";

import { problemsWith } from "../../tests/support";

const problems = (settings: object) => problemsWith({ storage: { enabled: true, ...settings } });

describe("storage's settings", () => {
    it("take directories that outlive a restart, and names that the API takes", () => {
        for (const settings of [{ path: "/mnt/disk-1/local.d" }, { path: "/..a/b" }, { className: "fast.local" }]) {
            expect(problems(settings)).to.deep.equal([]);
        }
        for (const path of ["/opt/../etc", "/opt/.", "/", "/opt/", "opt", "/opt/a b"]) {
            expect(problems({ path })[0], path).to.match(/is not an absolute path below \/; write/);
        }
        for (const className of ["0", "1e3", "yes"]) {
            expect(problems({ className })[0]).to.match(/is a number or a word of YAML; write it with other letters/);
        }
        expect(problems({ className: "a\nb: c" })[0]).to.match(/is not the name of a StorageClass; use/);
        expect(problems({ path: "/tmp/volumes" })[0]).to.match(/is in \/tmp, which a node loses when it restarts/);
        expect(problems({ version: "0.0.29" })[0]).to.match(/is too old; set it to 0\.0\.30 or newer/);
    });
});
