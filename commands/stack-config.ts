import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

/** The project's folder. */
export const projectFolder = join(__dirname, "..");

/** A stack's configuration as the engine would hand it to the program: keys with their namespace, values as text. */
export type RawConfig = Record<string, string>;

interface Declaration {
    default?: unknown;
}

/** What Pulumi.yaml declares: the settings by their names without a namespace. */
export function declaredSettings(): Record<string, Declaration> {
    const { config } = readYaml("Pulumi.yaml") as { config: Record<string, Declaration> };
    return Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":")));
}

/**
 * Reads a stack's configuration from its file over the defaults of Pulumi.yaml, without the engine.
 * A secret, which only the engine can read, is left out.
 * @throws Error where the stack has no file.
 */
export function stackConfig(stack: string): RawConfig {
    const file = `Pulumi.${stack}.yaml`;
    if (!existsSync(join(projectFolder, file))) {
        throw new Error(`there is no ${file}; name one of the stacks that have such a file`);
    }
    const own = (readYaml(file) as { config?: Record<string, unknown> }).config ?? {};
    const defaults = Object.entries(declaredSettings())
        .filter(([, declaration]) => "default" in declaration)
        .map(([key, declaration]): [string, unknown] => [`noc:${key}`, declaration.default]);
    return Object.fromEntries(
        [...defaults, ...Object.entries(own)]
            .filter(([, value]) => !(typeof value === "object" && value !== null && "secure" in value))
            .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
}

/** The context of the kubeconfig that the stack is deployed to. */
export function kubeContext(stack: string): string {
    return stackConfig(stack)["noc:kubeContext"] ?? "";
}

function readYaml(file: string): unknown {
    return parse(readFileSync(join(projectFolder, file), "utf8"));
}

/** Whether the stack's secrets have been encrypted with a passphrase before. */
export function hasEncryptionSalt(stack: string): boolean {
    const file = `Pulumi.${stack}.yaml`;
    return existsSync(join(projectFolder, file)) && "encryptionsalt" in (readYaml(file) as object);
}
