/** What is wrong with the settings of DNS beside each other. A remedy completes the sentence "<key> = <value> ...". */
import { contains, parseSubnet, privateNetworks } from "../../config/addresses";
import { type Problem, withoutEffect } from "../../config/problems";
import { certManager } from "../cert-manager";
import type { AddressClaim, ReadSettings } from "../lib/component";
import { repeated } from "../lib/distinct";
import type { Site } from "../lib/site";
import { certificateProblems } from "./encryption";
import { recordSetProblems } from "./records";
import type { DnsSettings } from "./settings";
import { memoryProblem } from "./sizing";
import { configFiles, healthName } from "./unbound-config";
import { addressFamily, canonical, insecureZoneProblem, serverProblem } from "./zones";

export const dnsProblems = (settings: DnsSettings, read: ReadSettings, site: Site): Problem[] => [
    ...networkProblems(settings),
    ...zoneProblems(settings),
    ...recordsProblems(settings),
    ...nameProblems(settings),
    ...sizeProblems(settings),
    ...encryptionProblems(settings, read(certManager).enabled),
    ...pathProblems(settings, site),
    ...uselessSettings(settings),
];

/** Networks that are no clients'. */
const unusable: readonly (readonly [cidr: string, kind: string])[] = [
    ["0.0.0.0/8", "is no network"],
    ["127.0.0.0/8", "is the loopback network, from which the pod itself may always query"],
    ["224.0.0.0/4", "is for multicast"],
    ["240.0.0.0/4", "is reserved"],
];

const internal = privateNetworks.map(parseSubnet);

/** One in a hundred of all addresses: more than the largest organisations have. */
const mostPublicAddresses = 2n ** 32n / 100n;

function networkProblems({ allowFrom }: DnsSettings): Problem[] {
    const key = "noc:dns.allowFrom";
    if (allowFrom.length === 0) {
        return [{ key, value: [], remedy: "allows nobody to query; list the networks of the clients" }];
    }
    const none = allowFrom.flatMap((value, i) => {
        const kind = unusable.find(([cidr]) => contains(parseSubnet(cidr), parseSubnet(value)))?.[1];
        return kind ? [{ key: `${key}[${i}]`, value, remedy: `${kind}; leave it out` }] : [];
    });
    const tooLarge = allowFrom.flatMap((value, i) =>
        publicAddresses([value]) > mostPublicAddresses
            ? [{ key: `${key}[${i}]`, value, remedy: `is ${share([value])}; ${ownNetworks}` }]
            : [],
    );
    const together =
        tooLarge.length === 0 && publicAddresses(allowFrom) > mostPublicAddresses
            ? [{ key, remedy: `lists ${share(allowFrom)}; ${ownNetworks}` }]
            : [];
    return [
        ...none,
        ...tooLarge,
        ...together,
        ...repeated(
            allowFrom.map((value, i) => ({ key: `${key}[${i}]`, value })),
            "list it once",
        ),
    ];
}

const ownNetworks = "attackers would use the resolver as an amplifier, so list only the networks of your clients";
const share = (networks: readonly string[]): string =>
    `${Math.floor((publicAddresses(networks) * 100) / 2 ** 32)} % of all Internet addresses`;

/** The number of public addresses in the networks. An address in several of them counts once. */
function publicAddresses(networks: readonly string[]): number {
    const ranges = networks
        .map(parseSubnet)
        .filter((network) => !internal.some((other) => contains(other, network)))
        .sort((a, b) => a.first - b.first);
    let [sum, counted] = [0, -1];
    for (const { first, last } of ranges) {
        if (last > counted) {
            sum += last - Math.max(first - 1, counted);
            counted = last;
        }
    }
    return sum;
}

function zoneProblems(settings: DnsSettings): Problem[] {
    const { forwardZones, stubZones, upstreamIpv6 } = settings;
    const zones = [
        ...forwardZones.map((zone, i) => ({ key: `noc:dns.forwardZones[${i}]`, zone })),
        ...stubZones.map((zone, i) => ({ key: `noc:dns.stubZones[${i}]`, zone })),
    ];
    const own = ownAddresses(settings).map(({ text }) => text);
    return zones
        .flatMap(({ key, zone }): Problem[] => {
            const remedy = insecureZoneProblem(zone, settings);
            return [
                ...(remedy ? [{ key: `${key}.insecure`, value: zone.insecure, remedy }] : []),
                ...zone.addresses.flatMap((value, i) => {
                    const problem = serverProblem(value, own) ?? ipv6Problem(value, upstreamIpv6);
                    return problem ? [{ key: `${key}.addresses[${i}]`, value, remedy: problem }] : [];
                }),
                ...repeated(
                    zone.addresses.map((value, i) => ({ key: `${key}.addresses[${i}]`, value })),
                    "list each server once",
                ),
            ];
        })
        .concat(
            repeated(
                zones.map(({ key, zone }) => ({ key: `${key}.name`, value: canonical(zone.name) })),
                "send each zone to one set of servers",
            ),
        );
}

/** The addresses that the resolver asks the load balancer for, with their settings. */
export const ownAddresses = ({ address, furtherAddresses }: DnsSettings): AddressClaim[] => [
    ...(address === undefined ? [] : [{ key: "noc:dns.address", text: address, use: "service" as const }]),
    ...furtherAddresses.map((text, i) => ({
        key: `noc:dns.furtherAddresses[${i}]`,
        text,
        use: "service" as const,
    })),
];

const ipv6Problem = (server: string, upstreamIpv6: boolean): string | undefined =>
    !upstreamIpv6 && addressFamily(server.split("@")[0] ?? "") === 6
        ? "is an IPv6 address, but noc:dns.upstreamIpv6 is false; set that to true, or list an IPv4 address"
        : undefined;

/** A ConfigMap holds 1 MiB, with its metadata. */
const mostConfigBytes = 1_000_000;

function recordsProblems(settings: DnsSettings): Problem[] {
    const { localRecords } = settings;
    const keyOf = (index: number) => `noc:dns.localRecords[${index}]`;
    const bytes = Object.values(configFiles(settings)).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const tooLarge = `has ${localRecords.length} records, which do not fit into a ConfigMap (1 MiB); move records to a zone of their own and list it in noc:dns.stubZones`;
    return [
        ...recordSetProblems(localRecords, keyOf).map(({ index, field, remedy }) => ({
            key: `${keyOf(index)}.${field}`,
            value: localRecords[index]?.[field],
            remedy,
        })),
        ...localRecords.flatMap(({ name }, i) =>
            canonical(name) === healthName
                ? [
                      {
                          key: `${keyOf(i)}.name`,
                          value: name,
                          remedy: "is the name of the health checks; use another name",
                      },
                  ]
                : [],
        ),
        ...(bytes > mostConfigBytes ? [{ key: "noc:dns.localRecords", remedy: tooLarge }] : []),
    ];
}

function nameProblems({ probeNames, privateDomains }: DnsSettings): Problem[] {
    const entries = (names: readonly string[], key: string) =>
        names.map((text, i) => ({ key: `${key}[${i}]`, value: canonical(text) }));
    const probes = entries(probeNames, "noc:dns.probeNames");
    return [
        ...repeated(probes, "list it once"),
        ...probes
            .filter(({ value }) => value === healthName)
            .map((problem) => ({ ...problem, remedy: "is always probed; leave it out" })),
        ...repeated(entries(privateDomains, "noc:dns.privateDomains"), "list it once"),
        ...entries(privateDomains, "noc:dns.privateDomains")
            .filter(({ value }) => value === ".")
            .map((problem) => ({ ...problem, remedy: "is every name; set noc:dns.rebindingProtection to false" })),
    ];
}

function encryptionProblems({ encryption, address, localRecords }: DnsSettings, certManager: boolean): Problem[] {
    if (encryption === undefined) {
        return [];
    }
    const { name } = encryption;
    const alias = localRecords.findIndex(
        (record) => record.type === "CNAME" && canonical(record.name) === canonical(name),
    );
    return [
        ...(address === undefined
            ? [
                  {
                      key: "noc:dns.address",
                      remedy: "is not set, but the certificate and the records by which clients find noc:dns.encryption name it; set it to an address of the pools",
                  },
              ]
            : []),
        ...certificateProblems("noc:dns.encryption", encryption, certManager),
        ...(alias >= 0
            ? [
                  {
                      key: `noc:dns.localRecords[${alias}].name`,
                      value: name,
                      remedy: "is noc:dns.encryption.name, which has the resolver's addresses; leave the alias out",
                  },
              ]
            : []),
    ];
}

function pathProblems(
    { path, address }: DnsSettings,
    { nodeAddresses, metallb }: Pick<Site, "nodeAddresses" | "metallb">,
): Problem[] {
    if (path !== "node") {
        return [];
    }
    return [
        ...(address === undefined
            ? [
                  {
                      key: "noc:dns.address",
                      remedy: "is not set, but with noc:dns.path = node a resolver of each node listens on it; set it to an address of the pools",
                  },
              ]
            : []),
        ...(nodeAddresses.length === 0
            ? [
                  {
                      key: "noc:site.nodeAddresses",
                      value: [],
                      remedy: "is empty, but network policies have to admit the nodes' resolvers to Redis (noc:dns.path = node); list the nodes' addresses",
                  },
              ]
            : []),
        ...(metallb ? [] : [withoutEffect("noc:dns.path", path, "noc:metallb.enabled is false")]),
    ];
}

function sizeProblems({ cpu, memory, encryption }: DnsSettings): Problem[] {
    const remedy = memoryProblem(cpu, memory, encryption !== undefined);
    return remedy ? [{ key: "noc:dns.memory", value: memory, remedy }] : [];
}

function uselessSettings(settings: DnsSettings): Problem[] {
    const { dnssec, trustAnchors, rebindingProtection, privateDomains, furtherAddresses, replicas } = settings;
    const addresses = 1 + furtherAddresses.length;
    return [
        ...(furtherAddresses.length > 0 && addresses > replicas
            ? [
                  {
                      key: "noc:dns.furtherAddresses",
                      remedy: `makes ${addresses} addresses for ${replicas === 1 ? "one pod" : `${replicas} pods`}, so one node serves several of them; set noc:dns.replicas to ${addresses} or more`,
                      severity: "warning" as const,
                  },
              ]
            : []),
        ...(!dnssec && trustAnchors.length > 0
            ? [withoutEffect("noc:dns.trustAnchors", undefined, "noc:dns.dnssec is false")]
            : []),
        ...(!rebindingProtection && privateDomains.length > 0
            ? [withoutEffect("noc:dns.privateDomains", undefined, "noc:dns.rebindingProtection is false")]
            : []),
    ];
}
