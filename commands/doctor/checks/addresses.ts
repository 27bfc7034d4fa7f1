/** Checks of the network that the load balancer's and the leased addresses belong to. */
import type { V1Service } from "@kubernetes/client-node";

import { monitoringNamespace } from "../../../components/lib/monitoring-spec";
import { addressClaims, type Settings } from "../../../components/settings";
import { contains, overlap, parseAddress, parseRange, parseSubnet } from "../../../config/addresses";
import { defineCheck, type Finding, found, skipped } from "../check";
import { addressesOf, assigned, mayAnnounce, nameOf } from "./read";

const poolRanges = (settings: Settings) => addressClaims(settings).filter(({ use }) => use === "pool");
const leaseRanges = (settings: Settings) => addressClaims(settings).filter(({ use }) => use === "lease");

const inAny = (ranges: readonly { readonly text: string }[], address: string): boolean =>
    ranges.some(({ text }) => contains(parseRange(text), parseAddress(address)));

export const poolNetwork = defineCheck({
    name: "pool-network",
    looksAt: "whether every pool lies in a network that the nodes are in",
    needs: ["arp", "nodes"],
    run: ({ arp, nodes }, settings) => {
        const pools = poolRanges(settings);
        if (!settings.metallb.enabled) {
            return skipped("noc:metallb.enabled is false");
        }
        const addresses = nodes.flatMap(addressesOf).map(parseAddress);
        const networks = arp.networks
            .map(parseSubnet)
            .filter((network) => addresses.some((address) => contains(network, address)));
        if (networks.length === 0) {
            return skipped(`${arp.from} is in none of the nodes' networks; npm run doctor -- --probe asks the nodes`);
        }
        return found(
            `networks ${arp.networks.join(", ")} (seen from ${arp.from})`,
            ...pools
                .filter(({ text }) => !networks.some((network) => contains(network, parseRange(text))))
                .map(({ key, text }) => ({
                    severity: "error" as const,
                    what: `${key} (${text}) is in none of the nodes' networks`,
                    why: "MetalLB answers ARP, which no router passes on: nobody reaches those addresses",
                    mend: `pulumi config set --path '${key}' RANGE, in ${arp.networks[0] ?? "the nodes' network"}`,
                })),
        );
    },
});

export const addressesInUse = defineCheck({
    name: "addresses-in-use",
    looksAt: "whether something else answers ARP for an address of the pools",
    needs: ["arp", "services"],
    run: ({ arp, services }, settings) => {
        const pools = poolRanges(settings);
        const own = new Set(assigned(services));
        const asked = arp.asked.filter((address) => inAny(pools, address));
        if (asked.length === 0) {
            return skipped(`no address of the pools is in a network of ${arp.from} (${arp.networks.join(", ")})`);
        }
        const taken = Object.entries(arp.answers).filter(([address]) => inAny(pools, address) && !own.has(address));
        return found(
            `${asked.length} addresses asked from ${arp.from}: ${taken.length} in use`,
            ...taken.map(([address, hardware]) => ({
                severity: "error" as const,
                what: `${address}, in a pool of MetalLB, is in use by ${hardware}`,
                why: "two answer ARP for it, and clients reach now one, now the other",
                mend: "leave it out of noc:metallb.pools and add it to noc:site.foreignRanges, or give that machine another address",
            })),
        );
    },
});

export const dhcpServers = defineCheck({
    name: "dhcp-servers",
    looksAt: "whether another DHCP server answers on this machine's network",
    needs: ["dhcpOffers"],
    run: ({ dhcpOffers }, settings) => {
        const servers = [...new Set(dhcpOffers.map(({ server }) => server))];
        const findings = dhcpOffers.flatMap(({ server, address }): Finding[] => {
            if (
                inAny(
                    settings.site.foreignRanges.map((text) => ({ text })),
                    address,
                )
            ) {
                return [];
            }
            const given = [...poolRanges(settings), ...leaseRanges(settings)].find(({ text }) =>
                contains(parseRange(text), parseAddress(address)),
            );
            const served = settings.dhcp.subnets.some(({ subnet }) =>
                contains(parseSubnet(subnet), parseAddress(address)),
            );
            if (given === undefined && !served) {
                return [];
            }
            return [
                {
                    severity: given ? "error" : "warning",
                    what: given
                        ? `the DHCP server ${server} hands out ${address}, which is in ${given.key} (${given.text})`
                        : `the DHCP server ${server} also serves ${address}'s subnet`,
                    why: given
                        ? "two servers give the same address to two machines"
                        : "clients take the first answer: some get the other server's options and resolver",
                    mend: `stop that server or narrow its range; if it is meant to be there, add its range to noc:site.foreignRanges`,
                },
            ];
        });
        return found(servers.length > 0 ? `answered: ${servers.join(", ")}` : "none answered", ...findings);
    },
});

export const libvirt = defineCheck({
    name: "libvirt",
    looksAt: "the range that libvirt's DHCP hands out, on a host with libvirt",
    needs: ["libvirt"],
    run: ({ libvirt }, settings) => {
        const claims = [...poolRanges(settings), ...leaseRanges(settings)];
        const findings = libvirt.flatMap(({ name, ranges }) =>
            ranges.flatMap((range) =>
                claims
                    .filter(({ text }) => overlap(parseRange(text), parseRange(range)))
                    .map(({ key, text }): Finding => {
                        const [start = "", end = start] = range.split("-");
                        return {
                            severity: "error",
                            what: `libvirt's network ${name} hands out ${range}, which overlaps ${key} (${text})`,
                            why: "a virtual machine gets the resolver's address, or one that Kea has leased",
                            mend: `virsh net-update ${name} delete ip-dhcp-range "<range start='${start}' end='${end}'/>" --live --config, then add a narrower range`,
                        };
                    }),
            ),
        );
        const seen = libvirt.map(
            ({ name, bridge, ranges }) => `${name} (${bridge}): ${ranges.join(", ") || "no DHCP"}`,
        );
        return found(seen.join("; ") || "no network", ...findings);
    },
});

export const announcing = defineCheck({
    name: "announcing-nodes",
    looksAt: "whether MetalLB may announce addresses from any node",
    needs: ["nodes"],
    run: ({ nodes }, { metallb }) => {
        if (!metallb.enabled) {
            return skipped("noc:metallb.enabled is false");
        }
        const allowed = nodes.filter((node) => mayAnnounce(node, metallb));
        return found(
            `${allowed.length} of ${nodes.length} nodes may announce`,
            ...(allowed.length === 0
                ? [
                      {
                          severity: "error" as const,
                          what: "every node is excluded from external load balancers, as kubeadm's control planes are",
                          why: "MetalLB assigns addresses and announces none of them: nobody reaches them",
                          mend: "pulumi config set --path noc:metallb.announceFromControlPlane true",
                      },
                  ]
                : []),
        );
    },
});

/** Load balancers that take every Service without a class, by a part of a workload's name. */
const rivals: Readonly<Record<string, string>> = {
    svclb: "k3s' ServiceLB",
    "kube-vip": "kube-vip",
    "cloud-controller-manager": "the cloud's load balancer",
    "cloud-provider-kind": "cloud-provider-kind",
    openelb: "OpenELB",
    purelb: "PureLB",
};

export const otherLoadBalancer = defineCheck({
    name: "load-balancers",
    looksAt: "load balancers that would serve the same Services as MetalLB",
    needs: ["daemonSets", "deployments", "services", "nodes"],
    run: ({ daemonSets, deployments, services, nodes }, settings) => {
        if (!settings.metallb.enabled) {
            return skipped("noc:metallb.enabled is false");
        }
        const workloads = [...daemonSets, ...deployments].map(nameOf);
        const byWorkload = Object.entries(rivals)
            .filter(([part]) => workloads.some((name) => name.includes(part)))
            .map(([, title]) => title);
        const orbStack = nodes.some((node) => nameOf(node) === "orbstack") ? ["OrbStack's"] : [];
        const pools = poolRanges(settings);
        const elsewhere = services.filter(
            (service) =>
                service.spec?.loadBalancerClass === undefined &&
                assigned([service]).some((address) => !inAny(pools, address)),
        );
        const bySomething = elsewhere.length > 0 && byWorkload.length + orbStack.length === 0 ? ["an unknown one"] : [];
        const all = [...byWorkload, ...orbStack, ...bySomething];
        if (all.length === 0) {
            return found("MetalLB alone");
        }
        const example = elsewhere[0]
            ? `; it gave ${assigned([elsewhere[0]]).join(", ")} to ${elsewhere[0].metadata?.namespace ?? ""}/${nameOf(elsewhere[0])}`
            : "";
        return found(
            `also ${all.join(", ")}`,
            ...(settings.site.loadBalancerClass === undefined
                ? [
                      {
                          severity: "error" as const,
                          what: `this cluster has another load balancer: ${all.join(", ")}${example}`,
                          why: "both write the address of every Service without a class, and each undoes what the other wrote",
                          mend: "pulumi config set --path noc:site.loadBalancerClass metallb.io/metallb (or noc:metallb.enabled false)",
                      },
                  ]
                : []),
        );
    },
});

export const serviceAddresses = defineCheck({
    name: "service-addresses",
    looksAt:
        "whether an address that the stack asks for is another Service's already, and whether its Services have one",
    needs: ["services"],
    run: ({ services }, settings) => {
        const wanted = addressClaims(settings).filter(({ use }) => use === "service");
        const balanced = services.filter(({ spec }) => spec?.type === "LoadBalancer");
        const isOurs = ({ metadata }: V1Service) => metadata?.labels?.["app.kubernetes.io/part-of"] === "k8s-noc";
        const taken = wanted.flatMap(({ key, text }) =>
            balanced
                .filter(
                    (service) =>
                        !isOurs(service) &&
                        service.metadata?.namespace !== monitoringNamespace &&
                        assigned([service]).includes(text),
                )
                .map((service) => ({ key, text, service })),
        );
        const pending = balanced.filter((service) => isOurs(service) && assigned([service]).length === 0);
        return found(
            `${balanced.length} Services of type LoadBalancer`,
            ...taken.map(({ key, text, service }) => ({
                severity: "error" as const,
                what: `${key} (${text}) belongs to the Service ${service.metadata?.namespace ?? ""}/${nameOf(service)}`,
                why: "our Service would stay without an address, and `up` would wait until its time is up",
                mend: `pulumi config set --path ${key} ANOTHER, or kubectl -n ${service.metadata?.namespace ?? ""} delete service ${nameOf(service)}`,
            })),
            ...pending.map((service) => ({
                severity: "error" as const,
                what: `the Service ${service.metadata?.namespace ?? ""}/${nameOf(service)} has no address`,
                why: "nobody on the network reaches it",
                mend: `kubectl -n ${service.metadata?.namespace ?? ""} describe service ${nameOf(service)}`,
            })),
        );
    },
});
