import { contains, formatRange, parseRange, without, type AddressRange } from "../../config/addresses";
import type { Pool } from "./settings";

/** Endings of the names of the pools whose addresses no Service gets unless it asks for one. */
export const poolSuffixes = { fixed: "-fixed", reserved: "-reserved" } as const;

/** PromQL matcher of the pools that any Service may get an address from. */
export const openPools = `pool!~".+(${Object.values(poolSuffixes).join("|")})"`;

/** An IPAddressPool's name and spec. */
export interface PoolManifest {
    readonly name: string;
    readonly addresses: string[];
    readonly autoAssign: boolean;
    /** Skips addresses that end in .0 or .255 when MetalLB chooses one: some network equipment does not accept them. */
    readonly avoidBuggyIPs?: boolean;
    /** Limits the pool to the Services of these namespaces. */
    readonly serviceAllocation?: { readonly namespaces: string[] };
}

export interface PoolOptions {
    /** Addresses that Services of the stack ask for. Defaults to none. */
    readonly fixed?: readonly string[];
    /** Namespaces of these Services. Defaults to all. */
    readonly namespaces?: readonly string[];
}

/**
 * Splits each pool of the settings into up to three: the addresses that any Service may get, those that Services of the
 * stack ask for, and the reserved ones. Without this, the Service that comes first may get the resolver's address.
 */
export function poolManifests(
    pools: readonly Pool[],
    { fixed = [], namespaces = [] }: PoolOptions = {},
): PoolManifest[] {
    return pools.flatMap(({ name, addresses, reserved }) => {
        const ranges = addresses.map(parseRange);
        const inPool = (list: readonly string[]) =>
            [...new Set(list)].map(parseRange).filter((address) => ranges.some((range) => contains(range, address)));
        const [fixedHere, reservedHere] = [inPool(fixed), inPool(reserved)];
        const open = ranges.flatMap((range) => without(range, [...fixedHere, ...reservedHere]));
        return [
            {
                name,
                addresses: open.map(formatRange),
                autoAssign: true,
                ...(open.some(endsInBuggyAddress) && { avoidBuggyIPs: true }),
            },
            {
                name: `${name}${poolSuffixes.fixed}`,
                addresses: fixedHere.map(formatRange),
                autoAssign: false,
                ...(namespaces.length > 0 && { serviceAllocation: { namespaces: [...namespaces] } }),
            },
            {
                name: `${name}${poolSuffixes.reserved}`,
                addresses: reservedHere.map(formatRange),
                autoAssign: false,
            },
        ].filter((pool) => pool.addresses.length > 0);
    });
}

/** Whether the range has an address that ends in .0 or .255. */
function endsInBuggyAddress({ first, last }: AddressRange): boolean {
    const nextBoundary = (Math.floor(first / 256) + 1) * 256;
    return first % 256 === 0 || last >= nextBoundary - 1;
}
