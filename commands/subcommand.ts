import { spawn } from "node:child_process";
import { join } from "node:path";

import { environment } from "../config/environment";
import { projectFolder } from "../tools/stack-config";

/** How one of this program's commands is run. */
export interface Subcommand {
    readonly name: string;
    readonly args: readonly string[];
    /** Folder of the project whose command it is. Defaults to this one. */
    readonly folder?: string;
    /** Variables beside those of the environment. */
    readonly env?: Readonly<Record<string, string>>;
    /** Whether it reads from the terminal. Defaults to `ignore`. */
    readonly input?: "inherit" | "ignore";
    /** Whether it prints to the terminal, or to which open file. Defaults to `inherit`. */
    readonly output?: "inherit" | "ignore" | number;
}

/** Runs one of this program's commands as a process of its own, and returns its exit code. */
export function runCommand(command: Subcommand): Promise<number> {
    const { name, args, folder = projectFolder, env = {}, input = "ignore", output = "inherit" } = command;
    // Ctrl-C reaches the engine as well, which ends what it has begun.
    const wait = () => undefined;
    process.on("SIGINT", wait);
    return new Promise<number>((resolve, reject) => {
        spawn(process.execPath, [join(folder, "commands", "run.mjs"), name, ...args], {
            cwd: folder,
            env: { ...environment.all, ...env, STACK: environment.stack },
            stdio: [input, output, output],
        })
            .on("error", reject)
            .on("close", (code) => resolve(code ?? 1));
    }).finally(() => process.off("SIGINT", wait));
}
