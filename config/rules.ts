/** The rules that tie one setting to another. Each returns what breaks it. */
import { AddressRange, contains, overlap, parseAddress, parseRange, parseSubnet } from "./addresses";
import type { Problem, Settings } from "./settings";

type Rule = (settings: Settings) => Problem[];

/** Everything in the settings that breaks a rule. */
export function brokenRules(settings: Settings): Problem[] {
    return rules.flatMap((rule) => rule(settings));
}

/** A range with the key that it stands under. */
interface Named {
    readonly key: string;
    readonly text: string;
    readonly range: AddressRange;
}

const named = (key: string, text: string, parse = parseRange): Named => ({ key, text, range: parse(text) });

const poolRanges = ({ metallb }: Settings): Named[] =>
    metallb.pools.flatMap((pool, i) =>
        pool.addresses.map((text, j) => named(`noc:metallbPools[${i}].addresses[${j}]`, text)),
    );

const leaseRanges = ({ dhcp }: Settings): Named[] =>
    dhcp.subnets.flatMap((subnet, i) =>
        subnet.pools.map((text, j) => named(`noc:dhcpSubnets[${i}].pools[${j}]`, text)),
    );

const reservations = ({ dhcp }: Settings): Named[] =>
    dhcp.subnets.flatMap((subnet, i) =>
        subnet.reservations.map((reservation, j) =>
            named(`noc:dhcpSubnets[${i}].reservations[${j}].address`, reservation.address, parseAddress),
        ),
    );

/** The Services with an address of their own, those of switched-off components left out. */
export function fixedAddresses({ dns, dhcp, monitoring }: Settings): Named[] {
    const services = [
        { key: "noc:dnsAddress", text: dns.enabled && dns.address },
        { key: "noc:dhcpAddress", text: dhcp.enabled && dhcp.address },
        { key: "noc:monitoringGrafanaAddress", text: monitoring.enabled && monitoring.grafanaAddress },
    ];
    return services.flatMap(({ key, text }) => (text ? [named(key, text, parseAddress)] : []));
}

/** Each pair of the list once. */
const pairs = <T>(list: readonly T[]): [T, T][] => list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));

const product = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] =>
    as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

/** A problem of the second range for each pair that shares an address. */
const clashes = (list: [Named, Named][], remedy: string): Problem[] =>
    list
        .filter(([a, b]) => overlap(a.range, b.range))
        .map(([a, b]) => ({ key: b.key, value: b.text, remedy: `overlaps ${a.key} (${a.text}); ${remedy}` }));

const repeated = (list: { key: string; value: string | number }[], remedy: string): Problem[] =>
    pairs(list)
        .filter(([a, b]) => a.value === b.value)
        .map(([a, b]) => ({ key: b.key, value: b.value, remedy: `is also ${a.key}; ${remedy}` }));

const poolsAreApart: Rule = (settings) => [
    ...clashes(pairs(poolRanges(settings)), "give each address to one pool"),
    ...repeated(
        settings.metallb.pools.map(({ name }, i) => ({ key: `noc:metallbPools[${i}].name`, value: name })),
        "give each pool its own name",
    ),
];

const poolsAreFree: Rule = (settings) => {
    const { nodeAddresses, foreignRanges } = settings.site;
    const nodes = nodeAddresses.map((text, i) => named(`noc:nodeAddresses[${i}]`, text));
    const foreign = foreignRanges.map((text, i) => named(`noc:foreignRanges[${i}]`, text));
    const routers = settings.dhcp.subnets.map(({ router }, i) =>
        named(`noc:dhcpSubnets[${i}].router`, router, parseAddress),
    );
    const ours = [...poolRanges(settings), ...leaseRanges(settings)];
    return [
        ...clashes(product(nodes, ours), "leave the nodes' addresses out of it"),
        ...clashes(product(foreign, ours), "leave out what something else hands out"),
        ...clashes(product(routers, ours), "leave the router's address out of it"),
        ...clashes(
            product([...leaseRanges(settings), ...reservations(settings)], poolRanges(settings)),
            "hand out each address either as a lease or to a Service",
        ),
    ];
};

const reservedAddressesAreInTheirPool: Rule = ({ metallb }) =>
    metallb.pools.flatMap((pool, i) =>
        pool.reserved
            .map((text, j) => named(`noc:metallbPools[${i}].reserved[${j}]`, text))
            .filter(({ range }) => !pool.addresses.some((addresses) => contains(parseRange(addresses), range)))
            .map(({ key, text }) => ({
                key,
                value: text,
                remedy: `is not in the pool ${pool.name}; reserve one of its addresses`,
            })),
    );

const fixedAddressesAreInAPool: Rule = (settings) => {
    const pools = poolRanges(settings);
    return fixedAddresses(settings)
        .filter(({ range }) => settings.metallb.enabled && !pools.some((pool) => contains(pool.range, range)))
        .map(({ key, text }) => ({
            key,
            value: text,
            remedy: `is in none of the pools (${pools.map((p) => p.text).join(", ") || "there are none"}); choose one of their addresses or extend noc:metallbPools`,
        }));
};

/** DNS holds port 53, DHCP 67 and Grafana 80, but MetalLB lets two Services share an address only by an agreement of both. */
const fixedAddressesAreTheirOwn: Rule = (settings) => [
    ...repeated(
        fixedAddresses(settings).map(({ key, text }) => ({ key, value: text })),
        "give each Service its own address",
    ),
    ...clashes(
        product(
            settings.metallb.pools.flatMap((pool, i) =>
                pool.reserved.map((text, j) => named(`noc:metallbPools[${i}].reserved[${j}]`, text)),
            ),
            fixedAddresses(settings),
        ),
        "choose one that is not reserved",
    ),
];

const poolsExist: Rule = ({ metallb }) =>
    metallb.enabled && metallb.pools.length === 0
        ? [
              {
                  key: "noc:metallbPools",
                  value: [],
                  remedy: "has no pool for MetalLB; add one, or set noc:metallbEnabled to false",
              },
          ]
        : [];

const subnetsAreApart: Rule = ({ dhcp }) => [
    ...clashes(
        pairs(dhcp.subnets.map(({ subnet }, i) => named(`noc:dhcpSubnets[${i}].subnet`, subnet, parseSubnet))),
        "give each network one subnet",
    ),
    ...repeated(
        dhcp.subnets.map(({ id }, i) => ({ key: `noc:dhcpSubnets[${i}].id`, value: id })),
        "give each subnet its own id",
    ),
];

const leasesLieInTheirSubnet: Rule = ({ dhcp }) =>
    dhcp.subnets.flatMap((subnet, i) => {
        const key = `noc:dhcpSubnets[${i}]`;
        const inside = [
            ...subnet.pools.map((text, j) => named(`${key}.pools[${j}]`, text)),
            named(`${key}.router`, subnet.router, parseAddress),
            ...subnet.reservations.map(({ address }, j) =>
                named(`${key}.reservations[${j}].address`, address, parseAddress),
            ),
        ];
        return inside
            .filter(({ range }) => !contains(parseSubnet(subnet.subnet), range))
            .map((part) => ({
                key: part.key,
                value: part.text,
                remedy: `is not in the subnet ${subnet.subnet}; choose addresses of that subnet`,
            }));
    });

const leasesAreApart: Rule = (settings) => [
    ...clashes(pairs(leaseRanges(settings)), "lease each address from one pool"),
    ...repeated(
        reservations(settings).map(({ key, text }) => ({ key, value: text })),
        "reserve each address once",
    ),
    ...settings.dhcp.subnets.flatMap((subnet, i) =>
        repeated(
            subnet.reservations.map(({ hwAddress }, j) => ({
                key: `noc:dhcpSubnets[${i}].reservations[${j}].hwAddress`,
                value: hwAddress.toLowerCase(),
            })),
            "reserve one address for a client",
        ),
    ),
];

const timersAreOrdered: Rule = ({ dhcp }) => {
    const { renewTimer, rebindTimer, validLifetime } = dhcp;
    return [
        ...(renewTimer < rebindTimer
            ? []
            : [
                  {
                      key: "noc:dhcpRenewTimer",
                      value: renewTimer,
                      remedy: `is not before noc:dhcpRebindTimer (${rebindTimer}); set renew < rebind < valid`,
                  },
              ]),
        ...(rebindTimer < validLifetime
            ? []
            : [
                  {
                      key: "noc:dhcpRebindTimer",
                      value: rebindTimer,
                      remedy: `is not before noc:dhcpValidLifetime (${validLifetime}); set renew < rebind < valid`,
                  },
              ]),
    ];
};

const dhcpHasWhatItNeeds: Rule = ({ dns, dhcp }) => [
    ...(dhcp.enabled && dhcp.subnets.length === 0
        ? [
              {
                  key: "noc:dhcpSubnets",
                  value: [],
                  remedy: "has no subnet to serve; add one, or set noc:dhcpEnabled to false",
              },
          ]
        : []),
    ...(dhcp.enabled && !dns.enabled && dhcp.resolvers.length === 0
        ? [
              {
                  key: "noc:dhcpResolvers",
                  value: [],
                  remedy: "names no resolver while noc:dnsEnabled is false; list those that clients shall ask",
              },
          ]
        : []),
];

const dnsHasClients: Rule = ({ dns }) =>
    dns.enabled && dns.allowFrom.length === 0
        ? [{ key: "noc:dnsAllowFrom", value: [], remedy: "allows nobody to ask; list the networks of the clients" }]
        : [];

const forwardedZonesAreDistinct: Rule = ({ dns }) => {
    const zones = [
        ...dns.forwardZones.map(({ name }, i) => ({ key: `noc:dnsForwardZones[${i}].name`, name })),
        ...dns.stubZones.map(({ name }, i) => ({ key: `noc:dnsStubZones[${i}].name`, name })),
    ];
    const canonical = (name: string) => name.toLowerCase().replace(/\.?$/, ".");
    return repeated(
        zones.map(({ key, name }) => ({ key, value: canonical(name) })),
        "send each zone to one set of servers",
    );
};

const rules: Rule[] = [
    poolsExist,
    poolsAreApart,
    poolsAreFree,
    reservedAddressesAreInTheirPool,
    fixedAddressesAreInAPool,
    fixedAddressesAreTheirOwn,
    subnetsAreApart,
    leasesLieInTheirSubnet,
    leasesAreApart,
    timersAreOrdered,
    dhcpHasWhatItNeeds,
    dnsHasClients,
    forwardedZonesAreDistinct,
];
