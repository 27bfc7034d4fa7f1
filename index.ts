import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Dhcp } from "./components/dhcp";
import { leaseNames } from "./components/dhcp/lease-names";
import { Dns } from "./components/dns";
import { resolverPeers } from "./components/dns/node-path";
import { Dnsdist, frontOf } from "./components/dnsdist";
import { ClusterGuard, rememberCluster } from "./components/lib/cluster-identity";
import { podNamespace } from "./components/lib/namespace";
import { denyByDefault } from "./components/lib/network-policy";
import { corePriorityClass } from "./components/lib/pods";
import { MetalLB } from "./components/metallb";
import { Monitoring, OperatorCrds } from "./components/monitoring";
import { createFoundation, createPlatform, fulfilRequests } from "./components/platform";
import { requireCluster } from "./components/requirements";
import { addressClaims, deployedNamespaces, readSettings, siteOf } from "./components/settings";

/** The whole deployment. A component that is switched off is not created, and nothing depends on it. */
export = async () => {
    const settings = await readSettings();
    const site = siteOf(settings);
    const cluster = await rememberCluster(site.kubeContext);
    if (pulumi.runtime.hasEngine() && !pulumi.runtime.isDryRun()) {
        await requireCluster(settings);
    }

    const provider = new k8s.Provider("cluster", {
        context: site.kubeContext,
        clusterIdentifier: pulumi.getStack(),
    });
    const foundation = createFoundation(settings, { site }, { provider });
    // Pods of the core are refused until their PriorityClass exists. All else waits for it as well, so that as many
    // namespaces and releases as possible are deleted at the same time: the engine deletes level after level.
    const first = [corePriorityClass({ provider }), ...foundation];
    const namespace = podNamespace(
        { name: site.namespace, resourceName: "noc", podSecurity: "restricted" },
        { provider, dependsOn: first },
    );
    const denial = denyByDefault("noc-default-deny", namespace.metadata.name, { provider });

    const fixedAddresses = addressClaims(settings).flatMap(({ text, use }) => (use === "service" ? [text] : []));
    const metallb = settings.metallb.enabled
        ? new MetalLB(
              "metallb",
              { settings: settings.metallb, fixedAddresses, serviceNamespaces: deployedNamespaces(settings), site },
              { provider, dependsOn: first },
          )
        : undefined;

    const leases = leaseNames(settings);
    const dns = settings.dns.enabled
        ? new Dns(
              "dns",
              {
                  settings: settings.dns,
                  namespace: namespace.metadata.name,
                  leases: leases?.zones,
                  front: settings.dnsdist.enabled ? frontOf(settings.dnsdist) : undefined,
                  site,
              },
              { provider, dependsOn: existing(metallb) },
          )
        : undefined;

    const dnsdist =
        dns && settings.dnsdist.enabled
            ? new Dnsdist(
                  "dnsdist",
                  {
                      settings: settings.dnsdist,
                      namespace: namespace.metadata.name,
                      resolver: settings.dns,
                      site,
                  },
                  { provider, dependsOn: existing(metallb, dns) },
              )
            : undefined;
    const resolver =
        dnsdist && settings.dnsdist.handOut
            ? { addresses: dnsdist.addresses, encryption: settings.dnsdist.encryption }
            : dns && { addresses: dns.addresses, encryption: settings.dns.encryption };

    const dhcp = settings.dhcp.enabled
        ? new Dhcp(
              "dhcp",
              {
                  settings: settings.dhcp,
                  namespace: namespace.metadata.name,
                  ...(resolver && settings.dhcp.resolvers.length === 0
                      ? {
                            resolvers: resolver.addresses,
                            spreadClients: true,
                            encryptedName: resolver.encryption?.name,
                        }
                      : { resolvers: settings.dhcp.resolvers }),
                  leaseNames: leases,
                  resolverPeers: resolverPeers(settings.dns, site),
                  site,
              },
              { provider, dependsOn: existing(metallb, dns) },
          )
        : undefined;

    const crds = settings.monitoring.enabled
        ? new OperatorCrds(
              "operator-crds",
              { keep: settings.monitoring.keepCrds, site },
              { provider, dependsOn: first },
          )
        : undefined;

    const core = existing(...foundation, metallb, dns, dnsdist, dhcp);
    const platform = createPlatform(settings, { site, made: core, operatorCrds: crds }, { provider, dependsOn: first });

    const monitoring = crds
        ? new Monitoring(
              "monitoring",
              { settings: settings.monitoring, crds, components: [...core, ...platform], site },
              { provider, dependsOn: existing(metallb) },
          )
        : undefined;

    const made = existing(...core, ...platform, monitoring);
    fulfilRequests(settings, made, { [site.namespace]: namespace });
    new ClusterGuard(
        "cluster-guard",
        { context: site.kubeContext, uid: cluster },
        { dependsOn: existing<pulumi.Resource>(namespace, denial, crds, ...made) },
    );

    return {
        kubeContext: site.kubeContext,
        clusterUid: cluster,
        ...Object.fromEntries(made.flatMap(({ outputs }) => Object.entries(outputs))),
    };
};

function existing<T extends pulumi.Resource>(...components: (T | undefined)[]): T[] {
    return components.filter((component) => component !== undefined);
}
