/** Rules for MetalLB's settings that the schema cannot express. components/address-rules.ts finds overlaps. */
import { contains, parseRange } from "../../config/addresses";
import type { Problem } from "../../config/problems";
import type { ClusterFacts } from "../lib/cluster-facts";
import { repeated } from "../lib/distinct";
import { poolSuffixes } from "./pools";
import type { MetallbSettings } from "./settings";

export function problems({ pools }: MetallbSettings): Problem[] {
    if (pools.length === 0) {
        const remedy = "has no pool for MetalLB; add one, or set noc:metallb.enabled to false";
        return [{ key: "noc:metallb.pools", value: [], remedy }];
    }
    return [...nameProblems(pools), ...reservedProblems(pools)];
}

/** Each pool may become up to three in the cluster, with names that are made from its own. */
function nameProblems(pools: MetallbSettings["pools"]): Problem[] {
    const names = pools.map(({ name }, i) => ({ key: `noc:metallb.pools[${i}].name`, value: name }));
    const made = new Map<string, string>(
        pools.flatMap(({ name }, i) =>
            Object.values(poolSuffixes).map((suffix) => [`${name}${suffix}`, `noc:metallb.pools[${i}]`]),
        ),
    );
    return [
        ...repeated(names, "give each pool its own name"),
        ...names.flatMap(({ key, value }) => {
            const other = made.get(value);
            const remedy = `is the name that ${other ?? ""} gets for some of its addresses; choose another one`;
            return other === undefined ? [] : [{ key, value, remedy }];
        }),
    ];
}

function reservedProblems(pools: MetallbSettings["pools"]): Problem[] {
    const items = pools.flatMap(({ reserved }, i) =>
        reserved.map((value, j) => ({ key: `noc:metallb.pools[${i}].reserved[${j}]`, value })),
    );
    const outside = pools.flatMap(({ name, addresses, reserved }, i) =>
        reserved.flatMap((text, j) =>
            addresses.some((range) => contains(parseRange(range), parseRange(text)))
                ? []
                : [
                      {
                          key: `noc:metallb.pools[${i}].reserved[${j}]`,
                          value: text,
                          remedy: `is not in the pool ${name}; reserve one of its addresses`,
                      },
                  ],
        ),
    );
    return [...repeated(items, "list it once"), ...outside];
}

/** kubeadm's label on control-plane nodes, from which MetalLB announces nothing unless it is told to. */
const excluded = "node.kubernetes.io/exclude-from-external-load-balancers";

/** What MetalLB needs of the cluster and the cluster lacks. */
export function requirements(
    { announceFromControlPlane }: MetallbSettings,
    { nodes, kubeProxy }: Pick<ClusterFacts, "nodes" | "kubeProxy">,
): string[] {
    const announcing = nodes.filter(({ metadata }) => !(excluded in (metadata?.labels ?? {})));
    return [
        ...(announcing.length === 0 && !announceFromControlPlane
            ? [
                  `MetalLB may announce addresses from no node, as all have the label ${excluded}; set noc:metallb.announceFromControlPlane to true`,
              ]
            : []),
        ...(kubeProxy.mode === "ipvs" && !kubeProxy.ipvs?.strictARP
            ? [
                  "kube-proxy runs IPVS without strictARP, so every node would answer ARP for MetalLB's addresses; set ipvs.strictARP to true in the ConfigMap kube-system/kube-proxy, and restart kube-proxy",
              ]
            : []),
    ];
}
