import { testAlerts } from "../../tests/alert-tests";
import { clusterDnsAlerts } from "./alerts";

const failures =
    'coredns_proxy_healthcheck_failures_total{job="coredns",pod="coredns-1",proxy_name="forward",to="10.96.0.53:53"}';

describe("alerts on the cluster's DNS", () => {
    testAlerts(
        "clusterDns",
        [{ name: "cluster-dns", records: [], alerts: clusterDnsAlerts() }],
        [
            {
                alert: "ClusterDnsUpstreamDown",
                cause: "a server that fails a check every second",
                firesAfter: 5,
                // Until the rate over five minutes has forgotten the trouble.
                recoversAfter: 6,
                labels: { to: "10.96.0.53:53" },
                description:
                    "CoreDNS gets no answer from 10.96.0.53:53: pods resolve names by the next server, or not at all if it is the last.",
                series: [{ series: failures, counter: true, well: 1, trouble: 60 }],
            },
        ],
    );
});
