/** The passphrase that a backend of files encrypts a stack's secrets with. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { environment } from "../config/environment";
import { hasEncryptionSalt } from "../tools/stack-config";

/** The stack, and where its state is. */
export interface PassphraseOptions {
    /** URL of the state backend. Defaults to local files. */
    readonly backend?: string;
    /** Whether the backend does not have the stack yet: a passphrase is generated. */
    readonly isNew: boolean;
    /** Whether secrets in the stack's file are encrypted already. Defaults to what the file says. */
    readonly encrypted?: boolean;
    /** Whether the user sets one. Defaults to what the environment says. */
    readonly given?: boolean;
    /** Folder of the passphrases. */
    readonly folder?: string;
}

/**
 * The variable that gives the CLI the stack's passphrase. Empty if the user sets one, if the backend needs none, or if
 * the stack was created elsewhere: the CLI then asks for it.
 */
export function passphrase(stack: string, options: PassphraseOptions): Record<string, string> {
    const { backend = "file://~", isNew, encrypted = hasEncryptionSalt(stack) } = options;
    const { given = environment.hasPassphrase, folder = join(environment.pulumiHome, "k8s-noc") } = options;
    if (given || backend.startsWith("http")) {
        return {};
    }
    const generate = isNew && !encrypted;
    const own = join(folder, "passphrases", stack);
    // All stacks shared one at first.
    const file = [own, ...(generate ? [] : [join(folder, "passphrase")])].find(existsSync);
    if (file === undefined && !generate) {
        return {};
    }
    if (file === undefined) {
        mkdirSync(dirname(own), { recursive: true, mode: 0o700 });
        writeFileSync(own, randomBytes(24).toString("base64url"), { mode: 0o600 });
        console.log(
            [
                `generated a passphrase for the secrets of the stack ${stack}: ${own}`,
                "  Keep a copy: without it, nobody can read the stack's secrets or deploy it again.",
                "  Whoever works on the stack from another machine needs the same file there.",
                `  For plain pulumi commands: export PULUMI_CONFIG_PASSPHRASE_FILE=${own}`,
            ].join("\n"),
        );
    }
    return { PULUMI_CONFIG_PASSPHRASE_FILE: file ?? own };
}
