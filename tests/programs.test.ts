/** The configurations as the programs themselves read them, where they are installed. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { ruleGroupsOf } from "../tools/queries";
import { stackSettings } from "../tools/stack-config";
import { keaConfig } from "../components/dhcp/kea-config";
import { installed, keaInstalled, stackRun } from "./support";

describe("the real programs", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "noc-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const write = (name: string, text: string): string => {
        mkdirSync(folder, { recursive: true });
        const file = join(folder, name);
        writeFileSync(file, text);
        return file;
    };
    /** Runs the program and expects it to be content. */
    const accepts = (program: string, args: string[], env: Record<string, string> = {}) => {
        const { status, stdout, stderr } = spawnSync(program, args, {
            encoding: "utf8",
            env: { ...process.env, ...env },
        });
        expect(status, `${stdout}${stderr}`).to.equal(0);
    };

    for (const stack of ["poc", "homelab"]) {
        it(`Kea reads the configuration of ${stack}`, function () {
            if (!keaInstalled()) {
                this.skip();
            }
            const { dhcp } = stackSettings(stack);
            const told = {
                resolvers: ["192.0.2.53", "192.0.2.54", "192.0.2.55"],
                spreadClients: true,
                serverIdentifier: "192.0.2.67",
            };
            // Kea takes only folders that it knows.
            const folders = { KEA_DHCP_DATA_DIR: "/data", KEA_CONTROL_SOCKET_DIR: "/run/kea" };
            for (const log of ["errors", "leases", "packets"] as const) {
                const config = keaConfig({ ...dhcp, ...told, log });
                accepts("kea-dhcp4", ["-t", write("kea-dhcp4.conf", JSON.stringify(config))], folders);
            }
        });
    }

    it("promtool reads the rules of both stacks", async function () {
        if (!installed("promtool")) {
            this.skip();
        }
        for (const stack of ["poc", "homelab"]) {
            const groups = ruleGroupsOf(await stackRun(stack));
            expect(groups).not.to.deep.equal([]);
            accepts("promtool", ["check", "rules", write("rules.yaml", stringify({ groups }))]);
        }
    });
});
