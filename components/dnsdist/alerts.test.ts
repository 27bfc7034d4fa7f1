import { testAlerts } from "../../tests/alert-tests";
import { dnsdistAlerts } from "./alerts";
import { dnsdistSettings } from "./settings";

const namespace = "noc";
const job = "dnsdist";
const own = (pod: string, more = "") => `{namespace="${namespace}",job="${job}",pod="${pod}"${more}}`;
const ofPod = { namespace, job, pod: "a" };
const stateIsKnown = { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 };
const available = 'kube_deployment_status_replicas_available{namespace="noc",deployment="unbound"}';
const probe = (target: string, more: string) =>
    `probe_success{namespace="noc",job="dnsdist-probe",target="${target}",transport="udp",query="health.noc.internal.",${more}}`;
const probed = { namespace, job: "dnsdist-probe", transport: "udp", query: "health.noc.internal." };

describe("alerts on dnsdist", () => {
    testAlerts(
        "dnsdist",
        [
            {
                name: "dnsdist",
                records: [],
                alerts: dnsdistAlerts(namespace, dnsdistSettings.shape.thresholds.parse({})),
            },
        ],
        [
            {
                alert: "DnsdistDown",
                cause: "no pod",
                series: [{ series: `up${own("a")}`, well: 1, trouble: "absent" }],
                firesAfter: 2,
                labels: { namespace, job },
                description:
                    "No dnsdist has been scraped for two minutes: clients that use its addresses get no answers.",
            },
            {
                alert: "DnsdistDown",
                cause: "both pods down",
                series: [
                    { series: `up${own("a")}`, well: 0, trouble: 0 },
                    { series: `up${own("b")}`, well: 1, trouble: 0 },
                ],
                firesAfter: 2,
                labels: { namespace, job },
                description:
                    "No dnsdist has been scraped for two minutes: clients that use its addresses get no answers.",
            },
            {
                alert: "DnsdistAddressUnanswered",
                series: [
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    { series: probe("address", 'instance="10.0.0.1:53"'), well: 1, trouble: 0 },
                ],
                firesAfter: 2,
                labels: { ...probed, target: "address", instance: "10.0.0.1:53" },
                description:
                    "10.0.0.1:53 has not answered over udp for two minutes, not even a query for the resolver's own name.",
            },
            {
                alert: "DnsdistPodUnanswered",
                series: [
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    { series: probe("pod", 'pod="a"'), well: 1, trouble: 0 },
                ],
                firesAfter: 2,
                labels: { ...probed, target: "pod", pod: "a" },
                description:
                    "a has not answered over udp for two minutes, not even a query for the resolver's own name.",
            },
            {
                alert: "DnsdistWithoutBackends",
                series: [
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    { series: `dnsdist_pool_active_servers${own("a", ',pool="_default_"')}`, well: 1, trouble: 0 },
                ],
                firesAfter: 1,
                labels: ofPod,
                description: "No resolver has answered the health checks of a for a minute.",
            },
            {
                alert: "DnsdistBackendMissing",
                series: [
                    stateIsKnown,
                    { series: available, well: 2, trouble: 2 },
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    { series: `dnsdist_pool_active_servers${own("a", ',pool="_default_"')}`, well: 2, trouble: 1 },
                ],
                firesAfter: 5,
                labels: ofPod,
                description:
                    "a asks only 1 of the resolver's pods: the others fail its health checks, or it does not find them.",
            },
            {
                alert: "DnsdistTimeouts",
                series: [
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    { series: `dnsdist_queries${own("a")}`, well: 1000, trouble: 1000, counter: true },
                    { series: `dnsdist_downstream_timeouts${own("a")}`, well: 49, trouble: 100, counter: true },
                ],
                firesAfter: 11,
                slack: 1,
                recoversAfter: 5,
                labels: ofPod,
                description: "The resolver has not answered 10% of the queries of a within five seconds.",
            },
            {
                alert: "DnsdistRateLimiting",
                series: [
                    { series: `up${own("a")}`, well: 1, trouble: 1 },
                    {
                        series: `dnsdist_rule_hits${own("a", ',id="rate-limit"')}`,
                        well: 590,
                        trouble: 1200,
                        counter: true,
                    },
                    // The rules that follow count the same queries again.
                    {
                        series: `dnsdist_rule_hits${own("a", ',id="rate-limit-udp"')}`,
                        well: 590,
                        trouble: 1200,
                        counter: true,
                    },
                ],
                firesAfter: 11,
                slack: 1,
                recoversAfter: 5,
                labels: { namespace, job },
                description: "20 queries per second exceed noc:dnsdist.rateLimit.",
            },
        ],
    );
});
