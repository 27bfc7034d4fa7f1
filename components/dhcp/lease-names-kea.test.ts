/** What the chart's lease-names/main.py answers from the real Kea. */
import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../../tests/deployed";
import { installed } from "../../tests/support";
import { Answers, config } from "./lease-names-client";

/** Kea's hook as the installed version loads it: 3.0 by its name, before that from where Debian has it. */
function hookOf(version: string): string | undefined {
    const path = "/usr/lib/x86_64-linux-gnu/kea/hooks/libdhcp_lease_cmds.so";
    return Number.parseInt(version) >= 3 ? "libdhcp_lease_cmds.so" : existsSync(path) ? path : undefined;
}

describe("answers from the real Kea", () => {
    let folder: string;
    let kea: ChildProcess;
    let answers: Answers;
    let socket: string;

    async function command(name: string, given: object): Promise<{ result: number }> {
        const connection = connect(socket);
        const parts: Buffer[] = [];
        connection.on("data", (part) => parts.push(part));
        connection.write(JSON.stringify({ command: name, arguments: given }));
        await once(connection, "close");
        return JSON.parse(Buffer.concat(parts).toString()) as { result: number };
    }

    before(async function () {
        if (!installed("python3") || !installed("kea-dhcp4")) {
            this.skip();
        }
        const library = hookOf(spawnSync("kea-dhcp4", ["-v"], { encoding: "utf8" }).stdout) ?? this.skip();
        folder = mkdtempSync(join(tmpdir(), "noc-"));
        // Kea 3.0 opens its socket in no other folder.
        chmodSync(folder, 0o750);
        socket = join(folder, "kea.sock");
        const given = config({
            "interfaces-config": { interfaces: [] },
            "control-socket": { "socket-type": "unix", "socket-name": socket },
            "lease-database": { type: "memfile", persist: false },
            "hooks-libraries": [{ library }],
        });
        writeFileSync(join(folder, "kea-dhcp4.conf"), JSON.stringify(given));
        const folders = { KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: "none", KEA_CONTROL_SOCKET_DIR: folder };
        const env = { ...process.env, ...folders };
        kea = spawn("kea-dhcp4", ["-c", join(folder, "kea-dhcp4.conf")], { stdio: "ignore", env });
        await eventually(() => command("status-get", {}), 10);
        answers = await Answers.start(folder, socket, given, 10);
    });
    after(() => {
        answers?.stop();
        kea?.kill();
        if (folder) {
            rmSync(folder, { recursive: true });
        }
    });

    it("come with the lease and go with it", async () => {
        const added = { "ip-address": "10.0.0.99", "hw-address": "02:00:00:00:00:99", hostname: "real.home.arpa." };
        expect((await command("lease4-add", { ...added, "subnet-id": 1 })).result).to.equal(0);
        expect(await answers.to("Real.home.arpa")).to.equal("NOERROR 10.0.0.99");
        expect(await answers.to("99.0.0.10.in-addr.arpa", "PTR")).to.equal("NOERROR real.home.arpa");
        expect((await command("lease4-del", { "ip-address": "10.0.0.99" })).result).to.equal(0);
        expect(await answers.later("real.home.arpa")).to.equal("NXDOMAIN");
        expect((await answers.metrics()).get("kea_names_up")).to.equal(1);
    });
});
