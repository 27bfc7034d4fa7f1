import type * as pulumi from "@pulumi/pulumi";

import { runError } from "./run-error";

/** A setting that cannot be deployed. */
export interface Problem {
    /** The setting as `pulumi config set --path` takes it, such as `noc:dns.forwardZones[0].name`. */
    readonly key: string;
    /** Its value; undefined where the value is missing or must not be shown. */
    readonly value?: unknown;
    /** Completes the sentence "<key> = <value> ...": what is wrong, and how to correct it. */
    readonly remedy: string;
}

/** The error that lists all problems of a configuration, one per line. */
export function configurationError(problems: readonly Problem[]): pulumi.RunError {
    const lines = problems.map(({ key, value, remedy }) => {
        const shown = value === undefined ? "" : ` = ${JSON.stringify(value)}`;
        return `  ${key}${shown} ${remedy}.`;
    });
    return runError(`the stack's configuration cannot be deployed:\n${lines.join("\n")}`);
}
