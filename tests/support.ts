import * as pulumi from "@pulumi/pulumi";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { checkSettings } from "../components/settings";
import { problemLine } from "../config/problems";
import {
    type Registration,
    type Run,
    type RunOptions,
    runProgram,
    type SettingChanges,
    withSettings,
} from "../tools/mock-engine";
import { stackConfig } from "../tools/stack-config";

const runs = new Map<string, Promise<Run>>();

/** The stack as in its file, or with changed settings. Each combination runs once per process, for all tests. */
export function stackRun(
    stack: string,
    { settings = {}, preview = false }: Pick<RunOptions, "settings" | "preview"> = {},
): Promise<Run> {
    const key = JSON.stringify([stack, preview, Object.entries(settings)]);
    const run = runs.get(key) ?? runProgram(stack, { settings, preview });
    runs.set(key, run);
    return run;
}

/** The settings that switch a component off, and those that then have to change. */
export const without = (component: string): SettingChanges => ({
    [`${component}.enabled`]: false,
    ...(component === "metallb" && { "site.loadBalancerClass": undefined }),
    ...(component === "dns" && { "dhcp.resolvers": ["192.168.1.53"] }),
});

/** A Kubernetes object's annotations and labels. */
export function metadataOf({ inputs }: Registration): {
    annotations: Record<string, string>;
    labels: Record<string, string>;
} {
    return inputs.metadata as ReturnType<typeof metadataOf>;
}

/** The resource with that name and, where several have it, of that kind (the last part of its type). */
export function resource(run: Run, name: string, kind = ""): Registration {
    const found = run.resources.filter((r) => r.name === name && r.type.endsWith(kind));
    if (found.length !== 1 || !found[0]) {
        throw new Error(`${found.length} resources are called ${name}: ${run.resources.map((r) => r.id).join(", ")}`);
    }
    return found[0];
}

/** Everything that has to exist before the resource does: what it and its parents depend on, and so on. */
export function waitsFor(run: Run, resource: Registration): Set<string> {
    const byId = new Map(run.resources.map((r) => [r.id, r]));
    const seen = new Set<string>();
    const visit = (id: string) => {
        if (!seen.has(id)) {
            seen.add(id);
            direct(byId.get(id)).forEach(visit);
        }
    };
    direct(resource).forEach(visit);
    return seen;
}

function direct(resource: Registration | undefined): string[] {
    return resource
        ? [
              ...resource.dependencies,
              ...Object.values(resource.propertyDependencies).flat(),
              ...(resource.parent ? [resource.parent] : []),
          ]
        : [];
}

/** What is wrong with the settings of the poc stack after the given changes: the severity and the line of each problem. */
export function problemsWith(changes: SettingChanges): string[] {
    const { problems } = checkSettings(withSettings(stackConfig("poc"), changes));
    return problems.map((problem) => `${problem.severity ?? "error"}: ${problemLine(problem)}`);
}

/** The message of the error that the call ends with. */
export function messageOf(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        return error instanceof pulumi.RunError ? error.message : `not a RunError: ${String(error)}`;
    }
    return "no error";
}

/** The message of the error that a promise ends with. */
export const messageFrom = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
        () => "no error",
        (error: unknown) => (error instanceof Error ? error.message : `not an Error: ${String(error)}`),
    );

/** Whether a Kea is installed that reads the stack's configuration; says so once where there is none. */
export function keaInstalled(): boolean {
    const [version = "", major = "0"] =
        /^(\d+)\.\S+/.exec(spawnSync("kea-dhcp4", ["-v"], { encoding: "utf8" }).stdout) ?? [];
    const tooOld = version !== "" && Number(major) < 3;
    if (tooOld) {
        console.log(`    not run: the configuration is for Kea 3.0 and later, and kea-dhcp4 is ${version}`);
    }
    return installed("kea-dhcp4") && !tooOld;
}

/** Writes a program of the shell that stands for another one. @returns its path. */
export function standIn(folder: string, name: string, lines: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    return path;
}

/** Whether a program is installed; says so once where it is not, because its tests then do not run. */
export function installed(program: string): boolean {
    const found = spawnSync("which", [program]).status === 0;
    if (!found) {
        console.log(`    not run: ${program} is not installed`);
    }
    return found;
}
