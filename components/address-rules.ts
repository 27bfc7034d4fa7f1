/** Finds addresses that two things would use at once, in the claims of all components. */
import { type AddressRange, contains, parseRange } from "../config/addresses";
import type { Problem } from "../config/problems";
import type { AddressClaim, AddressUse } from "./lib/component";

interface Claim extends AddressClaim {
    readonly range: AddressRange;
    readonly first: bigint;
    readonly last: bigint;
}

/** Uses that must not share an address, and what to do about a second one that overlaps a first one. */
const exclusive: readonly { first: readonly AddressUse[]; second: readonly AddressUse[]; remedy: string }[] = [
    { first: ["pool"], second: ["pool"], remedy: "give each address to one pool" },
    { first: ["node"], second: ["pool", "lease"], remedy: "leave the nodes' addresses out of it" },
    { first: ["foreign"], second: ["pool", "lease"], remedy: "leave out the addresses that something else uses" },
    { first: ["router"], second: ["pool", "lease"], remedy: "leave the router's address out of it" },
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

/**
 * The problems between the address claims of all components.
 * @param pooled whether Services get their addresses from the claimed pools; otherwise another load balancer has them.
 */
export function addressProblems(claims: readonly AddressClaim[], pooled: boolean): Problem[] {
    const all = claims.map(located);
    const used = (uses: readonly AddressUse[]) => all.filter(({ use }) => uses.includes(use));
    return [
        ...exclusive.flatMap(({ first, second, remedy }) => overlaps(used(first), used(second), remedy)),
        ...(pooled ? outsidePools(used(["service"]), used(["pool"])) : []),
    ];
}

function located(claim: AddressClaim): Claim {
    const range = parseRange(claim.text);
    return { ...claim, range, first: range.getFirst().getValue(), last: range.getLast().getValue() };
}

/** A problem of the second claim for each pair that shares an address. Sorted, so that thousands of claims are quick. */
function overlaps(firsts: readonly Claim[], seconds: readonly Claim[], remedy: string): Problem[] {
    const order = new Map(firsts.map((claim, i) => [claim, i]));
    const sorted = [...firsts].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    // The furthest end of any claim up to this one: before it, none can reach a later address.
    const reach: bigint[] = [];
    sorted.forEach(({ last }, i) => reach.push(i > 0 && (reach[i - 1] ?? last) > last ? (reach[i - 1] ?? last) : last));
    return seconds.flatMap((second) => {
        const problems: Problem[] = [];
        for (let i = lastBeginningBy(sorted, second.last); i >= 0 && (reach[i] ?? 0n) >= second.first; i--) {
            const first = sorted[i];
            if (!first || first === second || first.last < second.first) {
                continue;
            }
            // Of two claims of the same kind, the one that is written later is at fault.
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

/** Index of the last claim that begins at the address or before it; -1 where there is none. */
function lastBeginningBy(sorted: readonly Claim[], address: bigint): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle]?.first ?? 0n) <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

function outsidePools(services: readonly Claim[], pools: readonly Claim[]): Problem[] {
    const known = pools.map(({ text }) => text).join(", ") || "there are none";
    return services
        .filter(({ range }) => !pools.some((pool) => contains(pool.range, range)))
        .map(({ key, text }) => ({
            key,
            value: text,
            remedy: `is in none of the pools (${known}); choose one of their addresses or extend noc:metallb.pools`,
        }));
}
