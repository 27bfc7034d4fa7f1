import { MessagesPerMinute, NoUnit, PercentUnit, Short } from "@grafana/grafana-foundation-sdk/units";

import { bars, type Dashboard, dashboard, graph, stat, states, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { openPools } from "./pools";

/** The page of the load balancer. */
export function loadBalancerDashboard(namespace: string): Dashboard {
    const selector = `{namespace="${namespace}"}`;
    const free = `{namespace="${namespace}",${openPools}}`;
    const inUse = (pools = selector) => `max by (pool) (metallb_allocator_addresses_in_use_total${pools})`;
    const all = (pools = selector) => `max by (pool) (metallb_allocator_addresses_total${pools})`;
    const aMinute = (metric: string) => `60 * sum by (ip) (rate(${metric}${selector}[$__rate_interval]))`;
    const outdated = `clamp_max(metallb_k8s_client_config_stale_bool${selector} + (metallb_k8s_client_config_loaded_bool${selector} == bool 0), 1)`;
    const announced = `max by (ip, exported_service, node, protocol) (metallb_speaker_announced${selector})`;

    return dashboard({
        uid: "noc-load-balancer",
        title: "Load balancer",
        description: "MetalLB: which addresses there are, who has them, and which node answers for them.",
        rows: [
            [
                4,
                stat(
                    "Addresses free",
                    "What is left for Services that ask for no address of their own. Without any, a new one gets none.",
                    NoUnit,
                    { free: `sum(${all(free)} - ${inUse(free)})` },
                    { below: [3, 1] },
                ),
                stat("Addresses in use", "What Services have. Worry when it drops.", NoUnit, {
                    "in use": `sum(${inUse()})`,
                }),
                stat(
                    "Not announced",
                    "Addresses that Services have and no node answers for. Worry about any: nobody on the network reaches them.",
                    NoUnit,
                    {
                        "not announced": `sum(${inUse()}) - (count(count by (ip) (metallb_speaker_announced${selector})) or vector(0))`,
                    },
                    { above: [1, 1] },
                ),
                stat(
                    "Old configuration",
                    "Pods that have rejected the latest pools and advertisements, or never loaded any. Worry about any.",
                    NoUnit,
                    {
                        pods: `sum(${outdated})`,
                    },
                    { above: [1, 1] },
                ),
            ],
            "Addresses",
            [
                8,
                table(
                    "Who has which address",
                    "The Service of each address and the node that answers for it. An address that is missing is announced by nobody.",
                    NoUnit,
                    { Address: "ip", Service: "exported_service", Node: "node", Protocol: "protocol" },
                    { "": announced },
                ).overrideByName("Service", [{ id: "custom.width", value: 360 }]),
                states(
                    "Which node announces",
                    "Who answered for each address when. It moves when a node or a pod fails; worry when it moves often.",
                    { "{{ip}} {{node}}": `max by (ip, node) (metallb_speaker_announced${selector})` },
                    { 1: { text: "announces", color: "green" } },
                ),
            ],
            [
                8,
                bars(
                    "Use of the pools",
                    "Share of each pool's addresses that Services have. Those for fixed addresses may be full.",
                    PercentUnit,
                    { "{{pool}}": `${inUse()} / ${all()}` },
                ).max(1),
                graph(
                    "Addresses of the pools",
                    "What is in use, and what there is. Worry when the first comes near the latter.",
                    Short,
                    { "{{pool}} in use": inUse(), "{{pool}} in all": all() },
                ),
                graph(
                    "Moves",
                    "By how many nodes an address was announced within ten minutes. Worry above one: it moves, or two nodes claim it.",
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
                    "Announced unasked",
                    "Gratuitous ARP for each address. There are some after each move; worry when they go on.",
                    MessagesPerMinute,
                    { "{{ip}}": aMinute("metallb_layer2_gratuitous_sent") },
                ),
                graph(
                    "Asked and answered",
                    "ARP requests for each address, and what was answered. Worry when requests go unanswered.",
                    MessagesPerMinute,
                    {
                        "{{ip}} asked": aMinute("metallb_layer2_requests_received"),
                        "{{ip}} answered": aMinute("metallb_layer2_responses_sent"),
                    },
                ),
                states(
                    "Configuration",
                    "Whether each pod runs on the latest configuration. Red: look for what it has rejected in its log.",
                    {
                        "{{pod}}": `max by (pod) (${outdated})`,
                    },
                    { 0: { text: "latest", color: "green" }, 1: { text: "old or none", color: "red" } },
                ),
            ],
        ],
    });
}

/** The load balancer on the overview dashboard. */
export function loadBalancerOverview(namespace: string): OverviewPanels {
    const pools = (metric: string, selector = "") =>
        `sum(max by (pool) (metallb_allocator_${metric}{namespace="${namespace}"${selector}}))`;
    const announced = `count(count by (ip) (metallb_speaker_announced{namespace="${namespace}"}))`;
    const stats = [
        stat(
            "Addresses free",
            "What the load balancer has left for anybody. Without any, a new Service gets none.",
            NoUnit,
            {
                free: `${pools("addresses_total", `,${openPools}`)} - ${pools("addresses_in_use_total", `,${openPools}`)}`,
            },
            { below: [3, 1] },
        ),
        stat(
            "Addresses not announced",
            "Addresses that Services have and no node answers for. Worry about any: nobody on the network reaches them.",
            NoUnit,
            { "not announced": `${pools("addresses_in_use_total")} - (${announced} or vector(0))` },
            { above: [1, 1] },
        ),
    ];
    return { stats };
}
