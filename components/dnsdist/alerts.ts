/** What is watched of dnsdist. Metrics: https://www.dnsdist.org/statistics.html, and `/metrics` of a pod. */
import { probed } from "../dns/probes";
import { app as resolver } from "../dns/unbound";
import type { Alert } from "../lib/monitoring-spec";
import { noneScraped, whileStateIsKnown } from "../lib/prometheus-rules";
import { app, rules } from "./names";
import type { DnsdistThresholds } from "./settings";

/** Selects dnsdist's samples. `more` are further matchers, each after a comma. */
export const own = (namespace: string, more = ""): string => `{namespace="${namespace}",job="${app}"${more}}`;

/** The resolver's pods that each dnsdist pod asks. */
export const activeBackends = (namespace: string): string =>
    `sum by (namespace, job, pod) (dnsdist_pool_active_servers${own(namespace)})`;

/** Fraction of each pod's queries that the resolver did not answer in time. */
export const timeouts = (namespace: string, window: string): string =>
    `sum by (namespace, job, pod) (rate(dnsdist_downstream_timeouts${own(namespace)}[${window}])) / (sum by (namespace, job, pod) (rate(dnsdist_queries${own(namespace)}[${window}])) > 0)`;

/** Queries per second that a rule applied to, of all pods together. */
export const hits = (namespace: string, rule: string, window: string): string =>
    `sum by (namespace, job) (rate(dnsdist_rule_hits${own(namespace, `,id=~"${rule}"`)}[${window}]))`;

/** The alerts on dnsdist. */
export function dnsdistAlerts(namespace: string, { timeoutRatio, limitedQueries }: DnsdistThresholds): Alert[] {
    return [
        {
            alert: "DnsdistDown",
            expr: noneScraped(namespace, app),
            for: "2m",
            severity: "critical",
            summary: "No dnsdist runs",
            description: "No dnsdist has been scraped for two minutes: clients that use its addresses get no answers.",
            implies: [{ alerts: ["ExporterDown"], equal: ["namespace", "job"] }],
        },
        {
            alert: "DnsdistAddressUnanswered",
            expr: `probe_success${probed(namespace, "address", "", app)} == 0`,
            for: "2m",
            severity: "critical",
            summary: "dnsdist's address does not answer",
            description:
                "{{ $labels.instance }} has not answered over {{ $labels.transport }} for two minutes, not even a query for the resolver's own name.",
        },
        {
            alert: "DnsdistPodUnanswered",
            expr: `probe_success${probed(namespace, "pod", "", app)} == 0`,
            for: "2m",
            severity: "warning",
            summary: "A dnsdist pod does not answer",
            description:
                "{{ $labels.pod }} has not answered over {{ $labels.transport }} for two minutes, not even a query for the resolver's own name.",
        },
        {
            alert: "DnsdistWithoutBackends",
            expr: `${activeBackends(namespace)} == 0`,
            for: "1m",
            severity: "critical",
            summary: "dnsdist reaches no resolver",
            description: "No resolver has answered the health checks of {{ $labels.pod }} for a minute.",
            implies: [
                {
                    alerts: ["DnsdistBackendMissing", "DnsdistTimeouts", "DnsdistPodUnanswered"],
                    equal: ["namespace", "pod"],
                },
            ],
        },
        {
            alert: "DnsdistBackendMissing",
            expr: whileStateIsKnown(
                `${activeBackends(namespace)} < on (namespace) group_left () sum by (namespace) (kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${resolver}"})`,
            ),
            for: "5m",
            severity: "warning",
            summary: "dnsdist does not ask all resolvers",
            description:
                "{{ $labels.pod }} asks only {{ $value }} of the resolver's pods: the others fail its health checks, or it does not find them.",
        },
        {
            alert: "DnsdistTimeouts",
            expr: `${timeouts(namespace, "5m")} > ${timeoutRatio}`,
            for: "10m",
            severity: "warning",
            summary: "The resolver does not answer dnsdist in time",
            description:
                "The resolver has not answered {{ $value | humanizePercentage }} of the queries of {{ $labels.pod }} within five seconds.",
        },
        {
            alert: "DnsdistRateLimiting",
            expr: `${hits(namespace, rules.limit, "5m")} > ${limitedQueries}`,
            for: "10m",
            severity: "info",
            summary: "Clients exceed the rate limit",
            description: "{{ $value | humanize }} queries per second exceed noc:dnsdist.rateLimit.",
        },
    ];
}
