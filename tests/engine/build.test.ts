import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { projectFolder } from "../../tools/stack-config";

(spawnSync("pulumi", ["version"]).status === 0 ? describe : describe.skip)("npm run build", () => {
    const home = mkdtempSync(join(tmpdir(), "noc-home-"));
    const plugins = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
    const nobody = {
        HOME: home,
        PULUMI_HOME: join(home, ".pulumi"),
        PULUMI_BACKEND_URL: undefined,
        PULUMI_ACCESS_TOKEN: undefined,
        PULUMI_CONFIG_PASSPHRASE: undefined,
        KUBECONFIG: undefined,
    };
    const env = { ...process.env, ...nobody, STACK: "poc" };

    before(() => {
        mkdirSync(env.PULUMI_HOME);
        if (existsSync(plugins)) {
            symlinkSync(plugins, join(env.PULUMI_HOME, "plugins"));
        }
    });
    after(() => rmSync(home, { recursive: true }));

    it("previews a stack that does not exist, and logs in to nothing, creates no stack and changes no file", () => {
        const file = join(projectFolder, "Pulumi.poc.yaml");
        const before = readFileSync(file, "utf8");
        // Without the internet, the preview itself ends with the first chart that cannot be fetched.
        const { stdout } = spawnSync(
            process.execPath,
            ["--import", "tsx", "commands/noc.ts", "build", "--non-interactive"],
            {
                cwd: projectFolder,
                env,
                encoding: "utf8",
            },
        );
        expect(stdout)
            .to.contain("the stack poc does not exist yet: this is the preview of a new one")
            .and.contain("Previewing update (poc)");
        expect(readFileSync(file, "utf8")).to.equal(before);
        const written = readdirSync(env.PULUMI_HOME).filter((name) => !["plugins", "logs"].includes(name));
        expect(written).to.deep.equal([]);
    });
});
