import type * as pulumi from "@pulumi/pulumi";

import { runError } from "./run-error";

/** A setting that cannot be deployed, or that has no effect. */
export interface Problem {
    /** The setting as `pulumi config set --path` takes it, such as `noc:dns.forwardZones[0].name`. */
    readonly key: string;
    /** Its value; undefined where the value is missing or must not be shown. */
    readonly value?: unknown;
    /** Completes the sentence "<key> = <value> ...": what is wrong, and how to correct it. */
    readonly remedy: string;
    /**
     * An error stops the deployment. A warning is for a setting that has no effect because of another one: the remedy
     * names both. Defaults to error.
     */
    readonly severity?: "error" | "warning";
}

/**
 * Warns of a setting that has no effect.
 * @param because the other setting and its value, such as `noc:dns.enabled is true`.
 */
export const withoutEffect = (key: string, value: unknown, because: string): Problem => ({
    key,
    value,
    remedy: `has no effect while ${because}; remove it`,
    severity: "warning",
});

/** A problem as one line. Of a long value it shows the beginning. */
export const problemLine = ({ key, value, remedy }: Problem): string =>
    `${key}${value === undefined ? "" : ` = ${shortened(JSON.stringify(value))}`} ${remedy}${remedy.endsWith("?") ? "" : "."}`;

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 150)}…` : text);

/** The error that lists all problems of a configuration, one per line. */
export function configurationError(problems: readonly Problem[]): pulumi.RunError {
    const lines = problems.map((problem) => `  ${problemLine(problem)}`);
    return runError(`the stack's configuration cannot be deployed:\n${lines.join("\n")}`);
}
