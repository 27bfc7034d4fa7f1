/**
 * What differs where a resolver runs in a node's network (`path: node`): where it listens, and the nodes' rules that lead
 * queries to it. docs/dns-path.md explains both.
 */
import { type Addressed, addressesOf, type DnsSettings } from "./settings";

/** Name of the resolvers in the nodes' network. Their pods' names begin with it. */
export const nodeApp = "unbound-node";

/** Queries of health checks per second at each of them: the agent's, and the kubelet's every five seconds. */
export const nodeHealthQueries = 1.2;

/** Port of 127.0.0.1 on the node, for the health checks. */
export const nodeHealthPort = 10053;

/** The nftables table. A name of its own, so that whoever rewrites other tables leaves it alone. */
export const table = "noc_dns_path";

/**
 * The packets' mark, one bit that is none of kube-proxy's (0x4000, 0x8000), kube-router's (0x10000, 0x20000), Calico's
 * (0xffff0000) and Cilium's (0xf00), and the number of the routing table and of the rule that leads marked packets there.
 */
export const route = { mark: "0x2000", number: 153 } as const;

/** Lines of the `server:` clause. Unbound cannot listen on UDP alone; no packet of TCP is led to it. */
export const nodeLines = (settings: Addressed): string[] => [
    ...addressesOf(settings).map((address) => `interface: ${address}@53`),
    `interface: 127.0.0.1@${nodeHealthPort}`,
    "# The node has the addresses on no interface.",
    "ip-transparent: yes",
];

/**
 * The nftables table, for `nft -f`. It replaces an older one in one transaction. `$interface` is the node's interface with
 * its own address: pods keep the ordinary path, because the engines of network policies would take the answers of an
 * address that the node does not have for packets that nobody asked for.
 */
export const nftTable = (settings: Addressed & Pick<DnsSettings, "allowFrom">): string => `table ip ${table}
delete table ip ${table}
table ip ${table} {
    counter marked {}
    counter delivered {}
    set clients {
        type ipv4_addr
        flags interval
        auto-merge
        elements = { ${settings.allowFrom.join(", ")} }
    }
    # The addresses whose queries go to the node's resolver. The agent adds them again every second.
    set answered {
        type ipv4_addr
        flags timeout
        timeout 3s
    }
    # Before connection tracking: kube-proxy does not translate the address of untracked packets, in any of its modes.
    chain arriving {
        type filter hook prerouting priority raw; policy accept;
        iifname $interface udp dport 53 ip daddr @answered ip saddr @clients meta mark set meta mark or ${route.mark} counter name marked notrack
    }
    # After the node's firewall.
    chain delivered {
        type filter hook input priority 300; policy accept;
        meta mark and ${route.mark} == ${route.mark} counter name delivered
    }
    # Tracked answers would look like connections from port 53, and later queries of their clients like answers.
    chain leaving {
        type filter hook output priority raw; policy accept;
        udp sport 53 ip saddr { ${addressesOf(settings).join(", ")} } notrack
    }
}
`;
