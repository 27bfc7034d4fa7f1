/** `npm run upgrade-check`: would this version replace or delete what serves or keeps data? */
import { existingStack } from "./pulumi";

/** A step of `pulumi preview --json`. */
export interface PreviewStep {
    readonly op: string;
    readonly urn: string;
    readonly oldState?: { readonly type: string };
}

/** Kinds whose loss interrupts a service or loses data, by the end of their type. */
const precious = ["Service", "PersistentVolumeClaim", "PersistentVolume", "Namespace", "StatefulSet", "Release"];

/** Operations that take the old object away. */
const destructive = ["delete", "replace", "delete-replaced", "create-replacement"];

/** The steps that would replace or delete something precious, each object once. */
export function dangers(steps: readonly PreviewStep[]): string[] {
    const lines = steps
        .filter(({ op }) => destructive.includes(op))
        .flatMap(({ op, urn }) => {
            const [, , types = "", name = ""] = urn.split("::");
            const kind = types.split("$").at(-1)?.split(":").at(-1) ?? "";
            return precious.includes(kind) ? [`${op === "delete" ? "deletes" : "replaces"} ${kind} ${name}`] : [];
        });
    return [...new Set(lines)];
}

/**
 * Previews this version against the deployed stack. Ends the process with 1 if it would replace or delete a Service, a
 * volume, a namespace, a StatefulSet or a Helm release.
 */
export async function upgradeCheck(args: readonly string[]): Promise<void> {
    const output = (await existingStack())?.read(["preview", "--json", ...args]) ?? "{}";
    const { steps = [] } = JSON.parse(output.slice(output.indexOf("{"))) as { steps?: PreviewStep[] };
    if (steps.every(({ op }) => op === "create")) {
        throw new Error("the stack is not deployed: there is nothing to compare this version with");
    }
    const changes = steps.filter(({ op }) => op !== "same");
    const found = dangers(steps);
    const verdict = found.length > 0 ? "this upgrade interrupts or loses something:" : "nothing precious is replaced";
    console.log([`${changes.length} resources change; ${verdict}`, ...found].join("\n  "));
    process.exit(found.length > 0 ? 1 : 0);
}
