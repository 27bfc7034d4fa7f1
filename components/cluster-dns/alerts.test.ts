import { testAlerts } from "../../tests/alert-tests";
import { clusterDnsAlerts } from "./alerts";

const series = (metric: string) => `${metric}{job="coredns",pod="coredns-1",to="10.96.0.53:53"}`;
const scenario = {
    alert: "ClusterDnsUpstreamDown",
    firesAfter: 5,
    // Until the rate over five minutes has forgotten the trouble.
    recoversAfter: 6,
    labels: { to: "10.96.0.53:53" },
    description:
        "CoreDNS gets no answer from 10.96.0.53:53: pods resolve names by the next server, or not at all if it is the last.",
};

describe("alerts on the cluster's DNS", () => {
    testAlerts(
        "clusterDns",
        [{ name: "cluster-dns", records: [], alerts: clusterDnsAlerts() }],
        ["coredns_proxy_healthcheck_failures_total", "coredns_forward_healthcheck_failures_total"].map((metric) => ({
            ...scenario,
            cause: metric,
            // A failed check now and then, and one every second.
            series: [{ series: series(metric), counter: true, well: 1, trouble: 60 }],
        })),
    );
});
