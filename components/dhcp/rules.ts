/** The rules between the DHCP settings, and the addresses that they use. */
import { gzipSync } from "node:zlib";

import {
    type AddressRange,
    contains,
    formatAddress,
    parseRange,
    parseSubnet,
    specialNetwork,
    without,
} from "../../config/addresses";
import { type Problem, withoutEffect } from "../../config/problems";
import { dns } from "../dns";
import type { AddressClaim, ReadSettings } from "../lib/component";
import { repeated } from "../lib/distinct";
import { keaConfig, keaConfigText } from "./kea-config";
import { leaseDatabaseProblems } from "./lease-database-rules";
import { leaseNameProblems } from "./lease-names-rules";
import { canonicalHwAddress, type DhcpSettings, type Subnet } from "./settings";

/** What is wrong with the settings, given those of the other components. */
export function problems(settings: DhcpSettings, read: ReadSettings): Problem[] {
    const { subnets, resolvers } = settings;
    const dnsSettings = read(dns);
    const { enabled: ownDns, allowFrom } = dnsSettings;
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
        ...(!ownDns && resolvers.length === 0
            ? [
                  {
                      key: "noc:dhcp.resolvers",
                      value: [],
                      remedy: "names no resolver while noc:dns.enabled is false; list those that clients are to use",
                  },
              ]
            : []),
        ...(ownDns && resolvers.length === 0 ? refusedByResolver(subnets, allowFrom) : []),
        ...unusableResolvers(resolvers),
        ...repeated(
            resolvers.map((value, i) => ({ key: `noc:dhcp.resolvers[${i}]`, value })),
            "list it once",
        ),
        ...leaseNameProblems(settings, dnsSettings),
        ...leaseDatabaseProblems(settings),
        ...relayProblems(settings),
        ...unusedAddress(settings),
        ...timerProblems(settings),
        ...overlappingSubnets(subnets),
        ...repeated(
            subnets.map(({ id }, i) => ({ key: `noc:dhcp.subnets[${i}].id`, value: id })),
            "give each subnet its own id",
        ),
        ...subnets.flatMap(unusableSubnet),
        ...subnets.flatMap(outsideSubnet),
        ...subnets.flatMap(repeatedClients),
        ...tooLarge(settings),
    ];
}

/** The settings for the addresses of the servers that are deployed, and their values. */
const serverAddresses = ({ address, highAvailability }: DhcpSettings) => [
    { key: "noc:dhcp.address", text: address },
    ...(highAvailability.enabled ? [{ key: "noc:dhcp.highAvailability.address", text: highAvailability.address }] : []),
];

/** The settings that leave the address of a server to the load balancer. */
export const anyAddress = (settings: DhcpSettings): string[] =>
    serverAddresses(settings).flatMap(({ key, text }) => (text === undefined ? [key] : []));

/** The addresses that the servers have, hand out or depend on. */
export function addresses(settings: DhcpSettings): AddressClaim[] {
    return [
        ...serverAddresses(settings).flatMap(({ key, text }) =>
            text === undefined ? [] : [{ key, text, use: "service" as const }],
        ),
        ...settings.subnets.flatMap(({ subnet, pools, router, reservations }, i): AddressClaim[] => [
            ...edges(subnet).map(([name, text]) => ({
                key: `the ${name} address of noc:dhcp.subnets[${i}]`,
                text,
                use: "edge" as const,
            })),
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

/** The two addresses of a subnet that no host can have. A subnet of one or two addresses has none (RFC 3021). */
function edges(subnet: string): [name: string, address: string][] {
    const { first, last } = parseSubnet(subnet);
    return last - first < 2
        ? []
        : [
              ["network", formatAddress(first)],
              ["broadcast", formatAddress(last)],
          ];
}

/** Subnets whose clients are told to ask this stack's DNS, which refuses to answer them. */
function refusedByResolver(subnets: readonly Subnet[], allowFrom: readonly string[]): Problem[] {
    const allowed = allowFrom.filter((network) => !network.includes(":")).map(parseSubnet);
    // If nobody is allowed to ask, that is the problem, and a rule of DNS reports it.
    return (allowFrom.length === 0 ? [] : subnets).flatMap(({ subnet }, i) =>
        without(parseSubnet(subnet), allowed).length === 0
            ? []
            : [
                  {
                      key: `noc:dhcp.subnets[${i}].subnet`,
                      value: subnet,
                      remedy: "is not in noc:dns.allowFrom, so its clients' queries would be refused; add it there, or name other resolvers in noc:dhcp.resolvers",
                  },
              ],
    );
}

const unusableResolvers = (resolvers: readonly string[]): Problem[] =>
    resolvers.flatMap((value, i) => {
        const special = specialNetwork(parseRange(value));
        const remedy = `is in ${special}, where clients reach no resolver; list addresses of resolvers`;
        return special === undefined ? [] : [{ key: `noc:dhcp.resolvers[${i}]`, value, remedy }];
    });

const unusedAddress = ({ highAvailability: { enabled, address } }: DhcpSettings): Problem[] =>
    enabled || address === undefined
        ? []
        : [withoutEffect("noc:dhcp.highAvailability.address", address, "noc:dhcp.highAvailability.enabled is false")];

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

/** Of two subnets that overlap, the later one in the list is reported. */
function overlappingSubnets(subnets: readonly Subnet[]): Problem[] {
    const sorted = subnets
        .map(({ subnet: text }, i) => ({ i, text, range: parseSubnet(text) }))
        .sort((a, b) => a.range.first - b.range.first);
    // Subnets either contain each other or are apart, so comparing with the one that reaches furthest is enough.
    let widest = sorted[0];
    return sorted.slice(1).flatMap((subnet) => {
        const other = widest ?? subnet;
        if (other.range.last < subnet.range.first) {
            widest = subnet;
            return [];
        }
        widest = other.range.last >= subnet.range.last ? other : subnet;
        const [earlier, later] = other.i < subnet.i ? [other, subnet] : [subnet, other];
        const remedy = `overlaps noc:dhcp.subnets[${earlier.i}].subnet (${earlier.text}); give each network one subnet`;
        return [{ key: `noc:dhcp.subnets[${later.i}].subnet`, value: later.text, remedy }];
    });
}

/** Kea gives what a relay sends to the first subnet that lists it, before it looks at the subnet of the giaddr. */
function relayProblems({ subnets, relayFrom = [] }: DhcpSettings): Problem[] {
    const relays = subnets.flatMap((subnet, i) =>
        subnet.relays.map((value, j) => ({ key: `noc:dhcp.subnets[${i}].relays[${j}]`, value, i })),
    );
    const routers = new Map(subnets.map(({ router }, i) => [router, i]));
    return [
        ...repeated(relays, "give each relay to one subnet"),
        ...relays.flatMap(({ key, value, i }) => {
            const other = routers.get(value) ?? i;
            const remedy = `is also noc:dhcp.subnets[${other}].router, whose clients would get addresses of this subnet; leave it out, or let the relay use another address`;
            return other === i ? [] : [{ key, value, remedy }];
        }),
        ...relayFrom.flatMap((value, i) => {
            const special = value === "0.0.0.0/0" ? undefined : specialNetwork(parseSubnet(value));
            const remedy = `overlaps ${special ?? ""}, where no relay is; list the networks that relays send from`;
            return special === undefined ? [] : [{ key: `noc:dhcp.relayFrom[${i}]`, value, remedy }];
        }),
    ];
}

const linkLocal: AddressRange = parseSubnet("169.254.0.0/16");

function unusableSubnet({ subnet, relays }: Subnet, i: number): Problem[] {
    const key = `noc:dhcp.subnets[${i}]`;
    const remedy = "which DHCP clients cannot use; choose another network";
    const special =
        specialNetwork(parseSubnet(subnet)) ??
        (contains(linkLocal, parseSubnet(subnet)) ? "169.254.0.0/16 (link-local)" : undefined);
    return [
        ...(special === undefined
            ? []
            : [{ key: `${key}.subnet`, value: subnet, remedy: `overlaps ${special}, ${remedy}` }]),
        ...relays.flatMap((relay, j) => {
            const network = specialNetwork(parseRange(relay));
            return network === undefined
                ? []
                : [
                      {
                          key: `${key}.relays[${j}]`,
                          value: relay,
                          remedy: `is in ${network}; write the address that the relay puts into requests (giaddr)`,
                      },
                  ];
        }),
    ];
}

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

function repeatedClients({ reservations }: Subnet, i: number): Problem[] {
    const key = (j: number, field: string) => `noc:dhcp.subnets[${i}].reservations[${j}].${field}`;
    return [
        ...repeated(
            reservations.map(({ hwAddress }, j) => ({
                key: key(j, "hwAddress"),
                value: canonicalHwAddress(hwAddress),
            })),
            "reserve one address for a client",
        ),
        ...repeated(
            reservations.flatMap(({ hostname }, j) =>
                hostname === undefined ? [] : [{ key: key(j, "hostname"), value: hostname.toLowerCase() }],
            ),
            "give each client of a subnet its own name",
        ),
    ];
}

/** What the API server stores in one ConfigMap or Secret, in bytes. */
const objectLimit = 2 ** 20;
/** Helm's record of a release has the configuration three times (values, ConfigMap, check), compressed and in base64. */
const recordedCopies = 3 * (4 / 3);
/** Room for everything else in the record. */
const recordedBesides = 32 * 2 ** 10;

function tooLarge(settings: DhcpSettings): Problem[] {
    const longest = "255.255.255.255";
    const role = settings.highAvailability.enabled ? "standby" : undefined;
    const text = keaConfigText(keaConfig({ ...settings, resolvers: [longest], serverIdentifier: longest, role }));
    const size = Buffer.byteLength(text);
    if (size < objectLimit / 8) {
        return [];
    }
    const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
    const record = gzipSync(text).length * recordedCopies + recordedBesides;
    const reservations = settings.subnets.reduce((sum, subnet) => sum + subnet.reservations.length, 0);
    const tooMuch = (what: string, bytes: number): Problem => ({
        key: "noc:dhcp.subnets",
        remedy: `has ${reservations} reservations, which make ${what} ${kib(bytes)} large, and Kubernetes stores at most ${kib(objectLimit)} in one object; remove reservations or their options`,
    });
    return [
        ...(size > objectLimit ? [tooMuch("Kea's configuration", size)] : []),
        ...(size <= objectLimit && record > objectLimit ? [tooMuch("Helm's record of the release about", record)] : []),
    ];
}
