import { testAlerts } from "../../tests/alert-tests";
import { keaAlerts, keaRecords } from "./alerts";
import { highAvailabilityAlerts } from "./high-availability-alerts";
import { dhcpSettings } from "./settings";

const namespace = "noc";
const thresholds = dhcpSettings.shape.thresholds.parse(undefined);
const subnet = `subnet="10.0.0.0/24",subnet_id="1"`;
const labels = { namespace, subnet: "10.0.0.0/24" };

/** A pod of each server. */
const pods = ["kea-dhcp-0", "kea-dhcp-standby-0"] as const;
const [primary, standby] = pods;
const ofPod = (metric: string, pod: string, labels = "") =>
    `${metric}{namespace="noc",pod="${pod}",job="kea-dhcp-ha"${labels}}`;
const state = (pod: string, name: string, well: number, trouble: number | "absent") => ({
    series: ofPod("kea_ha_state", pod, `,state="${name}"`),
    well,
    trouble,
});
const leases = (pod: string, well: number, trouble: number, kind = "assigned") => ({
    series: ofPod("kea_ha_leases", pod, `,${subnet},state="${kind}"`),
    well,
    trouble,
});

describe("alerts on two DHCP servers", () => {
    const records = keaRecords(namespace, "highAvailability");
    const alerts = keaAlerts(namespace, thresholds, "highAvailability").filter(({ alert }) =>
        ["KeaDown", "KeaPoolFull", "KeaDeclinedAddresses"].includes(alert),
    );
    const addresses = pods.map((pod) => ({
        series: `kea_dhcp4_addresses_total{namespace="noc",pod="${pod}",job="kea-dhcp",${subnet}}`,
        well: 100,
        trouble: 100,
    }));
    testAlerts(
        "dhcp",
        [{ name: "dhcp", records, alerts: [...alerts, ...highAvailabilityAlerts(namespace, thresholds)] }],
        [
            {
                alert: "KeaDown",
                cause: "with both gone",
                series: [
                    ...["kea-dhcp", "kea-dhcp-standby"].map((name, i) => ({
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
                // One server's own leases, the other's, and addresses that both have.
                alert: "KeaPoolFull",
                series: [...addresses, leases(primary, 40, 40), leases(standby, 90, 91)],
                firesAfter: 1,
                labels,
                description: "91% of the addresses of 10.0.0.0/24 are leased: new clients soon get none.",
            },
            {
                alert: "KeaDeclinedAddresses",
                series: pods.map((pod) => leases(pod, 2, 3, "declined")),
                firesAfter: 5,
                labels,
                description: "Clients have declined 3 addresses of 10.0.0.0/24, because other devices use them.",
            },
            {
                alert: "KeaNotRedundant",
                series: [
                    state(primary, "hot-standby", 1, 0),
                    state(primary, "partner-down", 0, 1),
                    state(standby, "hot-standby", 1, "absent"),
                ],
                firesAfter: 5,
                labels: { namespace, pod: primary },
                description:
                    "kea-dhcp-0 has not been in the state hot-standby for five minutes: if the server that answers fails, nobody gets a lease.",
            },
            ...(["partner-down", "terminated"] as const).map((cause) => ({
                alert: "KeaServersSeparated",
                cause,
                series: [state(primary, cause, 1, 1), state(standby, cause, 0, 1)],
                firesAfter: 1,
                labels: { namespace },
                description:
                    "Both servers in noc run but do not know each other's leases: two clients can get the same address.",
            })),
            {
                alert: "KeaLeasesDiffer",
                series: [leases(primary, 200, 200), leases(standby, 190, 189)],
                firesAfter: 15,
                labels,
                description:
                    "One server has 11 leases of 10.0.0.0/24 more than the other: it would lease addresses again that are in use.",
            },
            {
                alert: "KeaClockSkew",
                series: pods.map((pod, i) => ({
                    series: ofPod("kea_ha_clock_seconds", pod),
                    well: 1000 + 10 * i,
                    trouble: 1000 + 11 * i,
                })),
                firesAfter: 5,
                labels: { namespace },
                description:
                    "The clocks of the two servers' nodes are 11s apart. At one minute, Kea ends high availability.",
            },
            {
                alert: "KeaServerNotRelayed",
                series: [
                    {
                        series: `kea_dhcp4_packets_received_total{namespace="noc",pod="${primary}",job="kea-dhcp",operation="discover"}`,
                        well: 1,
                        trouble: 1,
                        counter: true,
                    },
                    { series: ofPod("kea_ha_packets_received_total", primary), well: 2, trouble: 2, counter: true },
                    { series: ofPod("kea_ha_packets_received_total", standby), well: 1, trouble: 0, counter: true },
                ],
                firesAfter: 119,
                slack: 1,
                calm: 130,
                labels: { namespace, pod: standby },
                description:
                    "kea-dhcp-standby-0 has received nothing for 60 minutes, while the other server has: it cannot take over.",
            },
        ],
    );
});
