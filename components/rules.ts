/** Rules as Prometheus reads them. */
import type { Alert, RuleGroup } from "./watch";

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
 * Renders a group of rules; recording rules come first, so that the alerts see their values of the same moment.
 * @param runbooks base URL of docs/runbooks: each alert has a section in the file that has its group's name.
 */
export function prometheusGroup({ name, records, alerts }: RuleGroup, runbooks: string): PrometheusGroup {
    return {
        name,
        rules: [
            ...records.map(({ record, expr }) => ({ record, expr })),
            ...alerts.map(({ alert, expr, for: duration, severity, summary, description }) => ({
                alert,
                expr,
                for: duration,
                labels: { severity, component: name },
                annotations: { summary, description, runbook_url: runbook(runbooks, name, alert) },
            })),
        ],
    };
}

/** Where an alert is explained. */
export const runbook = (runbooks: string, group: string, alert: string): string =>
    `${runbooks}/${group}.md#${alert.toLowerCase()}`;

/**
 * Narrows an expression on samples of kube-state-metrics, or on their absence, to the time in which there are any: it
 * would tell of its own absence otherwise.
 */
export const whileStateIsKnown = (expr: string): string =>
    `(${expr}) unless on () absent(up{job="kube-state-metrics"} == 1)`;

/** Gives what an expression finds one label more. */
export const labelled = (expr: string, label: string, value: string): string =>
    `label_replace(${expr}, "${label}", "${value}", "", "")`;

/** Which alerts are muted while another fires. */
export const inhibitions = (groups: readonly RuleGroup[]) =>
    groups
        .flatMap(({ alerts }): readonly Alert[] => alerts)
        .flatMap(({ alert, implies = [] }) =>
            implies.map(({ alerts, equal }) => ({ source: alert, targets: alerts, equal })),
        );
