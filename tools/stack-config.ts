import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { parseSettings, type RawConfig, type Settings } from "../components/settings";

/** The project's folder. */
export const projectFolder = join(__dirname, "..");

/**
 * Reads a stack's configuration from its file, without the engine: keys with their namespace, values as text. A secret
 * is left as its ciphertext, `{"secure": …}`.
 * @throws Error where the stack has no file.
 */
export function stackConfig(stack: string): RawConfig {
    const file = `Pulumi.${stack}.yaml`;
    if (!existsSync(join(projectFolder, file))) {
        throw new Error(`there is no ${file}; name one of the stacks that have such a file`);
    }
    const own = (readYaml(file) as { config?: Record<string, unknown> }).config ?? {};
    return Object.fromEntries(
        Object.entries(own).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
}

/** A stack's settings from its file, with an example in place of each secret. */
export const stackSettings = (stack: string): Settings => parseSettings(stackConfig(stack));

/** The context of the kubeconfig that the stack is deployed to. */
export const kubeContext = (stack: string): string => stackSettings(stack).site.kubeContext;

function readYaml(file: string): unknown {
    return parse(readFileSync(join(projectFolder, file), "utf8"));
}

/** Whether the stack's secrets have been encrypted with a passphrase before. */
export function hasEncryptionSalt(stack: string): boolean {
    const file = `Pulumi.${stack}.yaml`;
    return existsSync(join(projectFolder, file)) && "encryptionsalt" in (readYaml(file) as object);
}
