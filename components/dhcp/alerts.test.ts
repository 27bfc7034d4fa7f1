import { testAlerts } from "../../tests/alert-tests";
import { keaAlerts, keaRecords } from "./alerts";
import { dhcpSettings } from "./settings";

const namespace = "noc";
const thresholds = dhcpSettings.shape.thresholds.parse(undefined);
const kea = 'namespace="noc",pod="kea-dhcp-0",job="kea-dhcp"';
const subnet = `subnet="10.0.0.0/24",subnet_id="1"`;
const labels = { namespace, subnet: "10.0.0.0/24" };

describe("alerts on a DHCP server", () => {
    testAlerts(
        "dhcp",
        [
            {
                name: "dhcp",
                records: keaRecords(namespace, "single"),
                alerts: keaAlerts(namespace, thresholds, "single"),
            },
        ],
        [
            ...(["not ready", "gone", "on a lost node"] as const).map((cause) => ({
                alert: "KeaDown",
                cause,
                series: [
                    {
                        series: 'kube_statefulset_status_replicas_ready{namespace="noc",statefulset="kea-dhcp"}',
                        well: 1,
                        trouble: cause === "gone" ? ("absent" as const) : 0,
                    },
                    // The containers of a lost node's pod keep their last state.
                    ...["kea-dhcp", "kea-exporter"].map((container) => ({
                        series: `kube_pod_container_status_ready{namespace="noc",pod="kea-dhcp-0",container="${container}"}`,
                        well: 1,
                        trouble: cause === "on a lost node" ? 1 : 0,
                    })),
                    { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 },
                ],
                firesAfter: 1,
                labels: { namespace, statefulset: "kea-dhcp", job: "kea-dhcp" },
                description: "No Kea in noc has been ready for a minute: nobody gets or renews a lease.",
            })),
            {
                alert: "KeaDown",
                cause: "after its exporter, which alone does not fire it",
                series: [
                    {
                        series: 'kube_statefulset_status_replicas_ready{namespace="noc",statefulset="kea-dhcp"}',
                        well: 0,
                        trouble: 0,
                    },
                    {
                        series: 'kube_pod_container_status_ready{namespace="noc",pod="kea-dhcp-0",container="kea-dhcp"}',
                        well: 1,
                        trouble: 0,
                    },
                    {
                        series: 'kube_pod_container_status_ready{namespace="noc",pod="kea-dhcp-0",container="kea-exporter"}',
                        well: 0,
                        trouble: 0,
                    },
                    { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 },
                ],
                firesAfter: 1,
                labels: { namespace, statefulset: "kea-dhcp", job: "kea-dhcp" },
                description: "No Kea in noc has been ready for a minute: nobody gets or renews a lease.",
            },
            {
                alert: "KeaPoolNearlyFull",
                series: [
                    { series: `kea_dhcp4_addresses_assigned_total{${kea},${subnet}}`, well: 80, trouble: 81 },
                    { series: `kea_dhcp4_addresses_total{${kea},${subnet}}`, well: 100, trouble: 100 },
                    // The same addresses, counted for the pool.
                    {
                        series: `kea_dhcp4_addresses_assigned_total{${kea},${subnet},pool="10.0.0.1-10.0.0.100"}`,
                        well: 100,
                        trouble: 0,
                    },
                    {
                        series: `kea_dhcp4_addresses_total{${kea},${subnet},pool="10.0.0.1-10.0.0.100"}`,
                        well: 100,
                        trouble: 100,
                    },
                ],
                firesAfter: 5,
                labels,
                description: "81% of the addresses of 10.0.0.0/24 are leased.",
            },
            {
                alert: "KeaPoolFull",
                series: [
                    { series: `kea_dhcp4_addresses_assigned_total{${kea},${subnet}}`, well: 90, trouble: 91 },
                    { series: `kea_dhcp4_addresses_total{${kea},${subnet}}`, well: 100, trouble: 100 },
                ],
                firesAfter: 1,
                labels,
                description: "91% of the addresses of 10.0.0.0/24 are leased: new clients soon get none.",
            },
            {
                alert: "KeaAllocationFailures",
                cause: "again",
                series: ["subnet", "no-pools"].map((context) => ({
                    series: `kea_dhcp4_allocations_failed_total{${kea},${subnet},context="${context}"}`,
                    well: 0.9,
                    trouble: context === "subnet" ? 4 : 0,
                    counter: true,
                })),
                slack: 1,
                firesAfter: 1,
                recoversAfter: 6,
                labels,
                description: "In five minutes Kea found no address for 5 or more requests of clients in 10.0.0.0/24.",
            },
            {
                alert: "KeaAllocationFailures",
                cause: "for the first time",
                series: [
                    {
                        series: `kea_dhcp4_allocations_failed_total{${kea},${subnet},context="subnet"}`,
                        well: "absent",
                        trouble: 7,
                        counter: true,
                    },
                ],
                recoversAfter: 6,
                firesAfter: 0,
                labels,
                description: "In five minutes Kea found no address for 5 or more requests of clients in 10.0.0.0/24.",
            },
            {
                alert: "KeaNAKs",
                series: [
                    {
                        series: `kea_dhcp4_packets_sent_total{${kea},operation="nak"}`,
                        well: 9,
                        trouble: 12,
                        counter: true,
                    },
                ],
                firesAfter: 6,
                recoversAfter: 4,
                labels: { namespace },
                description:
                    "Kea refuses 12 requests a minute: clients ask for addresses that are leased to others, or come from a network that has no subnet.",
            },
            {
                alert: "KeaDeclinedAddresses",
                series: [{ series: `kea_dhcp4_addresses_declined_total{${kea},${subnet}}`, well: 2, trouble: 3 }],
                firesAfter: 5,
                labels,
                description: "Clients have declined 3 addresses of 10.0.0.0/24, because other devices use them.",
            },
            {
                alert: "KeaNoTraffic",
                series: ["discover", "request"].map((operation) => ({
                    series: `kea_dhcp4_packets_received_total{${kea},operation="${operation}"}`,
                    well: 1,
                    trouble: 0,
                    counter: true,
                })),
                firesAfter: 64,
                slack: 1,
                labels: { namespace },
                description: "Kea in noc has received no request for 60 minutes: check whether the relays reach it.",
            },
            {
                alert: "KeaUnansweredClients",
                series: [
                    {
                        series: `kea_dhcp4_packets_received_total{${kea},operation="discover"}`,
                        well: 12,
                        trouble: 12,
                        counter: true,
                    },
                    {
                        series: `kea_dhcp4_packets_sent_total{${kea},operation="offer"}`,
                        well: 6.1,
                        trouble: 0,
                        counter: true,
                    },
                ],
                firesAfter: 10,
                labels: { namespace },
                recoversAfter: 6,
                description:
                    "Kea in noc answers fewer than half of the DISCOVER messages with an offer: it has no subnet for their relay, or no free address.",
            },
        ],
    );
});
