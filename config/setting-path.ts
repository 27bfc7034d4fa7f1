/** Paths into the configuration, as `pulumi config set --path` takes them: `noc:dhcp.subnets[0].pools[1]`. */

const namespace = "noc:";

/** The key of a path. A field that is no plain word is quoted: `noc:dns["a.b"]`. */
export const keyOf = (path: readonly PropertyKey[]): string =>
    namespace +
    path
        .map((part, i) => {
            if (typeof part === "number") {
                return `[${part}]`;
            }
            const name = String(part);
            return /^[\w-]+$/.test(name) || i === 0 ? `${i > 0 ? "." : ""}${name}` : `[${JSON.stringify(name)}]`;
        })
        .join("");

/** The path of a key. */
export const pathOf = (key: string): PropertyKey[] =>
    [...key.slice(namespace.length).matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
        ([, index, quoted, name]) =>
            index !== undefined ? Number(index) : ((quoted && (JSON.parse(`"${quoted}"`) as string)) ?? name ?? ""),
    );

/** The value at a path; undefined where there is none. */
export const valueAt = (values: unknown, path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined | null)?.[part], values);
