import { testAlerts } from "../../tests/alert-tests";
import { dnsSettings } from "./settings";
import { sloAlerts, sloRecords } from "./slo";

const namespace = "noc";
const objectives = dnsSettings.shape.objectives.parse(undefined);

const pod = 'namespace="noc",job="unbound",pod="unbound-1"';
const probe = 'namespace="noc",job="dns-probe",target="address",transport="tcp",query="health.noc.internal."';

describe("alerts on the objectives of DNS", () => {
    const failing = (well: number, trouble: number) => [{ series: `probe_success{${probe}}`, well, trouble }];
    /** Of 1000 queries per minute, all of them lookups, the given number is slower than the objective. */
    const slow = (well: number, trouble: number) => [
        { series: `unbound_queries_total{${pod},thread="0"}`, well: 1000, trouble: 1000, counter: true },
        { series: `unbound_cache_misses_total{${pod},thread="0"}`, well: 1000, trouble: 1000, counter: true },
        {
            series: `unbound_response_time_seconds_bucket{${pod},le="0.262144"}`,
            well: 1000 - well,
            trouble: 1000 - trouble,
            counter: true,
        },
    ];
    testAlerts(
        "dns",
        [
            {
                name: "dns-objectives",
                records: sloRecords(namespace, objectives),
                alerts: sloAlerts(namespace, objectives),
            },
        ],
        [
            {
                alert: "DnsAvailabilityFastBurn",
                // One in ten probes fails: after nine minutes, more than 1.44 % of an hour.
                series: failing(1 - 0.0009, 0.9),
                calm: 400,
                firesAfter: 10,
                recoversAfter: 6,
                labels: { namespace },
                description:
                    "The resolvers in noc miss their objective of 99.9% by so much that the error budget of 30 days is used up within days.",
            },
            {
                alert: "DnsAvailabilitySlowBurn",
                // One in 200 fails: after 110 minutes, more than 0.1 % of three days.
                series: failing(1 - 0.0009, 0.995),
                step: 10,
                calm: 4400,
                firesAfter: 120,
                recoversAfter: 370,
                labels: { namespace },
                description:
                    "The resolvers in noc miss their objective of 99.9%: at this rate, the error budget does not last for 30 days.",
            },
            {
                alert: "DnsLatencyFastBurn",
                // Half of the queries: after 17 minutes, more than 14.4 % of an hour.
                series: slow(9, 500),
                calm: 400,
                firesAfter: 18,
                recoversAfter: 6,
                labels: { namespace },
                description:
                    "The resolvers in noc miss their objective of 99% by so much that the error budget of 30 days is used up within days.",
            },
            {
                alert: "DnsLatencySlowBurn",
                // One in 25: after 140 minutes, more than 1 % of three days.
                series: slow(9, 40),
                step: 10,
                calm: 4400,
                firesAfter: 150,
                recoversAfter: 370,
                labels: { namespace },
                description:
                    "The resolvers in noc miss their objective of 99%: at this rate, the error budget does not last for 30 days.",
            },
        ],
    );
});
