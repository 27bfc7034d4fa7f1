/** Renders rules in the format of Prometheus, and helps to write their expressions. */
import type { Alert, MonitoringSpec, RuleGroup } from "./monitoring-spec";

/** A group of a rule file or of a PrometheusRule's spec. */
export interface PrometheusGroup {
    name: string;
    rules: (
        | { record: string; expr: string }
        | {
              alert: string;
              expr: string;
              for: string;
              labels: Record<string, string>;
              annotations: Record<string, string>;
          }
    )[];
}

/**
 * Renders a group of rules. Recording rules come first, so that alerts use their values of the same evaluation.
 * @param component name of the component, in camel case.
 * @param runbooks base URL of the components' folders.
 */
export function prometheusGroup(
    { name, records, alerts }: RuleGroup,
    component: string,
    runbooks: string,
): PrometheusGroup {
    return {
        name,
        rules: [
            ...records.map(({ record, expr }) => ({ record, expr })),
            ...alerts.map(({ alert, expr, for: duration, severity, summary, description }) => ({
                alert,
                expr,
                for: duration,
                labels: { severity, component },
                annotations: {
                    summary,
                    description,
                    runbook_url: runbookUrl(runbooks, component, alert),
                },
            })),
        ],
    };
}

/** The folder of a component below `components/`: its name with hyphens. */
export const folderOf = (component: string): string =>
    component.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The section of a component's runbook that explains an alert, relative to `components/`. */
export const runbookOf = (component: string, alert: string): string =>
    `${folderOf(component)}/runbook.md#${alert.toLowerCase()}`;

/** @param runbooks base URL of the components' folders. */
export const runbookUrl = (runbooks: string, component: string, alert: string): string =>
    `${runbooks.replace(/\/+$/, "")}/${runbookOf(component, alert)}`;

/**
 * Restricts an expression on the samples of kube-state-metrics, or on their absence, to times when kube-state-metrics is
 * scraped. Otherwise the alert would also fire while kube-state-metrics is down.
 */
export const whileStateIsKnown = (expr: string): string =>
    `(${expr}) unless on () absent(up{job="kube-state-metrics"} == 1)`;

/** Selects a job of which no target is scraped: all fail, or there is none. The result has the labels namespace and job. */
export function noneScraped(namespace: string, job: string): string {
    const up = `up{namespace="${namespace}",job="${job}"}`;
    return `sum by (namespace, job) (${up}) == 0 or absent(${up})`;
}

/** Adds a label to the results of an expression. */
export const labelled = (expr: string, label: string, value: string): string =>
    `label_replace(${expr}, "${label}", "${value}", "", "")`;

/** Alerts that are muted while another one fires. */
export interface Inhibition {
    /** Name of the alert that mutes. */
    readonly source: string;
    /** Names of the alerts that are muted. */
    readonly targets: readonly string[];
    /** Labels that must be equal in both. A label that neither has counts as equal. */
    readonly equal: readonly string[];
}

/** The inhibitions of all alerts with consequences (`implies`). */
export const inhibitions = (specs: readonly MonitoringSpec[]): Inhibition[] =>
    specs
        .flatMap(({ ruleGroups }) => ruleGroups.flatMap(({ alerts }): readonly Alert[] => alerts))
        .flatMap(({ alert, implies = [] }) =>
            implies.map(({ alerts, equal }) => ({ source: alert, targets: alerts, equal })),
        );
