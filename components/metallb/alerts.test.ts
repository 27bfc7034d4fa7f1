import { testAlerts } from "../../tests/alert-tests";
import { metallbAlerts, metallbRecords } from "./alerts";
import { metallbSettings } from "./settings";

const namespace = "metallb-system";
const controller = 'namespace="metallb-system",job="metallb",pod="metallb-controller-1"';
const speaker = (node: string) =>
    `namespace="metallb-system",job="metallb",pod="metallb-speaker-${node}",node="${node}"`;

const pool = (name: string, inUse: { well: number; trouble: number }) => [
    { series: `metallb_allocator_addresses_in_use_total{${controller},pool="${name}"}`, ...inUse },
    { series: `metallb_allocator_addresses_total{${controller},pool="${name}"}`, well: 20, trouble: 20 },
];
/** These pools may be full. */
const fixed = [...pool("lan-fixed", { well: 20, trouble: 20 }), ...pool("lan-reserved", { well: 20, trouble: 20 })];

const announced = (ip: string, node: string, value: { well: number | "absent"; trouble: number | "absent" }) => ({
    series: `metallb_speaker_announced{${speaker(node)},ip="${ip}",protocol="layer2"}`,
    ...value,
});

describe("MetalLB's alerts", () => {
    testAlerts(
        "metallb",
        [
            {
                name: "metallb",
                records: metallbRecords(namespace),
                alerts: metallbAlerts(namespace, metallbSettings.shape.thresholds.parse(undefined)),
            },
        ],
        [
            {
                alert: "MetalLBPoolNearlyExhausted",
                series: [...pool("lan", { well: 16, trouble: 17 }), ...fixed],
                firesAfter: 5,
                labels: { namespace, pool: "lan" },
                description: "85% of the addresses of the pool lan are in use.",
            },
            {
                alert: "MetalLBPoolExhausted",
                series: [...pool("lan", { well: 19, trouble: 20 }), ...fixed],
                firesAfter: 1,
                labels: { namespace, pool: "lan" },
                description: "All addresses of the pool lan are in use. A new Service gets no address from it.",
            },
            {
                alert: "MetalLBStaleConfiguration",
                cause: "rejected",
                series: [{ series: `metallb_k8s_client_config_stale_bool{${controller}}`, well: 0, trouble: 1 }],
                firesAfter: 5,
                labels: { namespace, job: "metallb", pod: "metallb-controller-1" },
                description:
                    "metallb-controller-1 has rejected the latest pools and advertisements, or has never loaded any.",
            },
            {
                alert: "MetalLBStaleConfiguration",
                cause: "never loaded",
                series: [{ series: `metallb_k8s_client_config_loaded_bool{${controller}}`, well: 1, trouble: 0 }],
                firesAfter: 5,
                labels: { namespace, job: "metallb", pod: "metallb-controller-1" },
                description:
                    "metallb-controller-1 has rejected the latest pools and advertisements, or has never loaded any.",
            },
            {
                alert: "MetalLBNotAnnounced",
                cause: "one of two",
                series: [
                    ...pool("lan", { well: 2, trouble: 2 }),
                    announced("10.0.0.1", "a", { well: 1, trouble: 1 }),
                    announced("10.0.0.2", "a", { well: 1, trouble: "absent" }),
                ],
                firesAfter: 2,
                labels: { namespace },
                description:
                    "No node announces 1 of the addresses that Services have. Clients on the network cannot reach them.",
            },
            {
                alert: "MetalLBNotAnnounced",
                cause: "all",
                series: [
                    ...pool("lan", { well: 1, trouble: 1 }),
                    announced("10.0.0.1", "a", { well: 1, trouble: "absent" }),
                ],
                firesAfter: 2,
                labels: { namespace },
                description:
                    "No node announces 1 of the addresses that Services have. Clients on the network cannot reach them.",
            },
            {
                alert: "MetalLBAddressMoving",
                series: [
                    announced("10.0.0.1", "a", { well: 1, trouble: "absent" }),
                    announced("10.0.0.1", "b", { well: "absent", trouble: 1 }),
                    announced("10.0.0.2", "b", { well: 1, trouble: 1 }),
                ],
                // The scenario ends with the address back on its first node, ten minutes after which the alert ends.
                recoversAfter: 11,
                firesAfter: 0,
                labels: { namespace, ip: "10.0.0.1" },
                description:
                    "2 nodes have announced 10.0.0.1 within ten minutes: its node has failed or its pod has moved.",
            },
        ],
    );
});
