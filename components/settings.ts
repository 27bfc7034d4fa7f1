/** The stack's configuration: parsed once into one typed, immutable object. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { messageOf } from "../config/messages";
import { nearest } from "../config/nearest";
import { configurationError, type Problem, problemLine } from "../config/problems";
import { holdsSecret, isCiphertext, normalized, partOf, withStandIns } from "../config/schema";
import { keyOf, pathOf, valueAt } from "../config/setting-path";
import { checkStackFile } from "../config/stack-file";
import { components } from "./index";
import { addressProblems } from "./address-rules";
import type { AddressClaim, ComponentDefinition, HostRequest, ReadSettings } from "./lib/component";
import { type Site, siteSettings } from "./lib/site";
import { hostProblems } from "./host-rules";
import { siteProblems } from "./site-rules";

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
    if (pulumi.runtime.hasEngine()) {
        checkStackFile(pulumi.getStack());
    }
    const checked = checkSettings(pulumi.runtime.allConfig());
    const settings = settingsWithoutErrors(checked);
    await Promise.all(checked.problems.map((warning) => pulumi.log.warn(problemLine(warning))));
    return settings;
}

/**
 * Parses a stack's configuration.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export const parseSettings = (raw: RawConfig): Settings => settingsWithoutErrors(checkSettings(raw));

/** A configuration's settings, if they could be read, and everything that is wrong with it. */
export interface CheckedSettings {
    readonly settings?: Settings;
    readonly problems: readonly Problem[];
}

/** Parses a stack's configuration, and finds everything that is wrong with it. */
export function checkSettings(raw: RawConfig): CheckedSettings {
    const own = Object.entries(raw).filter(([key]) => key.startsWith("noc:"));
    const values = Object.fromEntries(own.map(([key, text]) => [key.slice("noc:".length), fromText(text)]));
    const given = normalized(settingsSchema, withStandIns(settingsSchema, values));
    const parsed = settingsSchema.safeParse(given, { error: messageOf });
    const unread = unreadKeys(Object.keys(raw));
    if (!parsed.success) {
        return { problems: [...unread, ...parsed.error.issues.flatMap((issue) => problemsOf(issue, values))] };
    }
    const settings = deepFreeze(parsed.data) as unknown as Settings;
    const known = ({ key }: Problem) => !isCiphertext(valueAt(values, pathOf(key)));
    return { settings, problems: [...unread, ...neverEnabled(values), ...brokenRules(settings).filter(known)] };
}

/** Components that are off by default, with settings all the same. With `enabled: false` this is said on purpose. */
function neverEnabled(values: Readonly<Record<string, unknown>>): Problem[] {
    return definitions
        .filter(({ settings }) => !settings.shape.enabled.parse(undefined))
        .flatMap(({ name }): Problem[] => {
            const given = Object.keys(values[name] ?? {});
            return given.length === 0 || given.includes("enabled")
                ? []
                : [
                      {
                          key: `noc:${name}`,
                          remedy: `has no effect while noc:${name}.enabled is not set; set it to true, or to false to keep these settings for later`,
                          severity: "warning",
                      },
                  ];
        });
}

function settingsWithoutErrors({ settings, problems }: CheckedSettings): Settings {
    const errors = problems.filter(({ severity }) => severity !== "warning");
    if (!settings || errors.length > 0) {
        throw configurationError(errors);
    }
    return settings;
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
    ...new Set(enabledComponents(settings).flatMap((definition) => componentNamespaces(settings, definition))),
];

/** The namespaces that a component would deploy to. */
export const componentNamespaces = (
    settings: Settings,
    definition: ComponentDefinition,
    site: Pick<Settings["site"], "namespace"> = settings.site,
): string[] => definition.namespaces(settingsOf(settings, definition), site, (other) => settingsOf(settings, other));

/** The site as the components get it. */
export const siteOf = ({ site, metallb }: Pick<Settings, "site" | "metallb">): Site => ({
    ...site,
    metallb: metallb.enabled,
});

/** The host names that the enabled components ask for. */
export const requestedHosts = (settings: Settings): HostRequest[] =>
    enabledComponents(settings).flatMap(
        (definition) => definition.hosts?.(settingsOf(settings, definition), settings.site) ?? [],
    );

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
    const site = siteOf(settings);
    const enabled = enabledComponents(settings);
    return [
        ...siteProblems(site, ownNamespaces(settings)),
        ...enabled.flatMap((definition) => definition.problems?.(settingsOf(settings, definition), read, site) ?? []),
        ...enabled.flatMap(({ name, needs = [] }) => missingNeeds(name, needs, enabled)),
        ...hostProblems(requestedHosts(settings), settings.gateway.enabled),
        ...addressProblems(
            addressClaims(settings),
            settings.metallb.enabled,
            enabled.flatMap((definition) => definition.anyAddress?.(settingsOf(settings, definition)) ?? []),
        ),
    ];
}

/** The namespaces that components deploy to beside the site's, with the components' names. */
function ownNamespaces(settings: Settings): Map<string, string> {
    const namespaces = definitions.flatMap((definition) =>
        componentNamespaces(settings, definition, { namespace: "" }).map((namespace): [string, string] => [
            namespace,
            definition.title,
        ]),
    );
    return new Map(namespaces.filter(([namespace]) => namespace !== ""));
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

/** Keys of namespaces that nothing reads, such as a misspelt one. */
function unreadKeys(keys: readonly string[]): Problem[] {
    return keys
        .filter((key) => !readNamespaces.includes(key.split(":")[0] ?? ""))
        .map((key) => {
            const [, name = ""] = key.split(":");
            const hint = Object.hasOwn(settingsSchema.shape, name)
                ? `did you mean noc:${name}?`
                : "this project's keys begin with noc:";
            return { key, remedy: `is read by nothing; ${hint}` };
        });
}

/** The project's namespace, the engine's, and those of the providers. */
const readNamespaces = ["noc", "pulumi", "kubernetes", "random"];

/** A value that is not plain text reaches the program as JSON. */
function fromText(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function problemsOf(issue: z.core.$ZodIssue, values: unknown): Problem[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownKey(key, issue.path));
    }
    const key = keyOf(issue.path);
    const value = valueAt(values, issue.path);
    if (value === null) {
        return [{ key, remedy: "has no value; write one, or remove the line" }];
    }
    if (value === undefined && issue.code !== "custom") {
        return [{ key, remedy: `is not set; run: pulumi config set --path '${key}' VALUE` }];
    }
    const schema = schemaAt(issue.path);
    return [{ key, value: schema && holdsSecret(schema) ? undefined : value, remedy: issue.message }];
}

const schemaAt = (path: readonly PropertyKey[]): z.ZodType | undefined =>
    path.reduce<z.ZodType | undefined>((at, part) => at && partOf(at, part), settingsSchema);

function unknownKey(key: string, path: readonly PropertyKey[]): Problem {
    const name = keyOf([...path, key]);
    const [parent = ""] = key.split(".");
    if (path.length === 0 && parent !== key && Object.hasOwn(settingsSchema.shape, parent)) {
        return {
            key: name,
            remedy: `is a key with a dot in it; set the field with: pulumi config set --path '${name}' VALUE`,
        };
    }
    const schema = schemaAt(path);
    const known = schema ? fieldsOf(schema) : [];
    const guess = nearest(key, known);
    const hint = guess === undefined ? `there are: ${known.join(", ")}` : `did you mean ${keyOf([...path, guess])}?`;
    return { key: name, remedy: `is not a setting; ${hint}` };
}

function fieldsOf(schema: z.ZodType): string[] {
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return Object.keys(json.properties ?? {});
}

function deepFreeze<T>(value: T): T {
    if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(deepFreeze);
        Object.freeze(value);
    }
    return value;
}
