/** The stack's configuration: parsed once into one typed, immutable object. */
import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

import { configurationError, type Problem, problemLine } from "../config/problems";
import { holdsSecret, isCiphertext, normalized, partOf, withStandIns } from "../config/schema";
import { components } from "./index";
import { addressProblems } from "./address-rules";
import type { AddressClaim, ComponentDefinition, ReadSettings } from "./lib/component";
import { siteSettings } from "./lib/site";

type Components = typeof components;

/** Everything that a stack says about itself: `noc:dns.replicas` is `dns.replicas`. */
export type Settings = { readonly site: z.output<typeof siteSettings> } & {
    readonly [Name in keyof Components]: z.output<Components[Name]["settings"]>;
};

/** All components, whatever their settings. */
export const definitions: readonly ComponentDefinition[] = Object.values(components);

/** The settings of a stack's file: one object for the site and one for each component. */
export const settingsSchema = z.strictObject({
    site: siteSettings.prefault({} as never),
    ...Object.fromEntries(definitions.map(({ name, settings }) => [name, settings.prefault({} as never)])),
});

/** Keys of the stack's configuration with their namespace, and their values as the engine hands them over: text. */
export type RawConfig = Readonly<Record<string, string>>;

/**
 * Reads the running stack's configuration, and warns of settings that have no effect.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export async function readSettings(): Promise<Settings> {
    const { settings, warnings } = checkedSettings(pulumi.runtime.allConfig());
    await Promise.all(warnings.map((warning) => pulumi.log.warn(problemLine(warning))));
    return settings;
}

/**
 * Parses a stack's configuration. Keys of other namespaces (`pulumi:`, `kubernetes:`) are left alone.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export const parseSettings = (raw: RawConfig): Settings => checkedSettings(raw).settings;

/**
 * The same, with the settings that have no effect because of others.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export function checkedSettings(raw: RawConfig): { settings: Settings; warnings: Problem[] } {
    const own = Object.entries(raw).filter(([key]) => key.startsWith("noc:"));
    const values = Object.fromEntries(own.map(([key, text]) => [key.slice(4), fromText(text)]));
    const given = normalized(settingsSchema, withStandIns(settingsSchema, values));
    const parsed = settingsSchema.safeParse(given, { error: messageOf });
    if (!parsed.success) {
        throw configurationError(parsed.error.issues.flatMap((issue) => problemsOf(issue, values)));
    }
    const settings = deepFreeze(parsed.data) as unknown as Settings;
    const problems = brokenRules(settings).filter(({ key }) => !isCiphertext(valueAt(values, pathOf(key))));
    const errors = problems.filter(({ severity }) => severity !== "warning");
    if (errors.length > 0) {
        throw configurationError(errors);
    }
    return { settings, warnings: problems.filter(({ severity }) => severity === "warning") };
}

/** The settings of a component. */
export const settingsOf = <Definition extends Pick<ComponentDefinition, "name" | "settings">>(
    settings: Settings,
    { name }: Definition,
): z.output<Definition["settings"]> => settings[name as keyof Components] as z.output<Definition["settings"]>;

/** The components that are switched on. */
export const enabledComponents = (settings: Settings): ComponentDefinition[] =>
    definitions.filter((definition) => settingsOf(settings, definition).enabled);

/** The namespaces that the enabled components deploy to. */
export const deployedNamespaces = (settings: Settings): string[] => [
    ...new Set(
        enabledComponents(settings).flatMap((definition) =>
            definition.namespaces(settingsOf(settings, definition), settings.site),
        ),
    ),
];

/** The addresses that the site and all enabled components use. */
export function addressClaims(settings: Settings): AddressClaim[] {
    const { nodeAddresses, foreignRanges } = settings.site;
    return [
        ...nodeAddresses.map((text, i) => ({ key: `noc:site.nodeAddresses[${i}]`, text, use: "node" as const })),
        ...foreignRanges.map((text, i) => ({ key: `noc:site.foreignRanges[${i}]`, text, use: "foreign" as const })),
        ...enabledComponents(settings).flatMap(
            (definition) => definition.addresses?.(settingsOf(settings, definition)) ?? [],
        ),
    ];
}

/** Everything that the schemas cannot say: rules within a component and between them. */
function brokenRules(settings: Settings): Problem[] {
    const read: ReadSettings = (definition) => settingsOf(settings, definition);
    const enabled = enabledComponents(settings);
    return [
        ...enabled.flatMap((definition) => definition.problems?.(settingsOf(settings, definition), read) ?? []),
        ...enabled.flatMap(({ name, needs = [] }) => missingNeeds(name, needs, enabled)),
        ...addressProblems(addressClaims(settings), settings.metallb.enabled),
    ];
}

function missingNeeds(name: string, needs: readonly string[], enabled: readonly ComponentDefinition[]): Problem[] {
    return needs
        .filter((need) => !enabled.some((other) => other.name === need))
        .map((need) => ({
            key: `noc:${name}.enabled`,
            value: true,
            remedy: `needs ${need}; set noc:${need}.enabled to true as well`,
        }));
}

/** A value that is not plain text reaches the program as JSON. */
function fromText(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

/** What is wrong with a value of the wrong type. Every other mistake has a message in its schema. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
    if (issue.code !== "invalid_type") {
        return undefined;
    }
    const wanted: Record<string, string> = {
        string: "is not text; put it in quotes",
        int: "is not a whole number",
        number: "is not a number",
        boolean: "is neither true nor false",
        array: "is not a list; write [a, b]",
        object: "is not a set of fields; write {name: value}",
    };
    return wanted[issue.expected] ?? `is not of the type ${issue.expected}`;
}

function problemsOf(issue: z.core.$ZodIssue, values: unknown): Problem[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownKey(key, issue.path));
    }
    const key = keyOf(issue.path);
    const value = valueAt(values, issue.path);
    if (value === undefined) {
        return [{ key, remedy: `is not set; run: pulumi config set --path '${key}' VALUE` }];
    }
    const schema = issue.path.reduce<z.ZodType | undefined>((at, part) => at && partOf(at, part), settingsSchema);
    const message = issue.code === "invalid_type" && issue.expected === "int" ? "is not a whole number" : issue.message;
    return [{ key, value: schema && holdsSecret(schema) ? undefined : value, remedy: message }];
}

function unknownKey(key: string, path: readonly PropertyKey[]): Problem {
    const parent = path.reduce<z.ZodType | undefined>((at, part) => at && partOf(at, part), settingsSchema);
    const known = parent ? fieldsOf(parent) : [];
    const guess = known.length > 0 ? closest(key, known) : "";
    const near = guess !== "" && distance(key.toLowerCase(), guess.toLowerCase()) <= 3;
    const hint = near ? `did you mean ${keyOf([...path, guess])}?` : `there are: ${known.join(", ")}`;
    return { key: keyOf([...path, key]), remedy: `is not a setting; ${hint}` };
}

function fieldsOf(schema: z.ZodType): string[] {
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return Object.keys(json.properties ?? {});
}

/** `noc:dhcp.subnets[0].pools[1]`, as `pulumi config set --path` takes it. */
export function keyOf(path: readonly PropertyKey[]): string {
    return path.reduce<string>(
        (key, part, i) => (typeof part === "number" ? `${key}[${part}]` : `${key}${i > 0 ? "." : ""}${String(part)}`),
        "noc:",
    );
}

const pathOf = (key: string): PropertyKey[] =>
    [...key.slice(4).matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));

const valueAt = (values: unknown, path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], values);

function deepFreeze<T>(value: T): T {
    if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}
