/** A copy of the project in a temporary folder, for previews: the engine writes to the stack's file and to its backend. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectFolder } from "./stack-config";

export interface ProjectCopy {
    /** Folder of the copy. */
    readonly folder: string;
    /** Variables that give the CLI a state backend beside the copy, and Helm its caches. */
    readonly ownBackend: Readonly<Record<string, string>>;
    /** Deletes the folder. */
    readonly remove: () => void;
}

/** What the program consists of. */
const program = ["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts", "components", "config"];

/**
 * Pulumi.yaml with the compiler's settings of this folder instead of the copy's. The engine's ts-node keeps what it has
 * compiled by the path of these settings and the content of each file: the copy then need not be compiled again.
 */
export const withCompilerSettings = (description: string): string =>
    description.replace(
        /^( *tsconfig:) (.+)$/m,
        (_, key: string, path: string) => `${key} ${join(projectFolder, path)}`,
    );

/**
 * Copies the program.
 * @param stackFile name of the stack's file, and its content. Defaults to none.
 */
export function copyProject(stackFile?: { readonly name: string; readonly content: string }): ProjectCopy {
    const root = mkdtempSync(join(tmpdir(), "k8s-noc-"));
    const folder = join(root, "project");
    for (const file of program) {
        cpSync(join(projectFolder, file), join(folder, file), { recursive: true });
    }
    const description = join(folder, "Pulumi.yaml");
    writeFileSync(description, withCompilerSettings(readFileSync(description, "utf8")));
    symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
    if (stackFile) {
        writeFileSync(join(folder, stackFile.name), stackFile.content);
    }
    const backend = join(root, "backend");
    mkdirSync(backend);
    return {
        folder,
        ownBackend: {
            PULUMI_BACKEND_URL: `file://${backend}`,
            PULUMI_CONFIG_PASSPHRASE: "protects nothing: the state is thrown away",
            HELM_CACHE_HOME: join(root, "helm"),
            HELM_CONFIG_HOME: join(root, "helm"),
            HELM_DATA_HOME: join(root, "helm"),
        },
        remove: () => rmSync(root, { recursive: true }),
    };
}
