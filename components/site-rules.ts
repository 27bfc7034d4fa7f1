import { type Problem, withoutEffect } from "../config/problems";
import type { DnsSettings } from "./dns/settings";
import type { Site } from "./lib/site";

/**
 * What is wrong with the site's settings beyond what their schema can say.
 * @param ownNamespaces the namespaces that components bring with them, each with the component's title.
 */
export function siteProblems(
    { namespace, loadBalancerClass }: Omit<Site, "metallb">,
    metallb: boolean,
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

/** What `noc:dns.path` needs of the site. */
export function nodePathProblems({
    dns: { enabled, path },
    metallb,
    site: { nodeAddresses },
}: {
    readonly dns: Pick<DnsSettings, "enabled" | "path">;
    readonly metallb: { readonly enabled: boolean };
    readonly site: Pick<Site, "nodeAddresses">;
}): Problem[] {
    if (!enabled || path !== "node") {
        return [];
    }
    return [
        ...(nodeAddresses.length === 0
            ? [
                  problem(
                      "nodeAddresses",
                      [],
                      "is empty, but network policies have to admit the nodes' resolvers to Redis (noc:dns.path = node); list the nodes' addresses",
                  ),
              ]
            : []),
        ...(metallb.enabled ? [] : [withoutEffect("noc:dns.path", path, "noc:metallb.enabled is false")]),
    ];
}

const problem = (setting: string, value: unknown, remedy: string): Problem => ({
    key: `noc:site.${setting}`,
    value,
    remedy,
});
