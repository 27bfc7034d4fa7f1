import { z } from "zod";

import { address, domain } from "../../config/fields";

export const clusterDnsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Let the cluster's CoreDNS forward to this stack's resolver, and to where it forwarded before while the resolver is away.",
        ),
    hosts: z
        .array(
            z.strictObject({
                address: address.describe("Address that the names resolve to."),
                names: z
                    .array(domain)
                    .min(1, { error: "is empty; list at least one name" })
                    .describe("Names of the host.")
                    .meta({ examples: [["grafana.home.arpa"]] }),
            }),
        )
        .default([])
        .describe(
            "Names that CoreDNS answers for the cluster's pods by itself, even while the resolver is away. The names of the gateway are always among them.",
        ),
});

export type ClusterDnsSettings = z.output<typeof clusterDnsSettings>;
