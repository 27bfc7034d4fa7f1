import { contains, formatRange, parseRange, without } from "../../config/addresses";
import type { Pool } from "./settings";

const fixedSuffix = "-fixed";
/** Selects the samples of the pools that any Service may get an address from. */
export const openPools = `pool!~".+${fixedSuffix}"`;

/** An IPAddressPool's name and spec. */
export interface PoolManifest {
    name: string;
    addresses: string[];
    autoAssign: boolean;
}

/**
 * Splits each pool in two: addresses that any Service may get, and those kept for the Services that ask for them.
 * Without that, whichever Service comes first may be given the resolver's address.
 * @param fixed the addresses that Services of ours ask for.
 */
export function poolManifests(pools: readonly Pool[], fixed: readonly string[]): PoolManifest[] {
    return pools.flatMap(({ name, addresses, reserved }) => {
        const ranges = addresses.map(parseRange);
        const kept = [...new Set([...reserved, ...fixed])]
            .map(parseRange)
            .filter((address) => ranges.some((range) => contains(range, address)));
        const free = ranges.flatMap((range) => without(range, kept));
        return [
            { name, addresses: free.map(formatRange), autoAssign: true },
            { name: `${name}${fixedSuffix}`, addresses: kept.map(formatRange), autoAssign: false },
        ].filter((pool) => pool.addresses.length > 0);
    });
}
