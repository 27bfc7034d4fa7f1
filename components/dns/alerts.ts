/**
 * Recording rules and alerts on the metrics of Unbound's exporter, which counts by thread: every expression sums over
 * the threads. If Unbound is down, the exporter still answers scrapes, with `unbound_up 0`. The metrics:
 * https://github.com/letsencrypt/unbound_exporter
 */
import { whileStateIsKnown } from "../lib/prometheus-rules";
import type { Alert, RecordingRule } from "../lib/monitoring-spec";
import { nodeApp, nodeHealthQueries } from "./node-path-config";
import type { OwnQueries } from "./front";
import type { DnsThresholds } from "./settings";

const perPod = (namespace: string, metric: string, selector = "") =>
    `sum by (namespace, pod) (rate(${metric}{namespace="${namespace}"${selector}}[5m]))`;

/** The expressions that alerts and panels share, for each pod. */
export function unboundRecords(namespace: string): RecordingRule[] {
    const rate = (metric: string, selector?: string) => perPod(namespace, metric, selector);
    // Not the sum over all rcodes: some versions of the exporter count NODATA apart from NOERROR, others within it.
    const answers = rate("unbound_queries_total");
    return [
        { record: "namespace_pod:unbound_queries:rate5m", expr: rate("unbound_queries_total") },
        {
            record: "namespace_pod:unbound_cache_hits:ratio_rate5m",
            expr: `${rate("unbound_cache_hits_total")} / (${rate("unbound_cache_hits_total")} + ${rate("unbound_cache_misses_total")})`,
        },
        {
            record: "namespace_pod:unbound_servfail:ratio_rate5m",
            expr: `${rate("unbound_answer_rcodes_total", ',rcode="SERVFAIL"')} / ${answers}`,
        },
        {
            record: "namespace_pod:unbound_unanswered:ratio_rate5m",
            // Unbound drops a query after discard-timeout (1.9 s). If no server answers, there is thus no SERVFAIL either.
            expr: `1 - ${rate("unbound_recursive_replies_total")} / (${rate("unbound_cache_misses_total")} > 0)`,
        },
        {
            record: "namespace_pod:unbound_bogus:ratio_rate5m",
            expr: `${rate("unbound_answers_bogus")} / ${answers}`,
        },
        {
            record: "namespace_pod:unbound_recursion_seconds:p90_5m",
            // Unbound's own average is over the time since its start.
            expr: `histogram_quantile(0.9, sum by (namespace, pod, le) (rate(unbound_response_time_seconds_bucket{namespace="${namespace}"}[5m])))`,
        },
        {
            record: "namespace_pod:unbound_dropped:rate5m",
            expr: `${rate("unbound_request_list_exceeded_total")} + ${rate("unbound_request_list_overwritten_total")}`,
        },
    ];
}

export interface UnboundAlertsOptions {
    readonly namespace: string;
    /** Name of the Service with the first address. */
    readonly service: string;
    readonly thresholds: DnsThresholds;
    /** The queries of probes and health checks, which are not the clients'. */
    readonly own: OwnQueries;
    /** Whether resolvers run in the nodes' network as well. Defaults to false. */
    readonly onNodes?: boolean;
}

/** The alerts on Unbound itself. */
export function unboundAlerts(options: UnboundAlertsOptions): Alert[] {
    const { namespace, service, thresholds, own, onNodes = false } = options;
    const { servfailRatio, unansweredRatio, bogusRatio, recursionSeconds, cacheHitRatio, replicaShare, clientQueries } =
        thresholds;
    const selector = `{namespace="${namespace}"}`;
    const queries = `namespace_pod:unbound_queries:rate5m${selector}`;
    const lookups = perPod(namespace, "unbound_cache_misses_total");
    // Resolvers in the nodes' network are probed by nobody but their agent and the kubelet.
    const atNodes = `namespace_pod:unbound_queries:rate5m{namespace="${namespace}",pod=~"${nodeApp}-.+"}`;
    const atPods = `${queries} - ${own.perPod}`;
    const fromClients = onNodes ? `(${atNodes} - ${nodeHealthQueries}) or (${atPods})` : atPods;
    return [
        {
            alert: "UnboundDown",
            // If only the exporter fails, ExporterDown fires: the probes test whether Unbound answers.
            expr: `unbound_up${selector} == 0 or absent(up{namespace="${namespace}",job="unbound"})`,
            for: "1m",
            severity: "critical",
            summary: "A resolver is down",
            description:
                "{{ if $labels.pod }}Unbound in {{ $labels.pod }} has not answered its exporter{{ else }}Prometheus has found no Unbound pod to scrape{{ end }} for a minute.",
            implies: [
                { alerts: ["DnsPodUnanswered"], equal: ["namespace", "pod"] },
                { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
            ],
        },
        {
            alert: "DnsServiceWithoutBackends",
            expr: whileStateIsKnown(
                `absent(kube_endpoint_address{namespace="${namespace}",endpoint="${service}",ready="true"})`,
            ),
            for: "1m",
            severity: "critical",
            summary: "No resolver is ready",
            description: "The Service {{ $labels.endpoint }} has no ready pod: no client gets an answer.",
            implies: [
                {
                    alerts: [
                        "UnboundDown",
                        "DnsPodUnanswered",
                        "DnsAddressUnanswered",
                        "DnsNameUnresolved",
                        "DnsAvailabilityFastBurn",
                        "DnsAvailabilitySlowBurn",
                    ],
                    equal: ["namespace"],
                },
            ],
        },
        {
            alert: "UnboundHighSERVFAILRate",
            expr: `namespace_pod:unbound_servfail:ratio_rate5m${selector} > ${servfailRatio}`,
            for: "5m",
            severity: "warning",
            summary: "Many answers are SERVFAIL",
            description:
                "{{ $value | humanizePercentage }} of the answers of {{ $labels.pod }} are SERVFAIL: upstream servers cannot be reached, or their answers fail validation.",
        },
        {
            alert: "UnboundUnansweredQueries",
            expr: `namespace_pod:unbound_unanswered:ratio_rate5m${selector} > ${unansweredRatio} and ${lookups} > 0.1`,
            for: "5m",
            severity: "warning",
            summary: "Many queries get no answer",
            description:
                "{{ $value | humanizePercentage }} of the lookups of {{ $labels.pod }} get no answer: upstream servers do not respond, or too slowly.",
        },
        {
            alert: "UnboundDNSSECFailures",
            expr: `namespace_pod:unbound_bogus:ratio_rate5m${selector} > ${bogusRatio}`,
            for: "5m",
            severity: "warning",
            summary: "Answers fail DNSSEC validation",
            description:
                "{{ $value | humanizePercentage }} of the answers of {{ $labels.pod }} are bogus: a zone is signed incorrectly, somebody forges answers, or the trust anchor is outdated.",
            implies: [{ alerts: ["UnboundHighSERVFAILRate"], equal: ["namespace", "pod"] }],
        },
        {
            alert: "UnboundSlowRecursion",
            // The percentile of a few lookups means nothing.
            expr: `namespace_pod:unbound_recursion_seconds:p90_5m${selector} > ${recursionSeconds} and ${lookups} > 0.1`,
            for: "10m",
            severity: "warning",
            summary: "Recursion is slow",
            description: "One in ten lookups of {{ $labels.pod }} takes longer than {{ $value | humanizeDuration }}.",
        },
        {
            alert: "UnboundRequestListOverflow",
            expr: `namespace_pod:unbound_dropped:rate5m${selector} > 0`,
            for: "5m",
            severity: "warning",
            summary: "Queries are dropped",
            description:
                "The request list of {{ $labels.pod }} is full: it drops {{ $value | humanize }} queries a second.",
        },
        {
            alert: "UnboundLowCacheHitRate",
            expr: `namespace_pod:unbound_cache_hits:ratio_rate5m${selector} < ${cacheHitRatio} and ${queries} > 10`,
            for: "30m",
            severity: "info",
            summary: "Few queries are answered from the cache",
            description:
                "Only {{ $value | humanizePercentage }} of the queries to {{ $labels.pod }} are answered from its memory.",
        },
        {
            alert: "UnboundReplicaImbalance",
            // Replicas on nodes that do not announce the address are on standby and get hardly any queries: not counted.
            expr: `min by (namespace) (${queries} > 10) / max by (namespace) (${queries}) < ${replicaShare}`,
            for: "15m",
            severity: "info",
            summary: "The load is not balanced between the resolvers",
            description:
                "A resolver in {{ $labels.namespace }} gets only {{ $value | humanizePercentage }} of the queries that the busiest one gets.",
        },
        {
            alert: "UnboundNoQueries",
            // The probes and health checks query even a resolver that no client uses.
            expr: `sum by (namespace) (${fromClients}) - ${own.together} < ${clientQueries}`,
            for: "15m",
            severity: "warning",
            summary: "No client queries the resolver",
            description:
                "For 15 minutes, the resolvers in {{ $labels.namespace }} have got hardly any queries but those of probes and health checks: clients may not know or not reach their address.",
        },
    ];
}
