import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseSettings, type RawConfig, type Settings } from "../components/settings";
import { readStackFile, type StackFile, stackFileName } from "../config/stack-file";

/** The project's folder. */
export const projectFolder = join(__dirname, "..");

/**
 * Reads a stack's configuration from its file, without the engine. A secret is left as its ciphertext, `{"secure": …}`.
 * @throws Error where the stack has no file, or where nothing reads a part of it.
 */
export const stackConfig = (stack: string): RawConfig => stackFile(stack).config;

/** A stack's settings from its file, with an example in place of each secret. */
export const stackSettings = (stack: string): Settings => parseSettings(stackConfig(stack));

/** The context of the kubeconfig that the stack is deployed to. */
export const kubeContext = (stack: string): string => stackSettings(stack).site.kubeContext;

/** Whether the stack's secrets have been encrypted with a passphrase before. */
export const hasEncryptionSalt = (stack: string): boolean =>
    existsSync(stackPath(stack)) && stackFile(stack).hasEncryptionSalt;

const stackPath = (stack: string): string => join(projectFolder, stackFileName(stack));

function stackFile(stack: string): StackFile {
    const path = stackPath(stack);
    if (!existsSync(path)) {
        throw new Error(`there is no ${stackFileName(stack)}; name one of the stacks that have such a file`);
    }
    return readStackFile(stackFileName(stack), readFileSync(path, "utf8"));
}
