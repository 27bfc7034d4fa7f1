/** What a component tells monitoring about itself: plain data, so that no component depends on monitoring. */
import type * as pulumi from "@pulumi/pulumi";

import type { Dashboard } from "./panels";

/** What to scrape: the pods behind a Service. */
export interface ServiceMonitor {
    name: string;
    namespace: string;
    /** Labels of the Services whose pods are scraped. */
    selector: Record<string, string>;
    /** Name of the Service's port. */
    port: string;
}

/** A question that the blackbox exporter asks again and again, as a client would. Its answers are `probe_success` and the like. */
export interface Probe {
    /** Its name, unique. */
    name: string;
    /** The job of the samples; probes of the same job tell themselves apart by their labels. */
    job: string;
    namespace: string;
    /** What is asked, in the exporter's words: https://github.com/prometheus/blackbox_exporter/blob/v0.27.0/CONFIGURATION.md */
    module: BlackboxModule;
    /** How often, in seconds. */
    interval: number;
    /** Who is asked: an address with a port, a URL, or each pod with these labels at its port of this name. */
    target: { address: pulumi.Input<string> } | { pods: Record<string, string>; port: string };
    /** Labels of the samples. */
    labels: Record<string, string>;
}

/** A module of the blackbox exporter. */
export interface BlackboxModule {
    /** Its name, unique. */
    name: string;
    prober: "dns" | "http";
    /** A Prometheus duration; shorter than the interval of the probes. */
    timeout: string;
    dns?: Record<string, unknown>;
    http?: Record<string, unknown>;
}

/** A recording rule: an expression that several alerts and panels share, evaluated once. */
export interface RecordingRule {
    /** `level:metric:operations`, see https://prometheus.io/docs/practices/rules/ */
    record: string;
    expr: string;
}

export type Severity = "critical" | "warning" | "info";

/** An alerting rule. */
export interface Alert {
    alert: string;
    expr: string;
    /** How long the expression must hold, a Prometheus duration. */
    for: string;
    /** `critical`: somebody has to act now. `warning`: somebody has to act today. `info`: good to know. */
    severity: Severity;
    /** What is the matter, in one line. */
    summary: string;
    /** What is the matter with whom, and how much of it; a template of Prometheus. */
    description: string;
    /** The alerts that follow from this one and tell nothing more while it fires, where the labels are the same. */
    implies?: readonly { alerts: readonly string[]; equal: readonly string[] }[];
}

/** The rules of one subject, a group that Prometheus evaluates in this order. */
export interface RuleGroup {
    name: string;
    namespace: string;
    records: readonly RecordingRule[];
    alerts: readonly Alert[];
}

/** Everything that monitoring needs to know of a component. */
export interface Watch {
    readonly monitors: readonly ServiceMonitor[];
    readonly probes: readonly Probe[];
    readonly rules: readonly RuleGroup[];
    readonly dashboards: readonly Dashboard[];
}

/** A component that can be watched. Its monitors, probes and rules come after its own resources. */
export interface Watched extends pulumi.ComponentResource {
    readonly watch: Watch;
}
