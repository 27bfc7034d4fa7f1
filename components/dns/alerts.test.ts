import { expect } from "chai";

import { testAlerts } from "../../tests/alert-tests";
import { unboundAlerts, unboundRecords } from "./alerts";
import { dnsProbeAlerts, dnsProbes, ownQueries } from "./probes";
import { dnsSettings } from "./settings";

const namespace = "noc";
const own = ownQueries({ names: [], addresses: 1 });
const thresholds = dnsSettings.shape.thresholds.parse(undefined);

const pod = 'namespace="noc",job="unbound",pod="unbound-1"';
const perPod = { namespace, pod: "unbound-1" };

/** Increase of a pod's counter per minute, split between its two threads. */
const counted = (metric: string, well: number, trouble: number, labels = pod) =>
    ["0", "1"].map((thread) => ({
        series: `${metric}{${labels},thread="${thread}"}`,
        well: well / 2,
        trouble: trouble / 2,
        counter: true,
    }));

/** Alerts on what is absent from kube-state-metrics do not fire while it is not scraped. */
const stateIsKnown = { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 };

const probe = (target: string) =>
    `namespace="noc",job="dns-probe",target="${target}",transport="tcp",query="health.noc.internal.",instance="10.0.0.1:53"`;
const probed = {
    namespace,
    job: "dns-probe",
    transport: "tcp",
    query: "health.noc.internal.",
    instance: "10.0.0.1:53",
};

describe("alerts on DNS", () => {
    testAlerts(
        "dns",
        [
            {
                name: "dns",
                records: unboundRecords(namespace),
                alerts: [
                    ...unboundAlerts({ namespace, service: "unbound", thresholds, own }),
                    ...dnsProbeAlerts(namespace, thresholds),
                ],
            },
        ],
        [
            {
                alert: "UnboundDown",
                cause: "its exporter gets no answer",
                series: [
                    // While only the exporter fails, the alert does not fire.
                    { series: `unbound_up{${pod}}`, well: "absent", trouble: 0 },
                    { series: `up{${pod}}`, well: 0, trouble: 1 },
                ],
                firesAfter: 1,
                labels: { ...perPod, job: "unbound" },
                description: "Unbound in unbound-1 has not answered its exporter for a minute.",
            },
            {
                alert: "UnboundDown",
                cause: "there is no pod",
                series: [
                    { series: `unbound_up{${pod}}`, well: 1, trouble: "absent" },
                    { series: `up{${pod}}`, well: 1, trouble: "absent" },
                ],
                firesAfter: 1,
                labels: { namespace, job: "unbound" },
                description: "Prometheus has found no Unbound pod to scrape for a minute.",
            },
            {
                alert: "DnsServiceWithoutBackends",
                series: [
                    stateIsKnown,
                    {
                        series: 'kube_endpoint_address{namespace="noc",endpoint="unbound",ip="10.1.0.1",ready="true"}',
                        well: 1,
                        trouble: "absent",
                    },
                    {
                        series: 'kube_endpoint_address{namespace="noc",endpoint="unbound",ip="10.1.0.1",ready="false"}',
                        well: "absent",
                        trouble: 1,
                    },
                ],
                firesAfter: 1,
                labels: { namespace, endpoint: "unbound", ready: "true" },
                description: "The Service unbound has no ready pod: no client gets an answer.",
            },
            {
                alert: "UnboundHighSERVFAILRate",
                series: [
                    ...counted("unbound_queries_total", 1000, 1000),
                    {
                        series: `unbound_answer_rcodes_total{${pod},rcode="SERVFAIL"}`,
                        well: 49,
                        trouble: 60,
                        counter: true,
                    },
                    {
                        series: `unbound_answer_rcodes_total{${pod},rcode="NXDOMAIN"}`,
                        well: 90,
                        trouble: 90,
                        counter: true,
                    },
                ],
                // The rate over five minutes exceeds the threshold after one minute, and is all trouble after five.
                firesAfter: 5,
                recoversAfter: 5,
                labels: perPod,
                description:
                    "6% of the answers of unbound-1 are SERVFAIL: upstream servers cannot be reached, or their answers fail validation.",
            },
            {
                alert: "UnboundUnansweredQueries",
                series: [
                    ...counted("unbound_cache_misses_total", 1000, 1000),
                    ...counted("unbound_recursive_replies_total", 910, 500),
                ],
                firesAfter: 5,
                recoversAfter: 5,
                labels: perPod,
                description:
                    "50% of the lookups of unbound-1 get no answer: upstream servers do not respond, or too slowly.",
            },
            {
                alert: "UnboundDNSSECFailures",
                series: [
                    ...counted("unbound_queries_total", 1000, 1000),
                    { series: `unbound_answers_bogus{${pod}}`, well: 9, trouble: 20, counter: true },
                ],
                firesAfter: 5,
                recoversAfter: 5,
                labels: perPod,
                description:
                    "2% of the answers of unbound-1 are bogus: a zone is signed incorrectly, somebody forges answers, or the trust anchor is outdated.",
            },
            {
                alert: "UnboundSlowRecursion",
                series: [
                    { series: `unbound_response_time_seconds_bucket{${pod},le="0.524288"}`, well: 0, trouble: 0 },
                    {
                        series: `unbound_response_time_seconds_bucket{${pod},le="1.0"}`,
                        well: 910,
                        trouble: 800,
                        counter: true,
                    },
                    {
                        series: `unbound_response_time_seconds_bucket{${pod},le="2.0"}`,
                        well: 1000,
                        trouble: 1000,
                        counter: true,
                    },
                    {
                        series: `unbound_response_time_seconds_bucket{${pod},le="+Inf"}`,
                        well: 1000,
                        trouble: 1000,
                        counter: true,
                    },
                    ...counted("unbound_cache_misses_total", 1000, 1000),
                ],
                firesAfter: 10,
                recoversAfter: 5,
                labels: perPod,
                description: "One in ten lookups of unbound-1 takes longer than 1.5s.",
            },
            {
                alert: "UnboundRequestListOverflow",
                series: [
                    ...counted("unbound_request_list_exceeded_total", 0, 120),
                    ...counted("unbound_request_list_overwritten_total", 0, 0),
                ],
                recoversAfter: 5,
                firesAfter: 5,
                labels: perPod,
                description: "The request list of unbound-1 is full: it drops 2 queries a second.",
            },
            {
                alert: "UnboundLowCacheHitRate",
                series: [
                    ...counted("unbound_queries_total", 1200, 1200),
                    ...counted("unbound_cache_hits_total", 612, 480),
                    ...counted("unbound_cache_misses_total", 588, 720),
                ],
                firesAfter: 30,
                recoversAfter: 5,
                labels: perPod,
                description: "Only 40% of the queries to unbound-1 are answered from its memory.",
            },
            {
                alert: "UnboundReplicaImbalance",
                series: [
                    ...counted("unbound_queries_total", 12000, 12000),
                    ...counted("unbound_queries_total", 2520, 1200, pod.replace("unbound-1", "unbound-2")),
                    // On standby, on a node that does not announce the address.
                    ...counted("unbound_queries_total", 30, 30, pod.replace("unbound-1", "unbound-3")),
                ],
                firesAfter: 15,
                recoversAfter: 5,
                labels: { namespace },
                description: "A resolver in noc gets only 10% of the queries that the busiest one gets.",
            },
            {
                alert: "UnboundNoQueries",
                // Probes and health checks send 28 queries a minute; 6 more are below the threshold of 0.1 per second.
                series: counted("unbound_queries_total", 35, 28),
                recoversAfter: 6,
                firesAfter: 15,
                labels: { namespace },
                description:
                    "For 15 minutes, the resolvers in noc have got hardly any queries but those of probes and health checks: clients may not know or not reach their address.",
            },
            {
                alert: "DnsAddressUnanswered",
                series: [{ series: `probe_success{${probe("address")}}`, well: 1, trouble: 0 }],
                firesAfter: 2,
                labels: { ...probed, target: "address" },
                description:
                    "10.0.0.1:53 has not answered over tcp for two minutes, not even a query for its own name.",
            },
            {
                alert: "DnsNameUnresolved",
                series: [
                    {
                        series: `probe_success{${probe("address").replace("health.noc.internal.", "example.org")}}`,
                        well: 1,
                        trouble: 0,
                    },
                    { series: `probe_success{${probe("address")}}`, well: 0, trouble: 0 },
                ],
                firesAfter: 5,
                labels: { ...probed, target: "address", query: "example.org" },
                description:
                    "10.0.0.1:53 has returned no address for example.org over tcp for five minutes: upstream servers cannot be reached, or the name no longer exists.",
            },
            {
                alert: "DnsPodUnanswered",
                series: [{ series: `probe_success{${probe("pod")},pod="unbound-1"}`, well: 1, trouble: 0 }],
                firesAfter: 2,
                labels: { ...probed, target: "pod", pod: "unbound-1" },
                description: "unbound-1 has not answered over tcp for two minutes, not even a query for its own name.",
            },
            {
                alert: "DnsSlowAnswers",
                series: [{ series: `probe_duration_seconds{${probe("address")}}`, well: 0.19, trouble: 0.5 }],
                firesAfter: 10,
                recoversAfter: 6,
                labels: { namespace, transport: "tcp", query: "health.noc.internal." },
                description:
                    "On average, the resolver takes 500ms to answer a probe for health.noc.internal. over tcp.",
            },
        ],
    );

    it("subtracts the queries of probes and health checks from those of clients", () => {
        const pods = {};
        const names = ["example.org"];
        // Two names over two transports every 15 seconds, at each address and each pod; and a health check every 5.
        expect(dnsProbes({ addresses: ["10.0.0.1"], pods, names })).to.have.length(8);
        expect(ownQueries({ names, addresses: 1 })).to.deep.equal({ perPod: 0.4667, together: 0.2667 });
        expect(dnsProbes({ addresses: ["10.0.0.1", "10.0.0.2"], pods, names })).to.have.length(12);
        expect(ownQueries({ names, addresses: 2 })).to.deep.equal({ perPod: 0.4667, together: 0.5333 });
        expect(dnsProbes({ addresses: ["10.0.0.1"], pods, names, encrypted: true })).to.have.length(10);
        expect(ownQueries({ names, addresses: 1, encrypted: true })).to.deep.equal({ perPod: 0.4667, together: 0.4 });
    });
});
