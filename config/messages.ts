/** What is wrong with a value, where its schema does not say so itself. Each message ends with the remedy. */
import { z } from "zod";

import { metadataOf } from "./schema";

/** Completes the sentence "<key> = <value> …". For the option `error` of zod's parse functions. */
export function messageOf(issue: z.core.$ZodRawIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return (
                wrongType[isInteger(issue.inst) ? "int" : issue.expected] ?? `is of another type; ${writtenLike(issue)}`
            );
        case "too_small":
            return limited(issue.origin, issue.minimum, issue.inclusive === false ? "more than" : "at least");
        case "too_big":
            return limited(issue.origin, issue.maximum, issue.inclusive === false ? "less than" : "at most");
        case "not_multiple_of":
            return `is no multiple of ${issue.divisor}; round it`;
        case "invalid_value":
            return `is not one of its values; use ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
        case "invalid_key":
            return `has a key that it cannot have; ${writtenLike(issue)}`;
        default:
            return `does not have the right form; ${writtenLike(issue)}`;
    }
}

const wrongType: Readonly<Record<string, string>> = {
    string: "is not text; write one value, in quotes",
    int: "is not a whole number; write it in digits, like 3",
    number: "is not a number; write it in digits, like 0.5",
    boolean: "is neither true nor false; write one of the two, without quotes",
    array: "is not a list; write [a, b]",
    object: "is not a set of fields; write {name: value}",
    record: "is not a set of fields; write {name: value}",
};

const isInteger = (schema: unknown): boolean =>
    schema instanceof z.ZodType && "format" in schema._zod.def && schema._zod.def.format === "safeint";

/** A number's limit, a text's length or a list's size. */
function limited(origin: string, limit: number | bigint, direction: string): string {
    switch (origin) {
        case "string":
            return `is of the wrong length; use ${direction} ${limit} characters`;
        case "array":
            return `is of the wrong length; list ${direction} ${limit}`;
        default:
            return `is out of range; set it to ${direction} ${limit}`;
    }
}

/** An example from the schema's metadata. */
function writtenLike({ schema, inst }: z.core.$ZodRawIssue): string {
    const declared = schema ?? inst;
    const [example] = declared instanceof z.ZodType ? (metadataOf(declared).examples ?? []) : [];
    return example === undefined ? "Pulumi.yaml describes it" : `write it like ${JSON.stringify(example)}`;
}
