/** Reads what a settings schema declares: which settings are secret, and what a value looks like. */
import type { z } from "zod";

/** What a setting's declaration says beside its type, default and description. */
export interface SettingMetadata {
    /** Whether the value is a secret, which is never shown and is encrypted in the state. */
    readonly secret?: boolean;
    /** Valid values, for the documentation and in place of secrets that only the engine can decrypt. */
    readonly examples?: readonly unknown[];
    /** Whether a number is taken as the text that it is written as. */
    readonly orNumber?: boolean;
}

/** The parts of zod's definitions that are walked here. */
interface Definition {
    readonly type: string;
    readonly innerType?: z.ZodType;
    readonly in?: z.ZodType;
    readonly out?: z.ZodType;
    readonly shape?: Readonly<Record<string, z.ZodType>>;
    readonly element?: z.ZodType;
    readonly valueType?: z.ZodType;
    readonly options?: readonly z.ZodType[];
}

const definitionOf = (schema: z.ZodType): Definition => schema._zod.def;

/** The schema and those it wraps (defaults, optionals, conversions), from the outside in. */
function layersOf(schema: z.ZodType): z.ZodType[] {
    const { innerType, in: input, out: output } = definitionOf(schema);
    const inner = innerType ?? (input && definitionOf(input).type === "transform" ? output : input);
    return inner ? [schema, ...layersOf(inner)] : [schema];
}

const core = (schema: z.ZodType): Definition => definitionOf(layersOf(schema).at(-1) ?? schema);

/** A schema's metadata, that of the wrapping layers first. */
export const metadataOf = (schema: z.ZodType): SettingMetadata =>
    Object.assign({}, ...[...layersOf(schema)].reverse().map((layer) => layer.meta() ?? {})) as SettingMetadata;

/** The schemas of an object's, a list's or a union's parts. */
function parts(schema: z.ZodType): z.ZodType[] {
    const { shape = {}, element, valueType, options = [] } = core(schema);
    return [...Object.values(shape), ...(element ? [element] : []), ...(valueType ? [valueType] : []), ...options];
}

/** Whether the value is a secret or has secrets in it. */
export function holdsSecret(schema: z.ZodType): boolean {
    return metadataOf(schema).secret === true || parts(schema).some(holdsSecret);
}

/** The schema of one part of a value: a key of an object, or an index of a list. */
export function partOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
    const { shape, element, valueType, options } = core(schema);
    return (
        (shape && Object.hasOwn(shape, key) ? shape[key as string] : undefined) ??
        element ??
        valueType ??
        options?.map((option) => partOf(option, key)).find(Boolean)
    );
}

/** The paths of a schema and of all its parts: `[]`, `["dns"]`, `["dns", "address"]`; 0 for the items of a list. */
export function fieldPaths(schema: z.ZodType, path: readonly PropertyKey[] = []): PropertyKey[][] {
    const { shape = {}, element, valueType, options = [] } = core(schema);
    const inner: [PropertyKey, z.ZodType][] = [
        ...Object.entries(shape),
        ...(element ? [[0, element] as [PropertyKey, z.ZodType]] : []),
        ...(valueType ? [["key", valueType] as [PropertyKey, z.ZodType]] : []),
    ];
    return [
        ...(path.length > 0 ? [[...path]] : []),
        ...inner.flatMap(([part, type]) => fieldPaths(type, [...path, part])),
        ...options.flatMap((option) => fieldPaths(option, path).filter(({ length }) => length > path.length)),
    ];
}

/** A value with each of its parts, and the part's schema, put through a function. A value without parts stays. */
function mapParts(
    schema: z.ZodType | undefined,
    value: unknown,
    map: (schema: z.ZodType | undefined, part: unknown) => unknown,
): unknown {
    if (Array.isArray(value)) {
        return value.map((item, i) => map(schema && partOf(schema, i), item));
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(
              Object.entries(value).map(([key, inner]) => [key, map(schema && partOf(schema, key), inner)]),
          )
        : value;
}

/** Applies a function to every secret in a value, and leaves everything else as it is. */
export function mapSecrets(schema: z.ZodType | undefined, value: unknown, map: (secret: unknown) => unknown): unknown {
    if (value === undefined || value === null || schema === undefined || !holdsSecret(schema)) {
        return value;
    }
    return metadataOf(schema).secret
        ? map(value)
        : mapParts(schema, value, (part, inner) => mapSecrets(part, inner, map));
}

/**
 * A value as its schema wants it: `pulumi config set --path` writes fractions as text, and YAML reads the quantity `2`
 * as a number.
 */
export function normalized(schema: z.ZodType | undefined, value: unknown): unknown {
    if (schema === undefined) {
        return value;
    }
    if (typeof value === "object") {
        return mapParts(schema, value, normalized);
    }
    if (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) && takesNumbers(schema)) {
        return Number(value);
    }
    return typeof value === "number" && metadataOf(schema).orNumber ? String(value) : value;
}

function takesNumbers(schema: z.ZodType): boolean {
    const { type, options } = core(schema);
    return type === "number" || Boolean(options?.every((option) => typeof literalOf(option) === "number"));
}

const literalOf = (schema: z.ZodType): unknown => (core(schema) as { values?: readonly unknown[] }).values?.[0];

/** Whether a value stands for a secret as the stack's file holds it: ciphertext, which only the engine can decrypt. */
export const isCiphertext = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).join() === "secure" &&
    typeof (value as { secure: unknown }).secure === "string";

/**
 * The value with an example in place of each ciphertext, for the commands that work without the engine's key. Where
 * the schema has no example, the setting is left out.
 */
export function withStandIns(schema: z.ZodType | undefined, value: unknown): unknown {
    return isCiphertext(value) ? schema && metadataOf(schema).examples?.[0] : mapParts(schema, value, withStandIns);
}
