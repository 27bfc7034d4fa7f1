import { testAlerts } from "../../tests/alert-tests";
import { keaAlerts, keaRecords } from "./alerts";
import { leaseDatabaseAlerts } from "./lease-database-monitoring";
import { dhcpSettings } from "./settings";

const namespace = "noc";
const thresholds = dhcpSettings.shape.thresholds.parse(undefined);
const pods = ["kea-dhcp-0", "kea-dhcp-further-0"] as const;
const ofPod = (metric: string, pod: string, labels = "") =>
    `${metric}{namespace="noc",pod="${pod}",job="kea-dhcp-ha"${labels}}`;
const connected = (pod: string, well: number, trouble: number) => ({
    series: ofPod("kea_lease_database_connected", pod),
    well,
    trouble,
});

describe("alerts on the lease database", () => {
    const alerts = keaAlerts(namespace, thresholds, "database").filter(({ alert }) =>
        ["KeaDown", "KeaPoolFull"].includes(alert),
    );
    const subnet = 'subnet="10.0.0.0/24",subnet_id="1"';
    testAlerts(
        "dhcp",
        [
            {
                name: "dhcp",
                records: keaRecords(namespace, "database"),
                alerts: [...alerts, ...leaseDatabaseAlerts(namespace)],
            },
        ],
        [
            {
                alert: "KeaDown",
                cause: "with all servers gone",
                series: [
                    ...["kea-dhcp", "kea-dhcp-further"].map((name, i) => ({
                        series: `kube_statefulset_status_replicas_ready{namespace="noc",statefulset="${name}"}`,
                        well: i,
                        trouble: 0,
                    })),
                    { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 },
                ],
                firesAfter: 1,
                labels: { namespace, job: "kea-dhcp" },
                description: "No Kea in noc has been ready for a minute: nobody gets or renews a lease.",
            },
            {
                // Both servers count the leases of the one database.
                alert: "KeaPoolFull",
                series: pods.flatMap((pod) => [
                    {
                        series: `kea_dhcp4_addresses_total{namespace="noc",pod="${pod}",job="kea-dhcp",pool="",${subnet}}`,
                        well: 100,
                        trouble: 100,
                    },
                    { series: ofPod("kea_ha_leases", pod, `,${subnet},state="assigned"`), well: 50, trouble: 91 },
                ]),
                firesAfter: 1,
                labels: { namespace, subnet: "10.0.0.0/24" },
                description: "91% of the addresses of 10.0.0.0/24 are leased: new clients soon get none.",
            },
            {
                alert: "KeaLeaseDatabaseDown",
                series: [connected(pods[0], 1, 0), connected(pods[1], 0, 0)],
                firesAfter: 1,
                labels: { namespace },
                description:
                    "No Kea in noc has been connected to the lease database for a minute: nobody gets or renews a lease.",
            },
            {
                alert: "KeaLeaseDatabaseUnreachable",
                series: [connected(pods[0], 1, 1), connected(pods[1], 1, 0)],
                firesAfter: 5,
                labels: { namespace, pod: pods[1] },
                description:
                    "kea-dhcp-further-0 has not been connected to the lease database for five minutes, and answers nobody; the others do.",
            },
        ],
    );
});
