import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Dhcp } from "./components/dhcp/dhcp";
import { Dns } from "./components/dns/dns";
import { MetalLB } from "./components/metallb/metallb";
import { Monitoring } from "./components/monitoring/monitoring";
import { labels } from "./components/site";
import type { Watched } from "./components/watch";
import { requireKubeContext } from "./config/kube-context";
import { fixedAddresses } from "./config/rules";
import { readSettings } from "./config/settings";

/** The whole deployment. A component that is switched off is not there, and nothing depends on it. */
export = async () => {
    const settings = readSettings();
    await requireKubeContext(settings.site.kubeContext);

    const provider = new k8s.Provider("cluster", {
        context: settings.site.kubeContext,
        clusterIdentifier: pulumi.getStack(),
    });
    const site = { ...settings.site, metallb: settings.metallb.enabled };

    const namespace = new k8s.core.v1.Namespace(
        "noc",
        {
            metadata: {
                name: site.namespace,
                labels: { ...labels("noc"), "pod-security.kubernetes.io/enforce": "restricted" },
            },
        },
        { provider },
    );

    const metallb = settings.metallb.enabled
        ? new MetalLB(
              "metallb",
              { ...settings.metallb, fixedAddresses: fixedAddresses(settings).map(({ text }) => text), site },
              { provider },
          )
        : undefined;

    const dns = settings.dns.enabled
        ? new Dns(
              "dns",
              { ...settings.dns, namespace: namespace.metadata.name, site },
              { provider, dependsOn: present(metallb) },
          )
        : undefined;

    const dhcp = settings.dhcp.enabled
        ? new Dhcp(
              "dhcp",
              {
                  ...settings.dhcp,
                  namespace: namespace.metadata.name,
                  resolvers: dns ? [dns.address] : settings.dhcp.resolvers,
                  site,
              },
              { provider, dependsOn: present(metallb, dns) },
          )
        : undefined;

    const monitoring = settings.monitoring.enabled
        ? new Monitoring(
              "monitoring",
              { ...settings.monitoring, watched: present(metallb, dns, dhcp), site },
              { provider, dependsOn: present(metallb) },
          )
        : undefined;

    return {
        kubeContext: site.kubeContext,
        dnsAddress: dns?.address,
        dhcpAddress: dhcp?.address,
        grafanaAddress: monitoring?.grafanaAddress,
        grafanaPassword: monitoring?.grafanaPassword,
    };
};

function present(...components: (Watched | undefined)[]): Watched[] {
    return components.filter((component) => component !== undefined);
}
