/** The Pulumi CLI: found or installed, logged in, and on the right stack. */
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

import { environment } from "../config/environment";
import { projectFolder } from "../tools/stack-config";
import { passphrase } from "./passphrase";

/** The CLI, on a stack. */
export interface Pulumi {
    /** Runs a command on the terminal; ends the process if the command fails. */
    run(args: readonly string[]): void;
    /** Runs a command and returns what it printed. @throws Error with what it printed to standard error. */
    read(args: readonly string[]): string;
}

/**
 * The CLI for commands that change something: installs it if it is missing, logs in to local files if nobody is logged
 * in, creates the stack and its passphrase if they are new, and selects the stack.
 */
export async function preparedStack(): Promise<Pulumi> {
    const command = (await installedCli()) ?? (await installCli());
    if (backend() === undefined) {
        console.log("nobody is logged in to a state backend: the state is kept in local files (pulumi login --local)");
        pulumi({ command }).read(["login", "--local"]);
    }
    const isNew = !exists(pulumi({ command }));
    const cli = pulumi({ command, env: passphrase(environment.stack, { backend: backend(), isNew }) });
    cli.read(["stack", "select", environment.stack, "--create"]);
    return cli;
}

/**
 * The CLI for commands that change nothing. Undefined if it is not installed, or if there is no such stack.
 * @param folder of the project. Defaults to this one.
 */
export async function existingStack(folder = projectFolder): Promise<Pulumi | undefined> {
    const command = await installedCli();
    if (command === undefined || backend() === undefined) {
        return undefined;
    }
    const env = passphrase(environment.stack, { backend: backend(), isNew: false });
    const cli = pulumi({ command, folder, env });
    return exists(cli) ? cli : undefined;
}

/** Whether the backend has the stack. */
function exists(cli: Pulumi): boolean {
    try {
        cli.read(["stack", "--show-name"]);
        return true;
    } catch {
        return false;
    }
}

/** How the CLI is called. */
export interface CliOptions {
    readonly command: string;
    /** The project's folder. Defaults to this one. */
    readonly folder?: string;
    /** Variables beside those of the environment. */
    readonly env?: Readonly<Record<string, string>>;
}

/** Calls the CLI on the stack of the environment. */
export function pulumi({ command, folder = projectFolder, env = {} }: CliOptions): Pulumi {
    const all = {
        ...environment.all,
        // The CLI finds the language host beside itself.
        PATH: [...(isAbsolute(command) ? [dirname(command)] : []), environment.all.PATH].join(delimiter),
        PULUMI_STACK: environment.stack,
        // A folder named relatively is one of the project's, wherever the CLI runs.
        ...(environment.backendUrl?.startsWith("file://.") && {
            PULUMI_BACKEND_URL: `file://${join(projectFolder, environment.backendUrl.slice("file://".length))}`,
        }),
        ...env,
    };
    const call = (args: readonly string[], stdio: "inherit" | "pipe") =>
        spawnSync(command, args, { stdio, env: all, cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
    return {
        read: (args) => outputOf(call([...args, "--non-interactive"], "pipe")),
        run: (args) => {
            const { status } = call(args, "inherit");
            if (status !== 0) {
                process.exit(status ?? 1);
            }
        },
    };
}

/** Where `npm run up` installs the CLI. */
const ownRoot = join(environment.pulumiHome, "k8s-noc");

/** The CLI that is new enough for the SDK: the one on the path, or the one that `npm run up` has installed. */
export async function installedCli(): Promise<string | undefined> {
    for (const options of [undefined, { root: ownRoot }]) {
        try {
            return (await PulumiCommand.get(options)).command;
        } catch {
            // It is missing, or too old for the SDK.
        }
    }
    return undefined;
}

async function installCli(): Promise<string> {
    console.log("installing the Pulumi CLI …");
    try {
        return (await PulumiCommand.install({ root: ownRoot })).command;
    } catch {
        throw new Error(
            "the Pulumi CLI is missing and get.pulumi.com cannot be reached; install it from https://www.pulumi.com/docs/iac/download-install/",
        );
    }
}

/** URL of the state backend: the environment's, or the one that the user is logged in to. Undefined if there is none. */
function backend(): string | undefined {
    if (environment.backendUrl !== undefined) {
        return environment.backendUrl;
    }
    const file = join(environment.pulumiHome, "credentials.json");
    const { current } = existsSync(file)
        ? (JSON.parse(readFileSync(file, "utf8")) as { current?: string })
        : { current: undefined };
    return current || (environment.hasAccessToken ? "https://api.pulumi.com" : undefined);
}

function outputOf({ status, stdout, stderr, error }: SpawnSyncReturns<string>): string {
    if (status !== 0) {
        throw error ?? new Error(stderr.trim() || stdout.trim());
    }
    return stdout;
}
