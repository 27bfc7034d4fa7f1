/** Reads a stack's file, Pulumi.STACK.yaml, as the engine does. */
import { existsSync, readFileSync } from "node:fs";

import { closest, distance } from "fastest-levenshtein";
import { LineCounter, parseDocument, type Tags, visit } from "yaml";

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
        ...values.flatMap(([key, value]) => notAnObject(key, value)),
        ...values
            .filter(([key], i) => values.findIndex(([other]) => other === key) < i)
            .map(([key]) => ({ key, remedy: "is set twice, once in another spelling; keep one of the two" })),
    ];
    if (problems.length > 0) {
        throw configurationError(problems);
    }
    return {
        config: Object.fromEntries(values.map(([key, value]) => [key, asText(value)])),
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
 * The engine's YAML library, go-yaml, resolves `012` and `1_000` as YAML 1.1 does and `0o14` as YAML 1.2 does. `yes` and
 * `1:30` are text. `<<` merges. A date becomes text in another form.
 */
const engineTags = (tags: Tags): Tags => [
    ...tags.filter(
        (tag) =>
            typeof tag !== "object" ||
            !(/:(bool|set|omap|pairs|binary)$/.test(tag.tag) || ("format" in tag && tag.format === "TIME")),
    ),
    "bool",
    "intOct",
];

function parsed(file: string, text: string): unknown {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { schema: "yaml-1.1", customTags: engineTags, merge: true, lineCounter });
    const mistake = (offset: number, reason: string) => {
        const { line, col } = lineCounter.linePos(offset);
        return runError(`${file}, line ${line}, column ${col}: ${reason}; correct the YAML there`);
    };
    const [error] = document.errors;
    if (error) {
        const [reason = ""] = error.message.split(/ at line |\n/);
        throw mistake(error.pos[0], error.code === "MULTIPLE_DOCS" ? "A stack's file is one YAML document" : reason);
    }
    visit(document, {
        Alias: (_, alias) => {
            if (!alias.resolve(document)) {
                throw mistake(alias.range?.[0] ?? 0, `There is no anchor &${alias.source} above`);
            }
        },
    });
    return document.toJS();
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
            const guess = closest(key.toLowerCase(), engineKeys);
            const hint = key.includes(":")
                ? "indent it below config:"
                : distance(key.toLowerCase(), guess) <= 2
                  ? `did you mean ${guess}?`
                  : `there are: ${engineKeys.join(", ")}`;
            return { key, remedy: `is not a key of ${file}; ${hint}` };
        });
}

/** The engine refuses text and numbers where Pulumi.yaml declares an object, without saying in which file. */
function notAnObject(key: string, value: unknown): Problem[] {
    if (!key.startsWith(`${project}:`) || isObject(value)) {
        return [];
    }
    return value === null || value === ""
        ? [{ key, remedy: "has no value; write its settings below it, or remove the line" }]
        : [{ key, value, remedy: "is not a set of fields; write {name: value}" }];
}

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, asTheEngine));

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
