/** Finds addresses that two things would use at once, among the claims of all components. */
import { type AddressRange, contains, parseRange, sizeOf, specialNetwork, without } from "../config/addresses";
import type { Problem } from "../config/problems";
import type { AddressClaim, AddressUse } from "./lib/component";

interface Claim extends AddressClaim {
    readonly range: AddressRange;
}

/** Uses that exclude each other, and what to do about the second one. */
interface Exclusion {
    readonly first: readonly AddressUse[];
    readonly second: readonly AddressUse[];
    readonly remedy: string;
}

const exclusions: readonly Exclusion[] = [
    { first: ["pool"], second: ["pool"], remedy: "give each address to one pool" },
    { first: ["node"], second: ["pool", "lease", "reservation"], remedy: "leave the nodes' addresses out of it" },
    {
        first: ["foreign"],
        second: ["pool", "lease", "reservation"],
        remedy: "leave out the addresses that something else uses",
    },
    { first: ["router"], second: ["pool", "lease", "reservation"], remedy: "leave the router's address out of it" },
    {
        first: ["edge"],
        second: ["lease", "reservation", "router", "service"],
        remedy: "choose addresses that hosts can have",
    },
    {
        first: ["lease", "reservation"],
        second: ["pool"],
        remedy: "hand out each address either as a lease or to a Service",
    },
    { first: ["lease"], second: ["lease"], remedy: "lease each address from one pool" },
    { first: ["reservation"], second: ["reservation"], remedy: "reserve each address once" },
    { first: ["service"], second: ["service"], remedy: "give each Service its own address" },
    { first: ["reserved"], second: ["service"], remedy: "choose one that is not reserved" },
];

/** Where MetalLB is switched off: no pool is there to be compared with the other uses in place of the Services. */
const exclusionsWithoutPools: readonly Exclusion[] = [
    {
        first: ["node", "foreign", "router", "lease", "reservation"],
        second: ["service"],
        remedy: "choose an address that nothing else uses",
    },
];

/**
 * The problems between the address claims of all components.
 * @param pooled whether Services get their addresses from the claimed pools; otherwise another load balancer has them.
 * @param anyAddress the settings that leave a Service's address to the load balancer.
 */
export function addressProblems(
    claims: readonly AddressClaim[],
    pooled: boolean,
    anyAddress: readonly string[],
): Problem[] {
    const all = claims.map((claim) => ({ ...claim, range: parseRange(claim.text) }));
    const used = (uses: readonly AddressUse[]) => all.filter(({ use }) => uses.includes(use));
    const applied = pooled ? exclusions : [...exclusions, ...exclusionsWithoutPools];
    return [
        ...unusable(all),
        ...overlaps(used(["edge"]).filter(chosenByMetallb), used(["pool"]), "leave it out, because no host can use it"),
        ...applied.flatMap(({ first, second, remedy }) => overlaps(used(first), used(second), remedy)),
        ...(pooled ? outsidePools(used(["service"]), used(["pool"])) : []),
        ...(pooled ? tooFew(anyAddress, used(["pool"]), used(["reserved", "service"])) : []),
    ];
}

/** MetalLB gives addresses that end in .0 or .255 to no Service (`avoidBuggyIPs`). */
const chosenByMetallb = ({ range: { first } }: Claim): boolean => first % 256 !== 0 && first % 256 !== 255;

const unusable = (claims: readonly Claim[]): Problem[] =>
    claims.flatMap(({ key, text, use, range }) => {
        const special = use === "edge" ? undefined : specialNetwork(range);
        const remedy = `overlaps ${special}, which no host can use; choose other addresses`;
        return special === undefined ? [] : [{ key, value: text, remedy }];
    });

/** A problem of the second claim for each pair that shares an address. Sorted, so that thousands of claims are quick. */
function overlaps(firsts: readonly Claim[], seconds: readonly Claim[], remedy: string): Problem[] {
    const order = new Map(firsts.map((claim, i) => [claim, i]));
    const sorted = [...firsts].sort((a, b) => a.range.first - b.range.first);
    // The highest address of all claims up to each one: where it is below an address, no earlier claim has that address.
    const reach: number[] = [];
    sorted.forEach(({ range }, i) => reach.push(Math.max(range.last, reach[i - 1] ?? 0)));
    return seconds.flatMap((second) => {
        const problems: Problem[] = [];
        for (let i = lastBeginningBy(sorted, second.range.last); i >= 0 && (reach[i] ?? 0) >= second.range.first; i--) {
            const first = sorted[i];
            if (!first || first === second || first.range.last < second.range.first) {
                continue;
            }
            // Of two claims of the same kind, the later one is reported.
            const position = order.get(second);
            if (position !== undefined && (order.get(first) ?? 0) > position) {
                continue;
            }
            const same = first.text === second.text;
            problems.push({
                key: second.key,
                value: second.text,
                remedy: same ? `is also ${first.key}; ${remedy}` : `overlaps ${first.key} (${first.text}); ${remedy}`,
            });
        }
        return problems.reverse();
    });
}

/** Index of the last claim that begins at the address or before it; -1 if there is none. */
function lastBeginningBy(sorted: readonly Claim[], address: number): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle]?.range.first ?? 0) <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

const known = (pools: readonly Claim[]): string => pools.map(({ text }) => text).join(", ") || "there are none";

const outsidePools = (services: readonly Claim[], pools: readonly Claim[]): Problem[] =>
    services
        .filter(({ range }) => !pools.some((pool) => contains(pool.range, range)))
        .map(({ key, text }) => ({
            key,
            value: text,
            remedy: `is in none of the pools (${known(pools)}); choose one of their addresses or extend noc:metallb.pools`,
        }));

/** The Services for which no address is left in the pools. */
function tooFew(anyAddress: readonly string[], pools: readonly Claim[], taken: readonly Claim[]): Problem[] {
    const holes = taken.map(({ range }) => range);
    const free = pools.flatMap(({ range }) => without(range, holes)).reduce((sum, range) => sum + sizeOf(range), 0);
    // Without any pool, that is the problem, and MetalLB's own rule reports it.
    return pools.length === 0
        ? []
        : anyAddress.slice(free).map((key) => ({
              key,
              remedy: `gets no address: the pools (${known(pools)}) have ${free} that are neither reserved nor a Service's; extend noc:metallb.pools`,
          }));
}
