/** Every query that a stack brings: of its rules and of its pages. */
import { join } from "node:path";

import type { PrometheusGroup } from "../components/rules";
import type { Run } from "./mock-engine";
import { projectFolder } from "./stack-config";

/** The series that a real stack's exporters exported; see record.ts. */
export const recordedFile = join(projectFolder, "tests", "recorded.prom");

export interface Query {
    /** The rule, or the page and the panel. */
    readonly of: string;
    /** Whether it is a page's. */
    readonly page: boolean;
    readonly expr: string;
    /** Labels that the legend names. */
    readonly shown: readonly string[];
}

interface Panel {
    title?: string;
    targets?: { expr?: string; legendFormat?: string }[];
    panels?: Panel[];
}
interface Page {
    title: string;
    panels?: Panel[];
}

/** The names of the recording rules that the stack deploys. */
export const recordsOf = (run: Run): string[] =>
    rulesOf(run).flatMap((rule) => ("record" in rule ? [rule.record] : []));

/** The queries of the stack's rules and pages, with the variables of Grafana filled in. */
export function queriesOf(run: Run): Query[] {
    return [
        ...rulesOf(run).map((rule) => ({
            of: "alert" in rule ? rule.alert : rule.record,
            page: false,
            expr: rule.expr,
            shown: [],
        })),
        ...pagesOf(run).flatMap((page) =>
            panelsOf(page.panels ?? []).flatMap(({ title, targets = [] }) =>
                targets.map(({ expr = "", legendFormat = "" }) => ({
                    of: `${page.title}: ${title ?? ""}`,
                    page: true,
                    expr: filledIn(expr),
                    shown: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label),
                })),
            ),
        ),
    ];
}

/** The groups of rules that the stack deploys. */
export const ruleGroupsOf = (run: Run): PrometheusGroup[] =>
    run.resources
        .filter(({ type }) => type.endsWith(":PrometheusRule"))
        .flatMap(({ inputs }) => (inputs.spec as { groups: PrometheusGroup[] }).groups);

/** Their rules. */
export const rulesOf = (run: Run) => ruleGroupsOf(run).flatMap(({ rules }) => rules);

/** The stack's pages of Grafana, from the ConfigMaps that its sidecar reads. */
export const pagesOf = (run: Run): Page[] => run.resources.flatMap(({ inputs }) => pageIn(inputs) ?? []);

/** The page in a ConfigMap's inputs, if it is one of Grafana's. */
export function pageIn(inputs: Record<string, unknown>): Page | undefined {
    const { metadata, data } = inputs as { metadata?: { labels?: object }; data?: Record<string, string> };
    const [json] = "grafana_dashboard" in (metadata?.labels ?? {}) ? Object.values(data ?? {}) : [];
    return json === undefined ? undefined : (JSON.parse(json) as Page);
}

/** A page as people compare it: its panels, each with its queries. */
export const outline = (page: Page): Record<string, string[]> =>
    Object.fromEntries(
        panelsOf(page.panels ?? []).map(({ title = "", targets = [] }) => [
            title,
            targets.map(({ expr = "" }) => expr),
        ]),
    );

const panelsOf = (panels: readonly Panel[]): Panel[] =>
    panels.flatMap((panel) => [panel, ...panelsOf(panel.panels ?? [])]);

const filledIn = (expr: string): string =>
    expr
        .replaceAll("$__rate_interval", "5m")
        .replaceAll("$__range", "3h")
        .replaceAll("$__interval", "1m")
        .replace(/\$\{?\w+(:\w+)?\}?/g, ".*");
