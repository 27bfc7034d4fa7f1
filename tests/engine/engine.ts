import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { stackFileName } from "../../config/stack-file";
import { resourceId, type SettingChanges, withSettings } from "../../tools/mock-engine";
import { copyProject, type ProjectCopy } from "../../tools/project-copy";
import { stackConfig } from "../../tools/stack-config";

/** What `pulumi preview --json` came to. */
export interface Preview {
    readonly status: number;
    /** Everything that was printed. */
    readonly output: string;
    readonly steps: readonly Step[];
    readonly diagnostics: readonly { severity: string; message: string }[];
}

/** What the engine would do to a resource. */
export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly newState: {
        readonly type: string;
        readonly parent?: string;
        readonly provider?: string;
        readonly inputs?: Readonly<Record<string, unknown>>;
        readonly dependencies?: readonly string[];
        readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
    };
}

/** Whom a resource belongs to and what it waits for, by `type::name`. */
export interface Edges {
    readonly parent?: string;
    /** The provider's name; none where it is the engine's own default. */
    readonly provider?: string;
    readonly dependencies: readonly string[];
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

export interface PreviewOptions {
    /** Settings that replace those of the stack's file, by `COMPONENT.SETTING`. */
    readonly settings?: SettingChanges;
    /** Secrets by the paths that `pulumi config set --path` takes. */
    readonly secrets?: Readonly<Record<string, string>>;
}

/** How the engine writes a value that only the cluster will tell. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Previews the stack as a new one, with no cluster in reach, in a copy of the project. */
export async function preview(stack: string, { settings = {}, secrets = {} }: PreviewOptions = {}): Promise<Preview> {
    const config = Object.entries(withSettings(stackConfig(stack), settings));
    const content = stringify({ config: Object.fromEntries(config.map(([key, text]) => [key, parsed(text)])) });
    const copy = copyProject({ name: stackFileName(stack), content });
    try {
        const pulumi = cli(copy);
        await succeed(pulumi("stack", "init", stack, "--no-select"));
        for (const [key, value] of Object.entries(secrets)) {
            await succeed(pulumi("config", "set", "--stack", stack, "--path", "--secret", key, value));
        }
        const { status, stdout, stderr } = await pulumi("preview", "--json", "--stack", stack);
        if (!stdout.startsWith("{")) {
            throw new Error(`the preview did not begin: ${stderr || stdout}`);
        }
        const { steps = [], diagnostics = [] } = JSON.parse(stdout) as Partial<Preview>;
        return { status, output: stdout + stderr, steps, diagnostics };
    } finally {
        copy.remove();
    }
}

/** The configuration that the engine reads from each of these stack's files. */
export async function engineConfigs(files: readonly string[]): Promise<Record<string, unknown>[]> {
    const copy = copyProject();
    try {
        writeFileSync(join(copy.folder, "Pulumi.yaml"), stringify({ name: "noc", runtime: "nodejs" }));
        const pulumi = cli(copy);
        await succeed(pulumi("stack", "init", "venue", "--no-select"));
        const configs: Record<string, unknown>[] = [];
        for (const file of files) {
            writeFileSync(join(copy.folder, stackFileName("venue")), file);
            const { stdout } = await succeed(pulumi("config", "--json", "--stack", "venue"));
            const values = Object.entries(JSON.parse(stdout) as Record<string, { value: string }>);
            configs.push(Object.fromEntries(values.map(([key, { value }]) => [key, parsed(value)])));
        }
        return configs;
    } finally {
        copy.remove();
    }
}

/** A value of the configuration: JSON, or plain text. */
function parsed(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

interface Result {
    status: number;
    stdout: string;
    stderr: string;
}

/** The CLI with a backend of its own. It shares what it has installed, such as the providers, with the user's. */
export function cli(
    { folder, ownBackend }: ProjectCopy,
    variables: Readonly<Record<string, string>> = {},
): (...args: string[]) => Promise<Result> {
    const env = {
        ...process.env,
        ...ownBackend,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        KUBECONFIG: join(folder, "no-kubeconfig"),
        ...variables,
    };
    return (...args) =>
        new Promise((resolve) => {
            execFile(
                "pulumi",
                [...args, "--non-interactive"],
                { cwd: folder, env, maxBuffer: 1 << 28 },
                (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
            );
        });
}

/** The result of a command. @throws Error with what it printed, if it failed. */
export async function succeed(result: Promise<Result>): Promise<Result> {
    const { status, stdout, stderr } = await result;
    if (status !== 0) {
        throw new Error(stdout + stderr);
    }
    return result;
}

/** The graph as the engine has it: the program's resources, without the stack that holds them all. */
export function graph({ steps }: Preview): Record<string, Edges> {
    const own = steps.filter(({ newState }) => newState.type !== stackType);
    return Object.fromEntries(own.map(({ urn, newState }) => [resourceId(urn), edges(newState)]));
}

function edges({ parent = "", provider, dependencies = [], propertyDependencies = {} }: Step["newState"]): Edges {
    const name = provider?.split("::")[3];
    return {
        parent: parent.includes(stackType) ? undefined : resourceId(parent),
        provider: name?.startsWith("default") ? undefined : name,
        dependencies: dependencies.map(resourceId).sort(),
        propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies)
                .filter(([, urns]) => urns.length > 0)
                .map(([key, urns]) => [key, urns.map(resourceId).sort()]),
        ),
    };
}

const stackType = "pulumi:pulumi:Stack";
