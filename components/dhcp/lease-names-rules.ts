/** What is wrong with the settings of lease names beside those of DNS. */
import { type Problem, withoutEffect } from "../../config/problems";
import type { DnsSettings } from "../dns/settings";
import { canonical } from "../dns/zones";
import { answeredElsewhere, reverseZones } from "./lease-names";
import type { DhcpSettings } from "./settings";

export function leaseNameProblems(
    { leaseNames, domain, resolvers, subnets }: DhcpSettings,
    dns: DnsSettings,
): Problem[] {
    const key = "noc:dhcp.leaseNames";
    if (!leaseNames.enabled) {
        return leaseNames.takenNames.length === 0
            ? []
            : [withoutEffect(`${key}.takenNames`, leaseNames.takenNames, `${key}.enabled is false`)];
    }
    const problem = (remedy: string, severity: Problem["severity"] = "error"): Problem => ({
        key: `${key}.enabled`,
        value: true,
        remedy,
        severity,
    });
    if (!dns.enabled) {
        return [
            problem("needs this stack's resolver, and noc:dns.enabled is false; set that to true, or this to false"),
        ];
    }
    const elsewhere = [...dns.forwardZones, ...dns.stubZones].some(({ name }) => canonical(name) === canonical(domain));
    const reverse = new Set(
        subnets.flatMap(({ subnet }) => reverseZones(subnet).flatMap((zone) => answeredElsewhere(zone, dns) ?? [])),
    );
    return [
        ...(elsewhere
            ? [
                  problem(
                      `takes the zone ${domain}, which noc:dns sends to other servers; remove that zone, or set noc:dhcp.domain to a domain of the clients' own`,
                  ),
              ]
            : []),
        ...[...reverse].map((zone) =>
            problem(
                `has no effect on the addresses in ${zone}, which noc:dns sends to other servers; remove that zone if leases are to have PTR records`,
                "warning",
            ),
        ),
        ...(resolvers.length > 0
            ? [
                  problem(
                      "helps only those who ask this stack's resolver, and noc:dhcp.resolvers names others; remove that, or let them forward the domain",
                      "warning",
                  ),
              ]
            : []),
    ];
}
