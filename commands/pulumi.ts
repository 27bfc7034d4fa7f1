/** The Pulumi CLI: found or installed, logged in, and on the right stack. */
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

import { environment } from "../config/environment";
import { hasEncryptionSalt, projectFolder } from "../tools/stack-config";

/** The CLI, ready to work on the stack. */
export interface Pulumi {
    /** Runs a command on the terminal; ends the process where the command fails. */
    run(args: readonly string[]): void;
    /** Runs a command and returns what it printed. @throws Error with what it printed to standard error. */
    read(args: readonly string[]): string;
}

/** Finds or installs the CLI, logs in where nobody is, and selects the stack, which is made if it is new. */
export async function pulumi(): Promise<Pulumi> {
    const command = await cli();
    // The CLI finds the language host beside itself.
    const env = {
        ...environment.all,
        PATH: [...(isAbsolute(command) ? [dirname(command)] : []), environment.all.PATH].join(delimiter),
        ...passphrase(),
    };
    const call = (args: readonly string[], stdio: "inherit" | "pipe") =>
        spawnSync(command, args, { stdio, env, cwd: projectFolder, encoding: "utf8", maxBuffer: 1 << 28 });
    const read = (args: readonly string[]) => succeed(call([...args, "--non-interactive"], "pipe"));

    if (!isLoggedIn()) {
        console.log("nobody is logged in to a state backend: the state is kept in local files (pulumi login --local)");
        read(["login", "--local"]);
    }
    read(["stack", "select", environment.stack, "--create"]);
    return {
        read,
        run: (args) => {
            const { status } = call(args, "inherit");
            if (status !== 0) {
                process.exit(status ?? 1);
            }
        },
    };
}

async function cli(): Promise<string> {
    const root = join(environment.pulumiHome, "k8s-noc");
    for (const options of [undefined, { root }]) {
        try {
            return (await PulumiCommand.get(options)).command;
        } catch {
            // not there, or too old for the SDK
        }
    }
    console.log("installing the Pulumi CLI …");
    try {
        return (await PulumiCommand.install({ root })).command;
    } catch {
        throw new Error(
            "the Pulumi CLI is missing and get.pulumi.com cannot be reached; install it from https://www.pulumi.com/docs/iac/download-install/",
        );
    }
}

/** Somebody who uses a backend already keeps it. */
function isLoggedIn(): boolean {
    const file = join(environment.pulumiHome, "credentials.json");
    return environment.hasBackend || Boolean(existsSync(file) && currentBackend(file));
}

const currentBackend = (file: string): string | undefined =>
    (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current;

/**
 * A backend of files encrypts secrets with a passphrase. Where the user has none, one is made and kept beside the CLI's
 * own files; a stack that was made with another one asks for it.
 */
function passphrase(): Record<string, string> {
    const file = join(environment.pulumiHome, "k8s-noc", "passphrase");
    const credentials = join(environment.pulumiHome, "credentials.json");
    const backend =
        environment.backendUrl ?? (existsSync(credentials) ? currentBackend(credentials) : undefined) ?? "file://~";
    if (
        environment.hasPassphrase ||
        backend.startsWith("http") ||
        (!existsSync(file) && hasEncryptionSalt(environment.stack))
    ) {
        return {};
    }
    if (!existsSync(file)) {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
        console.log(
            `made a passphrase for the secrets in the state; for plain pulumi commands: export PULUMI_CONFIG_PASSPHRASE_FILE=${file}`,
        );
    }
    return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}

function succeed({ status, stdout, stderr, error }: SpawnSyncReturns<string>): string {
    if (status !== 0) {
        throw error ?? new Error(stderr.trim() || stdout.trim());
    }
    return stdout;
}
