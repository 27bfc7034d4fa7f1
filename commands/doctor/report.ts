/** Shows the results, on a terminal and as JSON. */
import Table from "cli-table3";

import type { Finding, Outcome, Result } from "./check";

export type Verdict = "ok" | "warning" | "error" | "skipped";

/** A result in one word: the gravest finding's severity. */
export function verdict(outcome: Outcome): Verdict {
    if ("skipped" in outcome) {
        return "skipped";
    }
    const severities = outcome.findings.map(({ severity }) => severity);
    return severities.includes("error") ? "error" : severities.includes("warning") ? "warning" : "ok";
}

/** 0: nothing was found. 1: an error was found. 2: no error, but a warning, or a check that was skipped. */
export function exitCode(results: readonly Result[]): 0 | 1 | 2 {
    const verdicts = results.map(({ outcome }) => verdict(outcome));
    return verdicts.includes("error") ? 1 : verdicts.every((one) => one === "ok") ? 0 : 2;
}

/** The results as data, for programs. */
export const asJson = (stack: string, results: readonly Result[]): string =>
    JSON.stringify(
        {
            stack,
            exitCode: exitCode(results),
            checks: results.map(({ name, outcome }) => ({ name, result: verdict(outcome), ...outcome })),
        },
        null,
        2,
    );

const findingsOf = ({ outcome }: Result): readonly Finding[] => ("findings" in outcome ? outcome.findings : []);

/** The results as a table, followed by each finding with its reason and remedy. */
export function asText(results: readonly Result[], { colours = false, width = 100 } = {}): string {
    const paint = (verdict: Verdict, text: string) =>
        colours ? `\u001b[${{ ok: 32, warning: 33, error: 31, skipped: 2 }[verdict]}m${text}\u001b[0m` : text;
    const table = new Table({
        head: ["check", "result", "seen"],
        colWidths: [24, 9, Math.max(40, width - 40)],
        wordWrap: true,
        style: { head: [], border: [] },
        // No line between rows.
        chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    });
    for (const { name, outcome } of results) {
        const word = verdict(outcome);
        table.push([name, paint(word, word), "skipped" in outcome ? outcome.skipped : outcome.seen]);
    }
    const details = results.flatMap((result) =>
        findingsOf(result).map(({ severity, what, why, mend }) =>
            [`${paint(severity, severity)} ${result.name}: ${what}`, `  why:  ${why}`, `  mend: ${mend}`].join("\n"),
        ),
    );
    const count = (word: Verdict) => results.filter(({ outcome }) => verdict(outcome) === word).length;
    const sum = `${count("ok")} ok, ${count("error")} with errors, ${count("warning")} with warnings, ${count("skipped")} skipped`;
    return [table.toString(), ...details, sum].join("\n\n");
}
