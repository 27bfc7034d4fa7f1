/** What is wrong with dnsdist's settings beside each other. A remedy completes the sentence "<key> = <value> ...". */
import { type Problem, withoutEffect } from "../../config/problems";
import { parseQuantity } from "../../config/quantities";
import { certManager } from "../cert-manager";
import { dhcp } from "../dhcp";
import { dns } from "../dns";
import { certificateProblems } from "../dns/encryption";
import { healthName } from "../dns/unbound-config";
import { canonical } from "../dns/zones";
import type { AddressClaim, ReadSettings } from "../lib/component";
import { repeated } from "../lib/distinct";
import { configFiles, leastMemory } from "./config";
import type { DnsdistSettings } from "./settings";

export const dnsdistProblems = (settings: DnsdistSettings, read: ReadSettings): Problem[] => [
    ...encryptionProblems(settings, read(certManager).enabled, read(dns).encryption?.name),
    ...handOutProblems(settings, read(dhcp)),
    ...policyProblems(settings),
    ...sizeProblems(settings, read),
];

/** The addresses that dnsdist asks the load balancer for, with their settings. */
export const ownAddresses = ({ addresses }: DnsdistSettings): AddressClaim[] =>
    addresses.map((text, i) => ({ key: `noc:dnsdist.addresses[${i}]`, text, use: "service" }));

function encryptionProblems(
    { encryption, addresses }: DnsdistSettings,
    certManagerEnabled: boolean,
    resolver: string | undefined,
): Problem[] {
    if (encryption === undefined) {
        return [];
    }
    const { name } = encryption;
    return [
        ...(addresses.length === 0
            ? [
                  {
                      key: "noc:dnsdist.addresses",
                      value: [],
                      remedy: "is empty, but the certificate and the records by which clients find noc:dnsdist.encryption name the addresses; list one or more of the pools",
                  },
              ]
            : []),
        ...certificateProblems("noc:dnsdist.encryption", encryption, certManagerEnabled),
        ...(resolver !== undefined && canonical(resolver) === canonical(name)
            ? [
                  {
                      key: "noc:dnsdist.encryption.name",
                      value: name,
                      remedy: "is noc:dns.encryption.name, which has the resolver's addresses; give dnsdist a name of its own",
                  },
              ]
            : []),
    ];
}

function handOutProblems(
    { handOut }: DnsdistSettings,
    { enabled, resolvers }: { readonly enabled: boolean; readonly resolvers: readonly string[] },
): Problem[] {
    const key = "noc:dnsdist.handOut";
    if (!handOut) {
        return [];
    }
    return [
        ...(!enabled ? [withoutEffect(key, true, "noc:dhcp.enabled is false")] : []),
        ...(enabled && resolvers.length > 0
            ? [withoutEffect(key, true, "noc:dhcp.resolvers lists what clients are told")]
            : []),
    ];
}

function policyProblems({ blocked, rewritten, exempt }: DnsdistSettings): Problem[] {
    const lists = [
        entries("blocked", blocked),
        entries("exempt", exempt),
        rewritten.flatMap(({ names }, i) => entries(`rewritten[${i}].names`, names)),
    ];
    return [
        ...lists.flatMap((list) => repeated(list, "list it once")),
        ...lists
            .flat()
            .flatMap(({ key, value }) =>
                !key.includes("exempt") && `.${healthName}`.endsWith(`.${value}`)
                    ? [{ key, value, remedy: `covers ${healthName}, which monitoring asks for; list other domains` }]
                    : [],
            ),
        ...(exempt.length > 0 && blocked.length === 0 && rewritten.length === 0
            ? [
                  withoutEffect(
                      "noc:dnsdist.exempt",
                      undefined,
                      "noc:dnsdist.blocked and noc:dnsdist.rewritten are empty",
                  ),
              ]
            : []),
    ];
}

const entries = (list: string, names: readonly string[]) =>
    names.map((text, i) => ({ key: `noc:dnsdist.${list}[${i}]`, value: canonical(text) }));

const MiB = 2 ** 20;

/** A ConfigMap holds 1 MiB, with its metadata. */
const mostConfigBytes = 1_000_000;

function sizeProblems(settings: DnsdistSettings, read: ReadSettings): Problem[] {
    const { blocked, memory } = settings;
    const resolver = read(dns);
    const bytes = Object.values(configFiles(settings, resolver)).reduce(
        (sum, text) => sum + Buffer.byteLength(text),
        0,
    );
    const tooLarge = `has ${blocked.length} domains, which do not fit into a ConfigMap (1 MiB) with the other lists; list fewer, such as the domains above them`;
    const least = leastMemory(settings, resolver.replicas);
    return [
        ...(bytes > mostConfigBytes ? [{ key: "noc:dnsdist.blocked", remedy: tooLarge }] : []),
        ...(parseQuantity(memory) < least * MiB
            ? [
                  {
                      key: "noc:dnsdist.memory",
                      value: memory,
                      remedy: `is too little for its threads (noc:dnsdist.cpu) and ${resolver.replicas} of the resolver's pods (noc:dns.replicas); set it to ${least}Mi or more`,
                  },
              ]
            : []),
    ];
}
