/** Reads the API's objects. */
import type { V1Node } from "@kubernetes/client-node";
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
