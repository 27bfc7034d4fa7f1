/** What a query asks for, read with Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql";

/** A selection of series, as `name{label="value"}`. */
export interface Selector {
    readonly name: string;
    readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
    readonly labels: readonly string[];
}

/** A series by its name and labels. */
export interface Series {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * The selectors of a query, and the labels that it groups or matches by.
 * @throws Error where it is no PromQL.
 */
export function askedFor(query: string): { selectors: Selector[]; groupedBy: string[] } {
    const selectors: Selector[] = [];
    const groupedBy: string[] = [];
    parser.parse(query).iterate({
        enter: ({ type, node, from, to }) => {
            if (type.isError) {
                throw new Error(`is no PromQL at ${from}: ${query}`);
            }
            if (type.name === "VectorSelector") {
                selectors.push(selector(query.slice(from, to)));
            }
            if (type.name === "GroupingLabels") {
                groupedBy.push(...node.getChildren("LabelName").map((label) => query.slice(label.from, label.to)));
            }
        },
    });
    return { selectors, groupedBy };
}

function selector(text: string): Selector {
    const [name = "", ...rest] = text.split("{");
    const matchers = [...rest.join("{").matchAll(/([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
        ([, label = "", operator = "", value = ""]) => ({
            label,
            test: matcher(operator, JSON.parse(`"${value}"`) as string),
        }),
    );
    return {
        name: name.trim(),
        labels: matchers.map(({ label }) => label),
        matches: (labels) => matchers.every(({ label, test }) => test(labels[label] ?? "")),
    };
}

function matcher(operator: string, value: string): (actual: string) => boolean {
    const pattern = new RegExp(`^(?:${value})$`);
    switch (operator) {
        case "=":
            return (actual) => actual === value;
        case "!=":
            return (actual) => actual !== value;
        case "=~":
            return (actual) => pattern.test(actual);
        default:
            return (actual) => !pattern.test(actual);
    }
}

/** Reads samples in Prometheus' text format, or one a line of it. Values are left out. */
export function readSeries(exposition: string): Series[] {
    return exposition
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => {
            const [, name = "", labels = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
            return {
                name,
                labels: Object.fromEntries(
                    [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", value = ""]) => [
                        label,
                        value,
                    ]),
                ),
            };
        });
}
