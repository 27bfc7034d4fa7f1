import { IPv4, IPv4CidrRange, RangedSet } from "ip-num";
import { z } from "zod";

/** A run of IPv4 addresses, both ends included. */
export type AddressRange = RangedSet<IPv4>;

const isAddress = (text: string): boolean => z.ipv4().safeParse(text).success;

/**
 * Reads one address, as in `192.168.1.1`.
 * @throws Error saying what is wrong with the text.
 */
export function parseAddress(text: string): AddressRange {
    if (!isAddress(text)) {
        throw new Error("is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1");
    }
    return RangedSet.fromSingleIP(new IPv4(text));
}

/**
 * Reads a subnet in CIDR notation, as in `192.168.1.0/24`.
 * @throws Error saying what is wrong with the text.
 */
export function parseSubnet(text: string): AddressRange {
    if (!z.cidrv4().safeParse(text).success) {
        throw new Error("is not an IPv4 subnet; write its first address and prefix length, like 192.168.1.0/24");
    }
    const subnet = IPv4CidrRange.fromCidr(text);
    const canonical = `${subnet.getFirst().toString()}/${subnet.getPrefix().getValue()}`;
    if (canonical !== text) {
        throw new Error(`has bits set behind its prefix; write ${canonical}`);
    }
    return subnet.toRangeSet() as AddressRange;
}

/**
 * Reads a range `a-b`, a subnet or a single address.
 * @throws Error saying what is wrong with the text.
 */
export function parseRange(text: string): AddressRange {
    if (text.includes("/")) {
        return parseSubnet(text);
    }
    const [first = "", last = first, ...more] = text.split("-").map((part) => part.trim());
    if (more.length > 0 || !isAddress(first) || !isAddress(last)) {
        throw new Error("is not a range of IPv4 addresses; write it like 192.168.1.10-192.168.1.20");
    }
    const [low, high] = [new IPv4(first), new IPv4(last)];
    if (low.isGreaterThan(high)) {
        throw new Error(`ends before it begins; write ${last}-${first}`);
    }
    return new RangedSet(low, high);
}

/** Whether the two ranges share an address. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
    return a.getFirst().isLessThanOrEquals(b.getLast()) && b.getFirst().isLessThanOrEquals(a.getLast());
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
    return outer.getFirst().isLessThanOrEquals(inner.getFirst()) && inner.getLast().isLessThanOrEquals(outer.getLast());
}

/** What is left of the range when the holes are taken out, in order. */
export function without(range: AddressRange, holes: readonly AddressRange[]): AddressRange[] {
    return holes.reduce<AddressRange[]>((rest, hole) => rest.flatMap((part) => cut(part, hole)), [range]);
}

/** What two lists of ranges have in common. Within each list, no two may overlap. */
export function intersections(some: readonly AddressRange[], others: readonly AddressRange[]): AddressRange[] {
    return some.flatMap((a) =>
        others
            .filter((b) => overlap(a, b))
            .map((b) => {
                const first = a.getFirst().isGreaterThan(b.getFirst()) ? a.getFirst() : b.getFirst();
                const last = a.getLast().isLessThan(b.getLast()) ? a.getLast() : b.getLast();
                return new RangedSet(first, last);
            }),
    );
}

function cut(range: AddressRange, hole: AddressRange): AddressRange[] {
    if (!overlap(range, hole)) {
        return [range];
    }
    const rest: AddressRange[] = [];
    if (range.getFirst().isLessThan(hole.getFirst())) {
        rest.push(new RangedSet(range.getFirst(), hole.getFirst().previousIPNumber()));
    }
    if (range.getLast().isGreaterThan(hole.getLast())) {
        rest.push(new RangedSet(hole.getLast().nextIPNumber(), range.getLast()));
    }
    return rest;
}

/** The range as MetalLB and Kea write it: `a-b`. */
export function formatRange(range: AddressRange): string {
    return `${range.getFirst().toString()}-${range.getLast().toString()}`;
}
