import type { Problem } from "../config/problems";
import type { Site } from "./lib/site";

/**
 * What is wrong with the site's settings beyond what their schema can say.
 * @param ownNamespaces the namespaces that components bring with them, each with the component's title.
 */
export function siteProblems(
    { namespace, loadBalancerClass, metallb }: Pick<Site, "namespace" | "loadBalancerClass" | "metallb">,
    ownNamespaces: ReadonlyMap<string, string>,
): Problem[] {
    const owner = ownNamespaces.get(namespace);
    return [
        ...(/^(default|kube-.*)$/.test(namespace)
            ? [problem("namespace", namespace, "belongs to Kubernetes; choose a new name, like noc")]
            : []),
        ...(owner === undefined
            ? []
            : [problem("namespace", namespace, `is the namespace of ${owner}; choose another name, like noc`)]),
        ...(loadBalancerClass?.startsWith("metallb.io/") && !metallb
            ? [
                  problem(
                      "loadBalancerClass",
                      loadBalancerClass,
                      "is served by MetalLB, and noc:metallb.enabled is false; remove it, or name the class of the cluster's own load balancer",
                  ),
              ]
            : []),
    ];
}

const problem = (setting: string, value: unknown, remedy: string): Problem => ({
    key: `noc:site.${setting}`,
    value,
    remedy,
});
