/** Runs the measuring programs and the servers that they are compared with. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** What a program printed, and how it ended. */
export interface Finished {
    readonly code: number;
    readonly output: string;
}

/** Runs a program to its end. @throws Error if it is not installed. */
export function runTool(command: string, args: readonly string[]): Promise<Finished> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
        const chunks: Buffer[] = [];
        const keep = (chunk: Buffer) => chunks.push(chunk);
        child.stdout.on("data", keep);
        child.stderr.on("data", keep);
        child.on("error", (error: NodeJS.ErrnoException) =>
            reject(error.code === "ENOENT" ? new Error(`${command} is not installed; install it to measure`) : error),
        );
        child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
    });
}

/** A server beside the cluster, to compare with. */
export interface BareServer {
    /** Command that the server is run by, such as `ip netns exec bare` or `ssh bare`. */
    readonly prefix: readonly string[];
    /** Its files, by name. They are put into a new folder, which is the server's current one. */
    readonly files: Readonly<Record<string, string>>;
    /** The server's command line, as a shell reads it. */
    readonly command: string;
    /** How long it may take to start, in milliseconds. Defaults to 3000. */
    readonly start?: number;
}

/**
 * A shell script that reads the files from standard input, starts the server, and ends it when standard input is closed:
 * the server does not outlive the benchmark, even on another machine.
 */
export const bareScript = ({ files, command }: Pick<BareServer, "files" | "command">): string =>
    [
        "umask 022",
        "folder=$(mktemp -d)",
        'cd "$folder"',
        ...Object.entries(files).map(([name, content]) => `head -c ${Buffer.byteLength(content)} >${name}`),
        "exec 3<&0",
        `${command} >&2 &`,
        "server=$!",
        "{ cat <&3 >/dev/null; kill $server; } &",
        "watcher=$!",
        "wait $server",
        "kill $watcher 2>/dev/null",
        'rm -r "$folder"',
    ].join("\n");

/** Starts the server and returns what ends it. @throws Error with what it printed, if it ends at once. */
export async function startBare(server: BareServer): Promise<() => Promise<void>> {
    const [command, ...args] = [...server.prefix, "sh", "-c", bareScript(server)];
    // A group of its own: Ctrl-C must not end it before it is told to.
    const child = spawn(command, args, { detached: true, stdio: ["pipe", "ignore", "pipe"] });
    let printed = "";
    child.stderr.on("data", (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4000)));
    const ended = new Promise<void>((resolve) => {
        child.on("error", (error) => {
            printed += error.message;
            resolve();
        });
        child.on("exit", () => resolve());
    });
    child.stdin.on("error", () => undefined);
    Object.values(server.files).forEach((content) => child.stdin.write(content));
    await Promise.race([sleep(server.start ?? 3000), ended]);
    if (child.exitCode !== null || child.pid === undefined) {
        child.stdin.end();
        throw new Error(`the server to compare with ended at once: ${printed.trim()}`);
    }
    return async () => {
        child.stdin.end();
        await ended;
    };
}
