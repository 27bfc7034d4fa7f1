/** Upgrades of the deployed stack to another version of this project. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { environment } from "../../config/environment";
import { stackFileName } from "../../config/stack-file";
import { projectFolder } from "../../tools/stack-config";
import { runCommand } from "../subcommand";

/** Why a folder cannot be deployed from. Undefined if it can. */
export const notInstalled = (folder: string): string | undefined =>
    ["commands/run.mjs", "node_modules"].every((part) => existsSync(join(folder, part)))
        ? undefined
        : `--upgrade ${folder} is no installed version of this project; git worktree add ${folder} BRANCH, then npm ci in it`;

/** Deploys the stack, with its own settings, by the program in a folder. @throws Error if `up` fails. */
export async function deployFrom(folder: string): Promise<void> {
    const file = join(projectFolder, stackFileName(environment.stack));
    const args = ["--skip-preview", "--yes", "--config-file", file];
    const code = await runCommand({ name: "up:engine", args, folder: resolve(folder), output: "ignore" });
    if (code !== 0) {
        throw new Error(`up of the version in ${folder} has failed with code ${code}; run npm run up there to see why`);
    }
}
