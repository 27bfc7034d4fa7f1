import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { resourceId, type SettingChanges, withSettings } from "../../tools/mock-engine";
import { projectFolder, stackConfig } from "../../tools/stack-config";

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

/** What the program consists of. */
const program = ["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts", "components", "config"];

/**
 * Previews the stack as a new one, with no cluster in reach. All of it happens in a temporary copy, because the engine
 * writes its state and, into the stack's file, the salt of its secrets.
 */
export async function preview(stack: string, { settings = {}, secrets = {} }: PreviewOptions = {}): Promise<Preview> {
    const folder = mkdtempSync(join(tmpdir(), "k8s-noc-"));
    try {
        const project = join(folder, "project");
        for (const file of program) {
            cpSync(join(projectFolder, file), join(project, file), { recursive: true });
        }
        const config = Object.entries(withSettings(stackConfig(stack), settings));
        writeFileSync(
            join(project, `Pulumi.${stack}.yaml`),
            stringify({ config: Object.fromEntries(config.map(([key, text]) => [key, parsed(text)])) }),
        );
        symlinkSync(join(projectFolder, "node_modules"), join(project, "node_modules"));

        const pulumi = cli(folder, project);
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
        rmSync(folder, { recursive: true });
    }
}

/** The configuration that the engine reads from each of these stack's files. */
export async function engineConfigs(files: readonly string[]): Promise<Record<string, unknown>[]> {
    const folder = mkdtempSync(join(tmpdir(), "k8s-noc-"));
    try {
        const project = join(folder, "project");
        mkdirSync(project);
        writeFileSync(join(project, "Pulumi.yaml"), stringify({ name: "noc", runtime: "nodejs" }));
        const pulumi = cli(folder, project);
        await succeed(pulumi("stack", "init", "venue", "--no-select"));
        const configs: Record<string, unknown>[] = [];
        for (const file of files) {
            writeFileSync(join(project, "Pulumi.venue.yaml"), file);
            const { stdout } = await succeed(pulumi("config", "--json", "--stack", "venue"));
            const values = Object.entries(JSON.parse(stdout) as Record<string, { value: string }>);
            configs.push(Object.fromEntries(values.map(([key, { value }]) => [key, parsed(value)])));
        }
        return configs;
    } finally {
        rmSync(folder, { recursive: true });
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

/** The CLI with a backend of its own; what it has installed, such as the providers, it shares with the user's. */
function cli(folder: string, project: string): (...args: string[]) => Promise<Result> {
    const backend = join(folder, "backend");
    mkdirSync(backend);
    const env = {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: "of no worth",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // `tsc` checks the types already.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        KUBECONFIG: join(folder, "no-kubeconfig"),
        HELM_CACHE_HOME: join(folder, "helm"),
        HELM_CONFIG_HOME: join(folder, "helm"),
        HELM_DATA_HOME: join(folder, "helm"),
    };
    return (...args) =>
        new Promise((resolve) => {
            execFile(
                "pulumi",
                [...args, "--non-interactive"],
                { cwd: project, env, maxBuffer: 1 << 28 },
                (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
            );
        });
}

async function succeed(result: Promise<Result>): Promise<Result> {
    const { status, stderr } = await result;
    if (status !== 0) {
        throw new Error(stderr);
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
