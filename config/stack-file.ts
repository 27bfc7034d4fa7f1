/** Reads a stack's file, Pulumi.STACK.yaml, as the engine does. */
import { existsSync, readFileSync } from "node:fs";

import {
    type Document,
    type ErrorCode,
    isAlias,
    isCollection,
    isMap,
    isScalar,
    isSeq,
    LineCounter,
    type Node,
    parseDocument,
    type Tags,
    visit,
    type YAMLError,
} from "yaml";

import { nearest } from "./nearest";
import { configurationError, type Problem } from "./problems";
import { runError } from "./run-error";

/** What the program and the commands need of a stack's file. */
export interface StackFile {
    /** Values by `NAMESPACE:KEY`, as text: an object or a list as JSON, a secret as its ciphertext `{"secure": …}`. */
    readonly config: Readonly<Record<string, string>>;
    /** Whether the stack's secrets have been encrypted with a passphrase before. */
    readonly hasEncryptionSalt: boolean;
}

/** The project's name, which is the namespace of its settings. */
const project = "noc";

/** The keys that the engine reads, sdk/go/common/workspace/project.go; of `x-` keys, it reads none. */
const engineKeys = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/**
 * Reads the text of a stack's file.
 * @param file its name, for messages.
 * @throws RunError naming the file and the line of a mistake in the YAML, or every key that nothing reads.
 */
export function readStackFile(file: string, text: string): StackFile {
    const root = parsed(file, text) ?? {};
    if (!isObject(root)) {
        throw runError(`${file} is a ${Array.isArray(root) ? "list" : "single value"}; begin it with the key config:`);
    }
    const { config = {} } = root;
    const settings = config ?? {};
    if (!isObject(settings)) {
        throw runError(`config in ${file} is not a set of keys; write one setting a line below it, like noc:site: {}`);
    }
    const values = Object.entries(settings).map(([key, value]): [string, unknown] => [qualified(key), value]);
    const problems = [
        ...outside(file, root),
        ...values
            .filter(([key], i) => values.findIndex(([other]) => other === key) < i)
            .map(([key]) => ({ key, remedy: "is set twice, once in another spelling; keep one of the two" })),
    ];
    if (problems.length > 0) {
        throw configurationError(problems);
    }
    return {
        config: Object.fromEntries(values.map(([key, value]) => [key, asText(key, value)])),
        hasEncryptionSalt: "encryptionsalt" in root,
    };
}

/**
 * Checks the file of the running stack, where it lies in the current folder. The engine hands over what it read of the
 * file, and says nothing of the rest.
 * @throws RunError as readStackFile does.
 */
export function checkStackFile(stack: string): void {
    const file = stackFileName(stack);
    if (existsSync(file)) {
        readStackFile(file, readFileSync(file, "utf8"));
    }
}

/** The name of a stack's file, in the project's folder. */
export const stackFileName = (stack: string): string => `Pulumi.${stack}.yaml`;

/**
 * The engine's YAML library, go-yaml, resolves `012` and `1_000` as YAML 1.1 does and `0o14` as YAML 1.2 does. `yes`,
 * `1:30` and a single dot are text. `<<` merges. A date becomes text in another form.
 */
const engineTags = (tags: Tags): Tags => [
    ...tags
        .filter(
            (tag) =>
                typeof tag !== "object" ||
                !(/:(bool|set|omap|pairs|binary)$/.test(tag.tag) || ("format" in tag && tag.format === "TIME")),
        )
        .map((tag) =>
            typeof tag === "object" && "test" in tag && tag.test?.test(".") ? { ...tag, test: decimal } : tag,
        ),
    "bool",
    "intOct",
];

const decimal = /^[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9_]*[0-9][0-9_]*)$/;

/** A value counts as often as aliases repeat it. A stack with 10,000 reservations has some 100,000 values. */
const mostValues = 1_000_000;

/** What the YAML library says about mistakes that are easy to make, in plainer words. */
const reasons: Partial<Record<ErrorCode, string>> = {
    BLOCK_AS_IMPLICIT_KEY: "A second colon in a line, or a line that is indented further than the one before it",
    DUPLICATE_KEY: "This key is set twice",
    MULTILINE_IMPLICIT_KEY: "A line without a key and a colon",
    MULTIPLE_DOCS: "A stack's file is one YAML document",
};

function parsed(file: string, text: string): unknown {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { schema: "yaml-1.1", customTags: engineTags, merge: true, lineCounter });
    const mistake = (offset: number, reason: string) => {
        const { line, col } = lineCounter.linePos(offset);
        return runError(`${file}, line ${line}, column ${col}: ${reason}; correct the YAML there`);
    };
    // A tag that nothing resolves is a warning, and the value text.
    const error: YAMLError | undefined =
        document.errors[0] ?? document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
    if (error) {
        throw mistake(error.pos[0], reasons[error.code] ?? error.message.split(/ at line |\n/)[0] ?? "");
    }
    resolveAliases(document, mistake);
    return document.toJS();
}

/**
 * Puts what aliases stand for in their place; the library itself takes a second for a thousand aliases.
 * @throws the mistake where a key, an alias or a merge means something that cannot become a value.
 */
function resolveAliases(document: Document.Parsed, mistake: (offset: number, reason: string) => Error): void {
    const anchors = new Map<string, Node>();
    const resolved = (node: unknown) => (isAlias(node) ? anchors.get(node.source) : node);
    let values = 0;
    visit(document, {
        Value: (_, node) => {
            if (node.anchor !== undefined) {
                anchors.set(node.anchor, node);
            }
            if (++values > mostValues) {
                throw mistake(node.range?.[0] ?? 0, "Aliases repeat this value too often");
            }
        },
        Alias: (_, alias, path) => {
            const source = anchors.get(alias.source);
            if (!source || path.some((node) => node === source)) {
                const reason = source ? "contains itself" : "is not above";
                throw mistake(alias.range?.[0] ?? 0, `The anchor &${alias.source} ${reason}`);
            }
            return source;
        },
        Pair: (_, { key, value }) => {
            if (isCollection(key)) {
                throw mistake(key.range?.[0] ?? 0, "A key is a set of fields or a list, as {{ }} is without quotes");
            }
            if (isScalar(key) && key.source === "<<") {
                const source = resolved(value);
                const merged = isSeq(source) ? source.items.map(resolved) : [source];
                // An alias without an anchor is visited next.
                if (!merged.every((node) => node === undefined || isMap(node))) {
                    throw mistake(key.range?.[0] ?? 0, "What << merges is not a set of fields");
                }
            }
        },
    });
}

/** A key with its namespace. The engine takes `dns` and `noc:config:dns` for `noc:dns`. */
function qualified(key: string): string {
    const parts = key.split(":");
    return parts.length === 1 ? `${project}:${key}` : parts.length === 3 ? `${parts[0]}:${parts[2]}` : key;
}

/** Keys beside `config:` that nothing reads. */
function outside(file: string, root: Record<string, unknown>): Problem[] {
    return Object.keys(root)
        .filter((key) => !engineKeys.includes(key) && !key.startsWith("x-"))
        .map((key) => {
            const guess = nearest(key, engineKeys);
            const hint = key.includes(":")
                ? "indent it below config:"
                : guess === undefined
                  ? `there are: ${engineKeys.join(", ")}`
                  : `did you mean ${guess}?`;
            return { key, remedy: `is not a key of ${file}; ${hint}` };
        });
}

/** A value of this project is JSON even where it is text, so that the text `{}` does not pass for an empty object. */
const asText = (key: string, value: unknown): string =>
    typeof value === "string" && !key.startsWith(`${project}:`) ? value : JSON.stringify(value, asTheEngine);

/** A date as go-yaml writes it. */
function asTheEngine(this: Record<string, unknown>, key: string, value: unknown): unknown {
    const own = this[key];
    return own instanceof Date
        ? own
              .toISOString()
              .replace("T", " ")
              .replace(/(\.000)?Z$/, " +0000 UTC")
        : value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
