import { testAlerts } from "../../tests/alert-tests";
import { leaseNameAlerts } from "./lease-names-monitoring";

const namespace = "noc";
const pods = ["kea-dhcp-0", "kea-dhcp-standby-0"];
const series = (metric: string, pod: string) => `${metric}{namespace="noc",pod="${pod}",job="kea-dhcp-names"}`;

describe("alerts on host names of leases", () => {
    testAlerts(
        "dhcp",
        [{ name: "dhcp", records: [], alerts: leaseNameAlerts(namespace) }],
        [
            {
                // One server that answers is enough.
                alert: "KeaNamesUnanswered",
                series: pods.map((pod, i) => ({ series: series("kea_names_up", pod), well: i, trouble: 0 })),
                firesAfter: 5,
                labels: { namespace },
                description:
                    "For five minutes no Kea in noc has answered questions for host names: the resolver answers SERVFAIL for them.",
            },
            {
                alert: "KeaNamesLimited",
                series: pods.map((pod) => ({
                    series: series("kea_names_limited_total", pod),
                    well: 30,
                    trouble: 60,
                    counter: true,
                })),
                firesAfter: 11,
                slack: 1,
                recoversAfter: 5,
                labels: { namespace },
                description:
                    "Kea is not asked for 2 host names a second, which is answered with SERVFAIL: a client looks up many names of the clients' domain.",
                firstDescription:
                    "Kea is not asked for 2 host names a second, which is answered with SERVFAIL: a client looks up many names of the clients' domain.",
            },
        ],
    );
});
