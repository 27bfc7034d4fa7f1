/** What is wrong with the settings of the lease database. */
import { type Problem, withoutEffect } from "../../config/problems";
import type { DhcpSettings } from "./settings";

export function leaseDatabaseProblems({ leaseDatabase, highAvailability }: DhcpSettings): Problem[] {
    if (!leaseDatabase) {
        return [];
    }
    const key = "noc:dhcp.leaseDatabase";
    const { enabled, tls, ca } = leaseDatabase;
    return [
        ...(enabled && highAvailability.enabled
            ? [
                  {
                      key: `${key}.enabled`,
                      value: true,
                      remedy: "excludes noc:dhcp.highAvailability.enabled, with which each server has the leases on a volume of its own; set one of the two to false",
                  },
              ]
            : []),
        ...(tls === "verify-full" && ca === undefined
            ? [
                  {
                      key: `${key}.ca`,
                      remedy: `is missing while ${key}.tls is verify-full; set it to the certificate of the authority that signed the server's, or set ${key}.tls to off`,
                  },
              ]
            : []),
        ...(tls === "off" && ca !== undefined ? [withoutEffect(`${key}.ca`, undefined, `${key}.tls is off`)] : []),
    ];
}
