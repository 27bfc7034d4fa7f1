import { MessagesPerMinute, NoUnit, PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import { bars, type Dashboard, dashboard, graph, stat, states, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { openPools } from "./pools";
import type { MetallbThresholds } from "./settings";

/** Colours of a pool's use: orange and red where the alerts on it fire. */
const poolUse = ({ poolRatio }: MetallbThresholds) => ({ above: [poolRatio, 1] }) as const;

/** The dashboard of MetalLB. */
export function loadBalancerDashboard(namespace: string, thresholds: MetallbThresholds): Dashboard {
    const selector = `{namespace="${namespace}"}`;
    const inUse = `max by (pool) (metallb_allocator_addresses_in_use_total${selector})`;
    const total = `max by (pool) (metallb_allocator_addresses_total${selector})`;
    const perMinute = (metric: string) => `60 * sum by (ip) (rate(${metric}${selector}[$__rate_interval]))`;
    const outdated = `clamp_max(metallb_k8s_client_config_stale_bool${selector} + (metallb_k8s_client_config_loaded_bool${selector} == bool 0), 1)`;
    const announced = `max by (ip, exported_service, node, protocol) (metallb_speaker_announced${selector})`;

    return dashboard({
        uid: "noc-load-balancer",
        title: "Load balancer",
        description: "MetalLB: its address pools, the Services that have addresses, and the nodes that announce them.",
        rows: [
            [
                4,
                fullestPool(namespace, thresholds),
                stat("Addresses in use", "Addresses that Services have.", NoUnit, { "in use": `sum(${inUse})` }),
                notAnnounced(namespace),
                stat(
                    "Old configuration",
                    "Pods that have rejected the latest pools and advertisements, or have never loaded any. Should be 0.",
                    NoUnit,
                    { pods: `sum(${outdated})` },
                    { above: [1, 1] },
                ),
            ],
            "Addresses",
            [
                8,
                table(
                    "Announced addresses",
                    "The Service of each address and the node that announces it. An address that is missing is not announced.",
                    NoUnit,
                    { Address: "ip", Service: "exported_service", Node: "node", Protocol: "protocol" },
                    { "": announced },
                ).overrideByName("Service", [{ id: "custom.width", value: 360 }]),
                states(
                    "Announcing nodes",
                    "The node that announced each address, over time. It changes when a node or a pod fails.",
                    { "{{ip}} {{node}}": `max by (ip, node) (metallb_speaker_announced${selector})` },
                    { 1: { text: "announces", color: "green" } },
                ),
            ],
            [
                8,
                bars(
                    "Use of the pools",
                    "Share of each pool's addresses that are in use. Pools of fixed and reserved addresses may be full.",
                    PercentUnit,
                    { "{{pool}}": `${inUse} / ${total}` },
                    poolUse(thresholds),
                ).max(1),
                graph("Addresses of the pools", "Addresses in use and in total.", Short, {
                    "{{pool}} in use": inUse,
                    "{{pool}} total": total,
                }),
                graph(
                    "Announcing nodes per address",
                    "Nodes that announced each address within ten minutes. More than one: the address has moved, or two nodes announce it.",
                    Short,
                    {
                        "{{ip}}": `count by (ip) (count by (ip, node) (count_over_time(metallb_speaker_announced${selector}[10m])))`,
                    },
                    { above: [2, 3] },
                ),
            ],
            "Announcements",
            [
                8,
                graph(
                    "Gratuitous ARP",
                    "Announcements sent without a request. Expected after an address has moved, and only then.",
                    MessagesPerMinute,
                    { "{{ip}}": perMinute("metallb_layer2_gratuitous_sent") },
                ),
                graph(
                    "ARP requests and responses",
                    "ARP requests for each address, and the responses. Every request should be answered.",
                    MessagesPerMinute,
                    {
                        "{{ip}} requests": perMinute("metallb_layer2_requests_received"),
                        "{{ip}} responses": perMinute("metallb_layer2_responses_sent"),
                    },
                ),
                states(
                    "Configuration",
                    "Whether each pod uses the latest configuration. If not, its log says what it has rejected.",
                    {
                        "{{pod}}": `max by (pod) (${outdated})`,
                    },
                    { 0: { text: "latest", color: "green" }, 1: { text: "old or none", color: "red" } },
                ),
            ],
        ],
    });
}

/** MetalLB's panels on the overview dashboard. */
export const loadBalancerOverview = (namespace: string, thresholds: MetallbThresholds): OverviewPanels => ({
    stats: [fullestPool(namespace, thresholds), notAnnounced(namespace)],
});

const fullestPool = (namespace: string, thresholds: MetallbThresholds) => {
    const selector = `{namespace="${namespace}",${openPools}}`;
    return stat(
        "Fullest pool",
        "Share of the fullest pool's addresses that are in use. At 100 %, a new Service gets no address from it.",
        PercentUnit,
        {
            "in use": `max(metallb_allocator_addresses_in_use_total${selector} / metallb_allocator_addresses_total${selector})`,
        },
        poolUse(thresholds),
    );
};

const notAnnounced = (namespace: string) => {
    const selector = `{namespace="${namespace}"}`;
    const inUse = `sum(max by (pool) (metallb_allocator_addresses_in_use_total${selector}))`;
    return stat(
        "Addresses not announced",
        "Addresses that Services have and no node announces: clients on the network cannot reach them. Should be 0.",
        NoUnit,
        { "not announced": `${inUse} - (count(count by (ip) (metallb_speaker_announced${selector})) or vector(0))` },
        { above: [1, 1] },
    );
};
