/** Writes what each stack registers into tests/expected/, in a form that a pull request shows line by line. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

import { ClusterGuard } from "../components/lib/cluster-identity";
import { type Registration, type Run, runProgram } from "./mock-engine";
import { dashboardIn, outline } from "./queries";
import { projectFolder } from "./stack-config";

/** The stacks with committed dumps: all that the project has a file for. The sandbox's file is made on each machine. */
export const stacks: readonly string[] = readdirSync(projectFolder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => stack !== "sandbox")
    .sort();

/** A resource of a dump. */
export type DumpedResource = Pick<
    Registration,
    "id" | "parent" | "provider" | "inputs" | "dependencies" | "propertyDependencies"
>;

/** What a stack registers: a file for each component, and `stack` for what belongs to none. */
export function dumps({ resources }: Run): Map<string, string> {
    const files = new Map<string, DumpedResource[]>();
    for (const resource of [...resources].sort((a, b) => (a.id < b.id ? -1 : 1))) {
        const owner = (resource.custom ? resource.parent : resource.id)?.split("::")[1] ?? "stack";
        files.set(owner, [...(files.get(owner) ?? []), dumped(resource)]);
    }
    return new Map(
        [...files].map(([owner, list]) => [
            owner,
            // Without a line width, long values stay on one line; of embedded files every line is a line.
            stringify(list, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }),
        ]),
    );
}

function dumped(resource: Registration): DumpedResource {
    const { id, type, parent, provider, inputs, dependencies, propertyDependencies } = resource;
    return {
        id,
        parent,
        provider,
        inputs: readable(inputs),
        // It depends on every other resource: each new one would add a line here.
        dependencies: type === ClusterGuard.type ? [] : dependencies,
        propertyDependencies,
    };
}

/** The committed dumps of a stack. */
export function expectedDumps(stack: string): Map<string, string> {
    const folder = folderOf(stack);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return new Map(files.map((file) => [file.replace(/\.yaml$/, ""), readFileSync(join(folder, file), "utf8")]));
}

/** All resources of a stack's committed dumps. */
export const expectedResources = (stack: string): DumpedResource[] =>
    [...expectedDumps(stack).values()].flatMap((text) => parse(text) as DumpedResource[]);

/** Writes the dumps anew. Read the difference before you commit it. */
export async function updateExpected(): Promise<void> {
    for (const stack of stacks) {
        const folder = folderOf(stack);
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        for (const [owner, text] of dumps(await runProgram(stack))) {
            writeFileSync(join(folder, `${owner}.yaml`), text);
        }
        console.log(`wrote tests/expected/${stack}/`);
    }
    process.exit(0);
}

const folderOf = (stack: string): string => join(projectFolder, "tests", "expected", stack);

/**
 * A dashboard is shown by its panels and their queries, and embedded JSON as its content. Left out are the kubeconfig's
 * path, which the provider reads from the environment, and the compiled source of a dynamic provider.
 */
function readable(inputs: Record<string, unknown>): Record<string, unknown> {
    const dashboard = dashboardIn(inputs);
    const own = { ...inputs, kubeconfig: undefined, __provider: undefined };
    return (dashboard ? { ...own, data: outline(dashboard) } : unpacked(own)) as Record<string, unknown>;
}

/** The value with the content of embedded JSON in place of its text. */
function unpacked(value: unknown): unknown {
    if (typeof value === "string" && /^[{[]\s*["{[\]}]/.test(value)) {
        try {
            return unpacked(JSON.parse(value));
        } catch {
            return value;
        }
    }
    if (Array.isArray(value)) {
        return value.map(unpacked);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(inner)]))
        : value;
}
