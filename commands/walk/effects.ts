/** What a change of a setting on a running stack does, as `npm run walk` has measured it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Registration, resourceId } from "../../tools/mock-engine";
import { projectFolder } from "../../tools/stack-config";
import { isCustom, type Step, titleOf } from "../progress/events";
import { dangers } from "../upgrade-check";
import { notWalked } from "./rounds";
import type { Observation } from "./watch";

/** The effect of one setting's change, there and back. */
export interface Effect {
    /** Resources that the engine changes: `Release kea-dhcp`. */
    readonly changes: readonly string[];
    /** Replaced and deleted resources that serve or keep data: `replaces Service unbound`. */
    readonly dangers: readonly string[];
    /** Workloads whose pods are replaced or restarted, as `NAMESPACE/NAME`. */
    readonly restarted: readonly string[];
    /** For how many seconds a restarted workload had no ready pod, where that was at least a second. */
    readonly down: Readonly<Record<string, number>>;
    /** Of how many queries how many were not answered; left out where all were. */
    readonly lost?: readonly [lost: number, queries: number];
    /** The message that refused the change. */
    readonly refused?: string;
}

/** Effects by setting, as the reference writes it: `dns.forwardZones[].name`. */
export type Effects = Readonly<Record<string, Effect>>;

const file = join(projectFolder, "commands", "walk", "effects.json");

/** The committed effects. */
export const readEffects = (): Effects => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Effects) : {});

/** Adds effects to the committed ones. */
export function writeEffects(effects: Effects): void {
    const all = Object.entries({ ...readEffects(), ...effects }).sort(([a], [b]) => a.localeCompare(b));
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

/** A setting as the reference writes it. */
export const settingName = (path: string): string => path.replace(/\[\d+\]/g, "[]");

/** The ids of the resources that differ between two runs of the program, and of those that use their outputs. */
export function affectedBy(before: readonly Registration[], after: readonly Registration[]): Set<string> {
    const old = new Map(before.map(({ id, inputsHash }) => [id, inputsHash]));
    const now = new Map(after.map(({ id, inputsHash }) => [id, inputsHash]));
    const affected = new Set([...old.keys(), ...now.keys()].filter((id) => old.get(id) !== now.get(id)));
    for (let size = -1; size !== affected.size;) {
        size = affected.size;
        [...before, ...after]
            .filter(({ propertyDependencies }) =>
                Object.values(propertyDependencies)
                    .flat()
                    .some((id) => affected.has(id)),
            )
            .forEach(({ id }) => affected.add(id));
    }
    return affected;
}

/** The part of what a round did that comes from the resources that one of its settings affects. */
export function effectOf(
    affected: ReadonlySet<string>,
    steps: readonly Step[],
    { restarted, down, lost, queries }: Observation,
): Effect {
    const own = steps.filter(({ urn }) => isCustom(urn) && affected.has(resourceId(urn)));
    const isOwn = (workload: string) => own.some(({ urn }) => brings(urn, workload));
    const touchesResolver = own.some(({ urn }) => /noc:(dns|metallb):|::noc$/.test(urn));
    return {
        changes: [...new Set(own.map(({ urn }) => titleOf(urn)))].sort(),
        dangers: dangers(own),
        restarted: restarted.filter(isOwn),
        down: Object.fromEntries(Object.entries(down).filter(([workload]) => isOwn(workload))),
        ...(touchesResolver && lost > 0 && { lost: [lost, queries] as const }),
    };
}

/** Whether a workload is a resource, or an object of its Helm release, in whose name the release's name is. */
function brings(urn: string, workload: string): boolean {
    const [, name = ""] = workload.split("/");
    const resource = urn.split("::").at(-1) ?? "";
    return /helm\.sh\/v3:Release::/.test(urn) ? name.includes(resource) : name === resource;
}

/** The effect in words, for the reference. */
export function effectText({ changes, dangers, restarted, down, lost, refused }: Effect): string {
    if (refused !== undefined) {
        return "is refused";
    }
    const pods = restarted.map((workload) => {
        const time = down[workload];
        return `restarts ${workload}${time === undefined ? "" : `, down for ${time} s`}`;
    });
    // With a namespace goes everything in it.
    const namespaces = dangers.filter((danger) => danger.includes(" Namespace "));
    const parts = [
        ...(namespaces.length > 0 ? namespaces : dangers),
        ...pods,
        ...(lost ? [`${lost[0]} of ${lost[1]} queries are not answered`] : []),
    ];
    return parts.length > 0 ? parts.join("; ") : changes.length > 0 ? "in place" : "changes nothing in the cluster";
}

/** What a change of a setting does, in words. Undefined if nobody has found out. */
export function changeText(setting: string, effects: Effects): string | undefined {
    const effect = effects[setting];
    const [component = ""] = setting.split(".");
    return effect ? effectText(effect) : (notWalked[setting] ?? notWalked[component]);
}
