/** The PromQL that a stack deploys: in its rules and in its dashboards. */
import type { PrometheusGroup } from "../components/lib/prometheus-rules";
import type { Run } from "./mock-engine";

export interface Query {
    /** The rule, or the dashboard and the panel. */
    readonly source: string;
    /** Name of the component that it belongs to. */
    readonly component: string;
    readonly kind: "rule" | "panel";
    readonly expr: string;
    /** Labels that the panel's legend shows. */
    readonly shown: readonly string[];
}

interface Panel {
    title?: string;
    targets?: { expr?: string; legendFormat?: string; datasource?: { type?: string } }[];
    panels?: Panel[];
}
interface Dashboard {
    title: string;
    panels?: Panel[];
}

/** The queries of the stack's rules and dashboards to Prometheus, with Grafana's variables filled in. */
export function queriesOf(run: Run): Query[] {
    return [
        ...ruleResources(run).flatMap(({ component, groups }) =>
            groups
                .flatMap(({ rules }) => rules)
                .map((rule) => ({
                    source: "alert" in rule ? rule.alert : rule.record,
                    component,
                    kind: "rule" as const,
                    expr: rule.expr,
                    shown: [],
                })),
        ),
        ...run.resources.flatMap(({ inputs }) => {
            const dashboard = dashboardIn(inputs);
            const component = componentIn(inputs);
            return panelsOf(dashboard?.panels ?? []).flatMap(({ title = "", targets = [] }) =>
                targets.filter(isPromQl).map(({ expr = "", legendFormat = "" }) => ({
                    source: `${dashboard?.title ?? ""}: ${title}`,
                    component,
                    kind: "panel" as const,
                    expr: filledIn(expr),
                    shown: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label),
                })),
            );
        }),
    ];
}

const isPromQl = ({ datasource }: { datasource?: { type?: string } }): boolean => datasource?.type !== "loki";

/** The groups of rules that the stack deploys. */
export const ruleGroupsOf = (run: Run): PrometheusGroup[] => ruleResources(run).flatMap(({ groups }) => groups);

const ruleResources = (run: Run): { component: string; groups: PrometheusGroup[] }[] =>
    run.resources
        .filter(({ type }) => type.endsWith(":PrometheusRule"))
        .map(({ inputs }) => ({
            component: componentIn(inputs),
            groups: (inputs.spec as { groups: PrometheusGroup[] }).groups,
        }));

/** The jobs of the components' own monitors and probes. */
export const jobsOf = (run: Run): { component: string; job: string }[] =>
    run.resources.flatMap(({ type, inputs }) => {
        const { metadata, spec } = inputs as { metadata?: { name?: string }; spec?: { jobName?: string } };
        const job = type.endsWith(":ServiceMonitor")
            ? metadata?.name
            : type.endsWith(":Probe")
              ? spec?.jobName
              : undefined;
        return job === undefined ? [] : [{ component: componentIn(inputs), job }];
    });

/** Their rules. */
export const rulesOf = (run: Run) => ruleGroupsOf(run).flatMap(({ rules }) => rules);

/** The stack's Grafana dashboards, from the ConfigMaps that its sidecar reads. */
export const dashboardsOf = (run: Run): Dashboard[] => run.resources.flatMap(({ inputs }) => dashboardIn(inputs) ?? []);

/** The dashboard in a ConfigMap's inputs, if there is one. */
export function dashboardIn(inputs: Record<string, unknown>): Dashboard | undefined {
    const { metadata, data } = inputs as { metadata?: { labels?: object }; data?: Record<string, string> };
    const [json] = "grafana_dashboard" in (metadata?.labels ?? {}) ? Object.values(data ?? {}) : [];
    return json === undefined ? undefined : (JSON.parse(json) as Dashboard);
}

/** Name of the component whose monitoring spec the object was made from. */
function componentIn({ metadata }: Record<string, unknown>): string {
    const { labels = {} } = (metadata ?? {}) as { labels?: Record<string, string> };
    return labels["app.kubernetes.io/component"] ?? "";
}

/** A dashboard in short: its panels, each with its queries. */
export const outline = (dashboard: Dashboard): Record<string, string[]> =>
    Object.fromEntries(
        panelsOf(dashboard.panels ?? []).map(({ title = "", targets = [] }) => [
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
