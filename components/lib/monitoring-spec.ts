/** The specification of a component's monitoring. It is plain data, so that no component imports monitoring. */
import type * as pulumi from "@pulumi/pulumi";

import type { Dashboard, graph, stat } from "./dashboards";

/** Namespace of Prometheus, Alertmanager, Grafana and the blackbox exporter. */
export const monitoringNamespace = "monitoring";

/** Pods behind a Service that Prometheus scrapes. */
export interface ServiceMonitor {
    /** Name of the monitor and, unless the Service's `app` label differs, of the job. */
    readonly name: string;
    /** Labels of the Service. */
    readonly selector: Readonly<Record<string, string>>;
    /** Name of the Service's port. */
    readonly port: string;
    /** Namespace of the Service. Defaults to the spec's. */
    readonly namespace?: string;
    /** Labels of the samples, in place of those that Prometheus finds. Defaults to none. */
    readonly labels?: Readonly<Record<string, string>>;
}

/** A request that the blackbox exporter sends repeatedly, as a client would. Its metrics begin with `probe_`. */
export interface Probe {
    /** Unique name. */
    readonly name: string;
    /** Job of the samples. Probes with the same job must have different labels. */
    readonly job: string;
    readonly module: BlackboxModule;
    /** Time between two requests, in seconds. */
    readonly interval: number;
    /** An address with a port or a URL, or the named port of every pod with these labels. */
    readonly target:
        | { readonly address: pulumi.Input<string> }
        | { readonly pods: Readonly<Record<string, string>>; readonly port: string };
    /** Labels of the samples. */
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * A module of the blackbox exporter, in its own format:
 * https://github.com/prometheus/blackbox_exporter/blob/v0.28.0/CONFIGURATION.md
 */
export interface BlackboxModule {
    /** Unique name. */
    readonly name: string;
    readonly prober: "dns" | "http" | "tcp";
    /** A Prometheus duration, shorter than the probe's interval. */
    readonly timeout: string;
    readonly dns?: Readonly<Record<string, unknown>>;
    readonly http?: Readonly<Record<string, unknown>>;
    readonly tcp?: Readonly<Record<string, unknown>>;
}

/** A recording rule: an expression that several alerts and panels use. */
export interface RecordingRule {
    /** `level:metric:operations`, see https://prometheus.io/docs/practices/rules/ */
    readonly record: string;
    readonly expr: string;
}

export type Severity = "critical" | "warning" | "info";

/** An alerting rule. */
export interface Alert {
    readonly alert: string;
    readonly expr: string;
    /** How long the expression must hold, a Prometheus duration. */
    readonly for: string;
    /** `critical`: act now. `warning`: act today. `info`: no action needed. */
    readonly severity: Severity;
    /** The problem in one line. */
    readonly summary: string;
    /** The problem, the affected object and the measured value, as a Prometheus template. */
    readonly description: string;
    /** Consequences of this alert. They are inhibited while it fires with the same values of the labels in `equal`. */
    readonly implies?: readonly { readonly alerts: readonly string[]; readonly equal: readonly string[] }[];
}

/** Rules that Prometheus evaluates together, in this order. */
export interface RuleGroup {
    /** Unique name. */
    readonly name: string;
    readonly records: readonly RecordingRule[];
    readonly alerts: readonly Alert[];
}

/** A component's panels on the overview dashboard. */
export interface OverviewPanels {
    /** Large figures; at most four. */
    readonly stats?: readonly ReturnType<typeof stat>[];
    readonly graphs?: readonly ReturnType<typeof graph>[];
}

/** A store of logs that Grafana shows. It is asked without a password. */
export interface DataSource {
    /** Its name in Grafana. */
    readonly name: string;
    /** Unique identifier, by which dashboards name it. */
    readonly uid: string;
    readonly type: "loki";
    /** Its URL, from inside the cluster. */
    readonly url: string;
    /** The pods behind the URL. A network policy lets Grafana connect. */
    readonly pods: {
        readonly namespace: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly port: number;
    };
}

/** Another place that Prometheus sends its samples to. */
export interface RemoteWrite {
    /** Unique name, the value of the label `remote_name` in Prometheus' own metrics on it. */
    readonly name: string;
    readonly url: string;
    readonly user: string;
    /** Password, a secret. */
    readonly token: pulumi.Output<string>;
    /** Labels that are added to the samples there. */
    readonly labels: Readonly<Record<string, string>>;
    /** Regular expression of the whole names of the metrics that are sent. All if not given. */
    readonly names?: string;
}

/** The monitors, probes, rules and dashboards of a component. */
export interface MonitoringSpec {
    /** The component's name in the registry: its folder has the runbook that the alerts link to. */
    readonly component: string;
    /** Namespace of its monitors, probes and rules. */
    readonly namespace: string;
    readonly monitors: readonly ServiceMonitor[];
    readonly probes: readonly Probe[];
    readonly ruleGroups: readonly RuleGroup[];
    readonly dashboards: readonly Dashboard[];
    readonly overview?: OverviewPanels;
    /** What Grafana shows besides Prometheus' samples. */
    readonly dataSources?: readonly DataSource[];
    /** Where Prometheus sends its samples besides keeping them. */
    readonly remoteWrites?: readonly RemoteWrite[];
}
