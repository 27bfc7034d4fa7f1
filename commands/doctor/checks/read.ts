/** Reads the API's objects. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { parse } from "yaml";

interface Named {
    readonly metadata?: { readonly name?: string };
}

export const nameOf = ({ metadata }: Named): string => metadata?.name ?? "?";

export const isTrue = ({ status }: { readonly status?: string }): boolean => status === "True";

/** A node's IPv4 addresses in the network that the nodes share. */
export const addressesOf = ({ status }: V1Node): string[] =>
    (status?.addresses ?? [])
        .filter(({ type, address }) => type === "InternalIP" && !address.includes(":"))
        .map(({ address }) => address);

/** Whether pods without tolerations are scheduled on the node. */
export const takesPods = ({ spec }: V1Node): boolean =>
    !spec?.unschedulable && !spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule");

/** Whether MetalLB announces addresses from the node. */
export const mayAnnounce = (
    { metadata }: V1Node,
    { announceFromControlPlane }: { readonly announceFromControlPlane: boolean },
): boolean =>
    announceFromControlPlane ||
    metadata?.labels?.["node.kubernetes.io/exclude-from-external-load-balancers"] === undefined;

/** The IPv4 addresses that load balancers have given to Services. */
export const assigned = (services: readonly V1Service[]): string[] =>
    services.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : [])));

/** A YAML document in a ConfigMap, as plain data. */
export const documentIn = ({ data }: { data?: Record<string, string> }, key: string): Record<string, unknown> =>
    (parse(data?.[key] ?? "{}") ?? {}) as Record<string, unknown>;

/** The value of a command-line flag in a container's command or arguments. Undefined if it is not set. */
export function flagOf(
    { spec }: { spec?: { containers?: { command?: string[]; args?: string[] }[] } },
    flag: string,
): string | undefined {
    const words = (spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]);
    const set = words.find((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
    return set?.split("=").slice(1).join("=");
}
