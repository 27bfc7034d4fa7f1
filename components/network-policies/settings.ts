import { z } from "zod";

import { choice } from "../../config/fields";

export const networkPoliciesSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Install an engine that enforces network policies, for a network plugin that does not, such as flannel. Never beside another engine.",
        ),
    engine: choice("an engine", ["kube-network-policies", "kube-router"])
        .default("kube-network-policies")
        .describe(
            "The engine. kube-network-policies needs a kernel with nftables' queue, kube-router (its firewall alone) one with iptables and ipset.",
        ),
});

export type NetworkPoliciesSettings = z.output<typeof networkPoliciesSettings>;
