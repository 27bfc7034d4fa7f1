/** What a component tells monitoring about itself: plain data, so that no component depends on monitoring. */
import type * as pulumi from "@pulumi/pulumi";

/** A ServiceMonitor: what to scrape. */
export interface ServiceMonitor {
    name: string;
    namespace: string;
    /** Labels of the Services whose pods are scraped. */
    selector: Record<string, string>;
    /** Name of the Service's port. */
    port: string;
}

/** An alerting rule as Prometheus reads it. */
export interface AlertRule {
    alert: string;
    expr: string;
    /** How long the expression must hold, a Prometheus duration. */
    for: string;
    labels: { severity: "critical" | "warning" | "info" };
    annotations: { summary: string; description: string };
}

/** A PrometheusRule with one group of alerts. */
export interface AlertGroup {
    name: string;
    namespace: string;
    rules: AlertRule[];
}

/** A component that can be watched. Its monitors and alerts come after its own resources. */
export interface Watched extends pulumi.ComponentResource {
    readonly monitors: readonly ServiceMonitor[];
    readonly alerts: readonly AlertGroup[];
}
