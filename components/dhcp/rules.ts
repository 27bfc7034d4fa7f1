/** What has to hold between the DHCP settings, and the addresses that they use. */
import { type AddressRange, contains, parseRange, parseSubnet } from "../../config/addresses";
import { type Problem, withoutEffect } from "../../config/problems";
import { dns } from "../dns";
import type { AddressClaim, ReadSettings } from "../lib/component";
import { repeated } from "../lib/distinct";
import type { DhcpSettings, Subnet } from "./settings";

/** What is wrong with the settings, given those of the other components. */
export function problems(settings: DhcpSettings, read: ReadSettings): Problem[] {
    const { subnets, resolvers } = settings;
    return [
        ...(subnets.length === 0
            ? [
                  {
                      key: "noc:dhcp.subnets",
                      value: [],
                      remedy: "has no subnet to serve; add one, or set noc:dhcp.enabled to false",
                  },
              ]
            : []),
        ...(!read(dns).enabled && resolvers.length === 0
            ? [
                  {
                      key: "noc:dhcp.resolvers",
                      value: [],
                      remedy: "names no resolver while noc:dns.enabled is false; list those that clients are to use",
                  },
              ]
            : []),
        ...(read(dns).enabled && resolvers.length > 0
            ? [withoutEffect("noc:dhcp.resolvers", resolvers, "noc:dns.enabled is true")]
            : []),
        ...timerProblems(settings),
        ...overlappingSubnets(subnets),
        ...repeated(
            subnets.map(({ id }, i) => ({ key: `noc:dhcp.subnets[${i}].id`, value: id })),
            "give each subnet its own id",
        ),
        ...subnets.flatMap(outsideSubnet),
        ...subnets.flatMap(({ reservations }, i) =>
            repeated(
                reservations.map(({ hwAddress }, j) => ({
                    key: `noc:dhcp.subnets[${i}].reservations[${j}].hwAddress`,
                    value: hwAddress.toLowerCase(),
                })),
                "reserve one address for a client",
            ),
        ),
    ];
}

/** The addresses that the server hands out or depends on. */
export function addresses({ address, subnets }: DhcpSettings): AddressClaim[] {
    return [
        ...(address === undefined ? [] : [{ key: "noc:dhcp.address", text: address, use: "service" as const }]),
        ...subnets.flatMap(({ pools, router, reservations }, i): AddressClaim[] => [
            ...pools.map((text, j) => ({ key: `noc:dhcp.subnets[${i}].pools[${j}]`, text, use: "lease" as const })),
            { key: `noc:dhcp.subnets[${i}].router`, text: router, use: "router" },
            ...reservations.map(({ address: text }, j) => ({
                key: `noc:dhcp.subnets[${i}].reservations[${j}].address`,
                text,
                use: "reservation" as const,
            })),
        ]),
    ];
}

function timerProblems({ renewTimer, rebindTimer, validLifetime }: DhcpSettings): Problem[] {
    const order = "set renewTimer < rebindTimer < validLifetime";
    return [
        ...(renewTimer < rebindTimer
            ? []
            : [
                  {
                      key: "noc:dhcp.renewTimer",
                      value: renewTimer,
                      remedy: `is not before noc:dhcp.rebindTimer (${rebindTimer}); ${order}`,
                  },
              ]),
        ...(rebindTimer < validLifetime
            ? []
            : [
                  {
                      key: "noc:dhcp.rebindTimer",
                      value: rebindTimer,
                      remedy: `is not before noc:dhcp.validLifetime (${validLifetime}); ${order}`,
                  },
              ]),
    ];
}

/** Of two subnets that overlap, the one that is written later is at fault. */
function overlappingSubnets(subnets: readonly Subnet[]): Problem[] {
    const sorted = subnets
        .map(({ subnet: text }, i) => ({ i, text, range: parseSubnet(text) }))
        .sort((a, b) => (first(a.range) < first(b.range) ? -1 : 1));
    // Subnets either contain each other or are apart: the one that reaches furthest so far tells.
    let widest = sorted[0];
    return sorted.slice(1).flatMap((subnet) => {
        const other = widest ?? subnet;
        if (last(other.range) < first(subnet.range)) {
            widest = subnet;
            return [];
        }
        widest = last(other.range) >= last(subnet.range) ? other : subnet;
        const [earlier, later] = other.i < subnet.i ? [other, subnet] : [subnet, other];
        const remedy = `overlaps noc:dhcp.subnets[${earlier.i}].subnet (${earlier.text}); give each network one subnet`;
        return [{ key: `noc:dhcp.subnets[${later.i}].subnet`, value: later.text, remedy }];
    });
}

const first = (range: AddressRange): bigint => range.getFirst().getValue();
const last = (range: AddressRange): bigint => range.getLast().getValue();

function outsideSubnet({ subnet, pools, router, reservations }: Subnet, i: number): Problem[] {
    const network = parseSubnet(subnet);
    const key = `noc:dhcp.subnets[${i}]`;
    const inside = [
        ...pools.map((text, j) => ({ key: `${key}.pools[${j}]`, text })),
        { key: `${key}.router`, text: router },
        ...reservations.map(({ address }, j) => ({ key: `${key}.reservations[${j}].address`, text: address })),
    ];
    return inside
        .filter(({ text }) => !contains(network, parseRange(text)))
        .map((part) => ({
            key: part.key,
            value: part.text,
            remedy: `is not in the subnet ${subnet}; choose addresses of that subnet`,
        }));
}
