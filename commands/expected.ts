import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Registration, type Run, runProgram } from "./mock-engine";
import { outline, pageIn } from "./queries";
import { projectFolder } from "./stack-config";

/** The stacks with a committed dump. */
export const stacks = ["poc", "homelab"] as const;

/** What a stack comes to, in a form that a pull request shows: resources by name, each with its inputs and edges. */
export function dump({ resources }: Run): string {
    const entries = [...resources]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ type, name, parent, provider, inputs, dependencies, propertyDependencies }: Registration) => ({
            type,
            name,
            parent,
            provider,
            inputs: sorted(readable(inputs)),
            dependencies,
            propertyDependencies: sorted(propertyDependencies),
        }));
    return `${JSON.stringify(entries, null, 2)}\n`;
}

/** The committed dump of a stack. */
export function expectedDump(stack: string): string {
    return readFileSync(fileOf(stack), "utf8");
}

/** Writes the dumps anew. Read the difference before it is committed. */
export async function updateExpected(): Promise<void> {
    for (const stack of stacks) {
        writeFileSync(fileOf(stack), dump(await runProgram(stack)));
        console.log(`wrote tests/expected/${stack}.json`);
    }
    process.exit(0);
}

/**
 * A page of Grafana is one long line; what people compare of it are its panels and their queries. And the provider takes
 * over from the environment where the kubeconfig is, which is nobody else's business.
 */
function readable(inputs: Record<string, unknown>): Record<string, unknown> {
    const page = pageIn(inputs);
    return { ...inputs, kubeconfig: undefined, ...(page && { data: outline(page) }) };
}

const fileOf = (stack: string): string => join(projectFolder, "tests", "expected", `${stack}.json`);

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(
              Object.entries(value)
                  .sort(([a], [b]) => (a < b ? -1 : 1))
                  .map(([key, inner]) => [key, sorted(inner)]),
          )
        : value;
}
