import { expect } from "chai";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installed } from "../../tests/support";

describe("the program that asks Kea", () => {
    let folder: string;
    let kea: Server;
    let received: unknown;
    /** What Kea answers; it does not answer at all if there is none. */
    let answer: string | undefined;

    before(async function () {
        if (!installed("perl")) {
            this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "noc-"));
        kea = createServer((socket) =>
            socket.once("data", (data) => {
                received = JSON.parse(data.toString());
                if (answer !== undefined) {
                    socket.end(answer);
                }
            }),
        ).listen(join(folder, "kea-dhcp4-ctrl.sock"));
        await once(kea, "listening");
    });

    after(() => {
        kea?.close();
        if (folder) {
            rmSync(folder, { recursive: true });
        }
    });

    const ask = (...args: string[]): Promise<{ succeeded: boolean; printed: string }> =>
        new Promise((resolve) => {
            const script = join(__dirname, "chart", "ask-kea.pl");
            execFile(
                "perl",
                [script, ...args],
                { env: { ...process.env, KEA_CONTROL_SOCKET_DIR: folder } },
                (error, printed) => resolve({ succeeded: error === null, printed }),
            );
        });

    it("passes on the command and its arguments, and prints the answer", async () => {
        answer = '{ "arguments": { "pid": 1 }, "result": 0 }';
        expect(await ask("status-get")).to.deep.equal({ succeeded: true, printed: `${answer}\n` });
        expect(received).to.deep.equal({ command: "status-get", arguments: {} });
        await ask("statistic-get", '{"name":"pkt4-received"}');
        expect(received).to.deep.equal({ command: "statistic-get", arguments: { name: "pkt4-received" } });
    });

    it("fails if Kea reports an error, or does not answer", async () => {
        answer = '{ "result": 1, "text": "unknown command" }';
        expect(await ask("no-command")).to.deep.equal({ succeeded: false, printed: `${answer}\n` });
        answer = undefined;
        expect(await ask("status-get")).to.have.property("succeeded", false);
    });
});
