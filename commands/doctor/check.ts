/** What a check of `npm run doctor` is, and how it is run. */
import type { Settings } from "../../components/settings";
import type { Facts } from "./facts";

/** Something that is wrong with the cluster or the network around it. */
export interface Finding {
    /** An error stops `up` or breaks a service. A warning weakens one. */
    readonly severity: "error" | "warning";
    /** What is wrong, in one line. */
    readonly what: string;
    /** Why it matters. */
    readonly why: string;
    /** The command that mends it. */
    readonly mend: string;
}

/** What a check came to: what it saw and found, or why it could not look. */
export type Outcome = { readonly seen: string; readonly findings: readonly Finding[] } | { readonly skipped: string };

/** A fact that could not be had. */
export class Missing {
    constructor(readonly reason: string) {}
}

/** The facts as they were gathered: some may be missing. */
export type Gathered = { readonly [Name in keyof Facts]: Facts[Name] | Missing };

export interface Check {
    /** Unique name, which `npm run doctor -- NAME` takes. */
    readonly name: string;
    /** What it looks at, for the documentation. */
    readonly looksAt: string;
    /** The facts that it reads. If one is missing, the check is skipped. */
    readonly needs: readonly (keyof Facts)[];
    /** Judges the facts. It is only called where all that it needs are known. */
    run(facts: Facts, settings: Settings): Outcome;
}

/** A check whose `run` can read only the facts that it names. */
export const defineCheck = <Name extends keyof Facts>(check: {
    readonly name: string;
    readonly looksAt: string;
    readonly needs: readonly Name[];
    readonly run: (facts: Pick<Facts, Name>, settings: Settings) => Outcome;
}): Check => check;

export const found = (seen: string, ...findings: readonly Finding[]): Outcome => ({ seen, findings });
export const skipped = (reason: string): Outcome => ({ skipped: reason });

/** A check with its outcome. */
export interface Result {
    readonly name: string;
    readonly outcome: Outcome;
}

/** Runs the checks on the facts. */
export function runChecks(checks: readonly Check[], facts: Gathered, settings: Settings): Result[] {
    return checks.map((check) => {
        const missing = check.needs.map((name) => facts[name]).find((fact) => fact instanceof Missing);
        const outcome = missing ? skipped(missing.reason) : check.run(facts as Facts, settings);
        return { name: check.name, outcome };
    });
}
