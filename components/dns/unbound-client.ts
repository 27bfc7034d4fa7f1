/** Runs the real Unbound with the rendered files, on loopback, where it is installed. */
import { type Answer, decode, encode, type Question } from "dns-packet";
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cachedbConf, configFiles, configFolder, controlSocket, dnsPort } from "./unbound-config";
import type { UnboundConfigOptions } from "./unbound-config";
import { dnsSettings } from "./settings";

/** Options of the rendered files that older versions do not know. */
const since: Readonly<Record<string, readonly [major: number, minor: number]>> = {
    "harden-unknown-additional": [1, 18],
    "harden-unverified-glue": [1, 22],
    "log-time-iso": [1, 22],
};

const rootAnchor = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";

/** The defaults of the settings, with the given ones. */
export const unboundOptions = (given: Partial<UnboundConfigOptions> = {}): UnboundConfigOptions => ({
    ...dnsSettings.parse({}),
    allowFrom: ["127.0.0.0/8"],
    ...given,
});

/** The folder with all files, in which paths stand for it instead of the container's. */
export interface UnboundFolder {
    readonly folder: string;
    /** Path of unbound.conf. */
    readonly file: string;
}

/**
 * Writes the files into a new folder. Where the installed Unbound is older than the image's, or built without cachedb,
 * what it does not know is left out.
 */
export function writeFiles(
    options: UnboundConfigOptions,
    changes: Readonly<Record<string, string>> = {},
): UnboundFolder {
    const folder = mkdtempSync(join(tmpdir(), "noc-"));
    const files = {
        ...configFiles(options),
        "cachedb.conf": cachedbConf({ host: "127.0.0.1", password: "p", seed: "s" }),
    };
    const replaced = {
        [configFolder + "/"]: `${folder}/`,
        [`"${configFolder}"`]: `"${folder}"`,
        "/var/unbound/root.key": `${folder}/root.key`,
        [controlSocket]: `${folder}/unbound.ctl`,
        ...changes,
    };
    writeFileSync(join(folder, "root.key"), rootAnchor);
    for (const [name, text] of Object.entries(files)) {
        const here = Object.entries(replaced).reduce((result, [from, to]) => result.replaceAll(from, to), text);
        writeFileSync(join(folder, name), known(here));
    }
    return { folder, file: join(folder, "unbound.conf") };
}

/** The text without what the installed Unbound does not know. */
function known(text: string): string {
    const about = spawnSync("unbound", ["-V"], { encoding: "utf8" }).stdout;
    const [, major = 0, minor = 0] = (/Version (\d+)\.(\d+)/.exec(about) ?? []).map(Number);
    const newer = Object.entries(since)
        .filter(([, [a, b]]) => a > major || (a === major && b > minor))
        .map(([option]) => option);
    const lines = text.split("\n").filter((line) => !newer.some((option) => line.trim().startsWith(`${option}:`)));
    return /Linked modules:.*cachedb/.test(about)
        ? lines.join("\n")
        : lines
              .filter((line) => !line.includes("cachedb.conf"))
              .join("\n")
              .replace(/(module-config: .*)cachedb /, "$1");
}

/** A running Unbound. */
export interface RunningUnbound extends UnboundFolder {
    readonly port: number;
    /** Runs a command of unbound-control and returns its status. */
    readonly control: (...command: string[]) => number | null;
    readonly stop: () => void;
}

/** Starts Unbound. It asks the server at the port of 127.0.0.1 for everything that `forwardZones` sends to 192.0.2.53. */
export async function startUnbound(
    options: UnboundConfigOptions,
    upstream: number,
    changes: Readonly<Record<string, string>> = {},
): Promise<RunningUnbound> {
    const free = createSocket("udp4").bind(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address();
    free.close();
    const { folder, file } = writeFiles(options, {
        ...changes,
        "interface: 0.0.0.0": "interface: 127.0.0.1\n  do-not-query-localhost: no",
        [`port: ${dnsPort}`]: `port: ${port}`,
        "192.0.2.53": `127.0.0.1@${upstream}`,
    });
    const unbound = spawn("unbound", ["-d", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    const stop = () => {
        unbound.removeAllListeners("exit");
        unbound.kill();
        rmSync(folder, { recursive: true });
    };
    await new Promise<void>((resolve, reject) => {
        let log = "";
        unbound.stderr.on("data", (text: Buffer) => {
            log += text.toString();
            if (log.includes("start of service")) {
                resolve();
            }
        });
        unbound.on("exit", () => reject(new Error(log)));
    });
    const control = (...command: string[]) =>
        spawnSync("unbound-control", ["-c", file, ...command], { timeout: 10_000 }).status;
    return { folder, file, port, control, stop };
}

/** A DNS server on loopback that answers what the function returns; stands for all servers elsewhere. */
export async function upstreamServer(
    answer: (question: Question) => Answer[],
): Promise<{ port: number; close: () => void }> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.on("message", (query, { port }) => {
        const { id, questions = [] } = decode(query);
        const answers = questions.flatMap(answer);
        // Authoritative, no error.
        socket.send(encode({ id, type: "response", flags: 0x0400, questions, answers }), port, "127.0.0.1");
    });
    return { port: socket.address().port, close: () => socket.close() };
}
