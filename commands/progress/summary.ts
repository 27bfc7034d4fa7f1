/** How long a run took, and why. */
import { type Registration, resourceId } from "../../tools/mock-engine";
import { isCustom, type Step, titleOf } from "./events";

/** What a resource waits for, by ids (URNs without stack and project). */
export type Waits = Pick<Registration, "id" | "parent" | "dependencies" | "propertyDependencies">;

/**
 * The chain of steps that the run could not have been shorter than: it ends with the last step, and each step before is
 * the one that the next had to wait for the longest.
 */
export function longestChain(steps: readonly Step[], resources: readonly Waits[]): Step[] {
    const waits = new Map(resources.map((resource) => [resource.id, resource]));
    const byId = new Map(steps.map((step) => [resourceId(step.urn), step]));
    const end = (step: Step | undefined): number => step?.finished ?? 0;
    const chain: Step[] = [];
    let next = [...steps].sort((a, b) => end(b) - end(a)).find(({ finished }) => finished !== undefined);
    while (next && !chain.includes(next)) {
        chain.unshift(next);
        const waited = [...waitsOf(resourceId(next.urn), waits)].flatMap((id) => byId.get(id) ?? []);
        next = waited.sort((a, b) => end(b) - end(a))[0];
    }
    return chain;
}

/** What a resource waits for: its dependencies, and those of the components that it is in. */
function waitsOf(id: string, resources: ReadonlyMap<string, Waits>): Set<string> {
    const resource = resources.get(id);
    if (!resource) {
        return new Set();
    }
    const { dependencies, propertyDependencies, parent } = resource;
    const own = [...dependencies, ...Object.values(propertyDependencies).flat()];
    return new Set([...own, ...(parent ? waitsOf(parent, resources) : [])]);
}

const secondsOf = ({ started, finished = started }: Step): number => (finished - started) / 1000;
const shown = (step: Step): string => `${titleOf(step.urn)} ${secondsOf(step).toFixed(0)} s`;

/** How many of the slowest steps are listed. */
const slowest = 8;

/** The times of the slowest steps, and the longest chain. Empty if nothing was changed. */
export function summary(steps: readonly Step[], resources: readonly Waits[]): string {
    const own = steps.filter(({ urn, finished }) => finished !== undefined && isCustom(urn));
    if (own.length === 0) {
        return "";
    }
    const sorted = [...own].sort((a, b) => secondsOf(b) - secondsOf(a)).slice(0, slowest);
    const chain = longestChain(own, resources);
    return [
        `slowest of ${own.length} steps: ${sorted.map(shown).join(", ")}`,
        `longest chain: ${chain.map(shown).join(" → ")}`,
    ].join("\n");
}
