/** Host names of leases in the DNS: which zones the servers answer, and which names no client gets. */
import { formatAddress, parseSubnet, sizeOf } from "../../config/addresses";
import type { DnsSettings } from "../dns/settings";
import { canonical } from "../dns/zones";
import { isShared } from "./lease-database";
import type { DhcpSettings } from "./settings";
import { type LeaseNames, podLabels, ports } from "./values";

/** The parts of the settings of both components that decide about it. */
export interface LeaseNamesOptions {
    readonly dhcp: Pick<
        DhcpSettings,
        "enabled" | "leaseNames" | "domain" | "subnets" | "highAvailability" | "leaseDatabase"
    >;
    readonly dns: Pick<DnsSettings, "localRecords" | "encryption" | "forwardZones" | "stubZones">;
}

/**
 * Names that programs look up on their own and trust: proxies (wpad), tunnels (isatap), mail settings and policies.
 * Windows' DNS server does not let clients register the first two either:
 * https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc995261(v=ws.10)
 */
export const trustedNames = ["autoconfig", "autodiscover", "isatap", "localhost", "mta-sts", "wpad"];

/** What the servers are to answer; undefined if nothing. */
export function leaseNames({ dhcp, dns }: LeaseNamesOptions): LeaseNames | undefined {
    if (!dhcp.enabled || !dhcp.leaseNames.enabled) {
        return undefined;
    }
    const domain = canonical(dhcp.domain);
    const configured = [
        ...dns.localRecords.map(({ name }) => name),
        ...(dns.encryption ? [dns.encryption.name] : []),
    ].map(canonical);
    const labels = configured.flatMap((name) =>
        name.endsWith(`.${domain}`)
            ? [
                  name
                      .slice(0, -domain.length - 1)
                      .split(".")
                      .at(-1) ?? "",
              ]
            : [],
    );
    return {
        zones: {
            domain: domain.replace(/\.$/, ""),
            reverse: dhcp.subnets.flatMap(({ subnet }) =>
                reverseZones(subnet).filter((zone) => !answeredElsewhere(zone, dns)),
            ),
            pods: podLabels(),
            port: ports.names,
            redundant: dhcp.highAvailability.enabled || isShared(dhcp),
        },
        taken: [...new Set([...trustedNames, ...dhcp.leaseNames.takenNames, ...labels])].sort(),
    };
}

/**
 * The zones of a subnet's addresses, and of no others: zones end at an octet, so that a /22 has four, and a /26 has 64 of
 * one address each.
 */
export function reverseZones(subnet: string): string[] {
    const { first, last } = parseSubnet(subnet);
    const octets = Math.max(1, Math.ceil((32 - Math.log2(sizeOf({ first, last }))) / 8));
    const size = 2 ** (32 - 8 * octets);
    return Array.from({ length: (last - first + 1) / size }, (_, i) =>
        [
            ...formatAddress(first + i * size)
                .split(".")
                .slice(0, octets)
                .reverse(),
            "in-addr.arpa",
        ].join("."),
    );
}

/** The forward or stub zone that has the names of the zone, apart from the root; undefined if there is none. */
export function answeredElsewhere(
    zone: string,
    { forwardZones, stubZones }: Pick<DnsSettings, "forwardZones" | "stubZones">,
): string | undefined {
    return [...forwardZones, ...stubZones]
        .map(({ name }) => name)
        .find((name) => canonical(name) !== "." && `.${canonical(zone)}`.endsWith(`.${canonical(name)}`));
}
