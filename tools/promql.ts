/** Reads PromQL with Prometheus' own grammar: which series and labels a query uses. */
import { parser } from "@prometheus-io/lezer-promql";
import type { SyntaxNode } from "@lezer/common";

/** A vector selector: `name{label="value"}`. */
export interface Selector {
    readonly name: string;
    readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
    readonly labels: readonly string[];
    /** The values that labels are compared with by `=`. */
    readonly equals: Readonly<Record<string, string>>;
}

/** The selectors and labels of a query. */
export interface QueryParts {
    readonly selectors: readonly Selector[];
    /** Labels in `by`, `without`, `on`, `ignoring` and `group_left`. */
    readonly groupedBy: readonly string[];
    /** Labels that `label_replace` and `label_join` set. */
    readonly added: readonly string[];
}

/** A series by its name and labels. */
export interface Series {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * Parses a query.
 * @throws Error with the position if it is not valid PromQL.
 */
export function partsOf(query: string): QueryParts {
    const selectors: Selector[] = [];
    const groupedBy: string[] = [];
    const added: string[] = [];
    const text = ({ from, to }: { from: number; to: number }) => query.slice(from, to);
    parser.parse(query).iterate({
        enter: ({ type, node, from }) => {
            if (type.isError) {
                throw new Error(`is not PromQL at character ${from}: ${query}`);
            }
            if (type.name === "VectorSelector") {
                selectors.push(selectorOf(node, text));
            }
            if (type.name === "GroupingLabels") {
                groupedBy.push(...node.getChildren("LabelName").map(text));
            }
            if (type.name === "FunctionCall" && /^label_(replace|join)$/.test(text(node.firstChild ?? node))) {
                const [target] = node.getChild("FunctionCallBody")?.getChildren("StringLiteral") ?? [];
                added.push(...(target ? [unquoted(text(target))] : []));
            }
        },
    });
    return { selectors, groupedBy, added };
}

type Text = (node: SyntaxNode) => string;

function selectorOf(node: SyntaxNode, text: Text): Selector {
    const name = node.getChild("Identifier");
    const matchers = (node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []).map((matcher) => {
        const [label, operator, value] = ["LabelName", "MatchOp", "StringLiteral"].map((part) => {
            const child = matcher.getChild(part);
            return child ? text(child) : "";
        });
        const wanted = unquoted(value ?? '""');
        return { label: label ?? "", operator, wanted, test: matcherOf(operator ?? "", wanted) };
    });
    return {
        name: name ? text(name) : "",
        labels: matchers.map(({ label }) => label),
        equals: Object.fromEntries(
            matchers.flatMap(({ label, operator, wanted }) => (operator === "=" ? [[label, wanted]] : [])),
        ),
        matches: (labels) => matchers.every(({ label, test }) => test(labels[label] ?? "")),
    };
}

const unquoted = (literal: string): string => JSON.parse(literal) as string;

function matcherOf(operator: string, value: string): (actual: string) => boolean {
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

/** Parses samples in Prometheus' text format, without their values. */
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
