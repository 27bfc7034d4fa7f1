import { addressApart, announcingOrder, sharedNode } from "../../../components/metallb/announcing-node";
import { ownAddresses } from "../../../components/dns/rules";
import { addressClaims, type Settings } from "../../../components/settings";
import { formatAddress, parseRange, without } from "../../../config/addresses";
import { defineCheck, type Finding, found, skipped } from "../check";
import { assigned, mayAnnounce, nameOf, takesPods } from "./read";

/** How many addresses of the pools are tried. */
const mostCandidates = 1000;

export const resolverNodes = defineCheck({
    name: "resolver-nodes",
    looksAt: "whether different nodes announce the resolver's addresses, whichever nodes its pods are on",
    needs: ["nodes", "services"],
    run: ({ nodes, services }, settings) => {
        const { dns, metallb } = settings;
        const claims = ownAddresses(dns);
        if (!dns.enabled || !metallb.enabled || claims.length === 0) {
            return skipped("MetalLB does not announce a resolver with a set address");
        }
        const names = nodes.filter((node) => takesPods(node) && mayAnnounce(node, metallb)).map(nameOf);
        const pods = Math.min(dns.replicas, names.length);
        if (pods < 2) {
            return skipped(`${dns.replicas} resolvers on ${names.length} nodes: one node announces all addresses`);
        }
        const addresses = claims.map(({ text }) => text);
        const free = freeAddresses(settings, assigned(services));
        const findings = claims.flatMap(({ key, text }, i): Finding[] => {
            const before = addresses.slice(0, i);
            const other = before.find((address) => sharedNode([address, text], names, pods) !== undefined);
            if (other === undefined) {
                return [];
            }
            const better = addressApart(before, free, names, pods);
            return [
                {
                    severity: "warning",
                    what: `${text} (${key}) and ${other} ${pods < names.length ? "may both be" : "are both"} announced by ${sharedNode([other, text], names, pods) ?? ""}`,
                    why: "MetalLB chooses by a hash of node and address; that node then serves the clients of both, and the other pods stand by",
                    mend: better
                        ? `pulumi config set --path '${key}' ${better}`
                        : `pulumi config set --path noc:dns.replicas ${names.length}, for a pod on each node`,
                },
            ];
        });
        const next = addresses.length < pods ? addressApart(addresses, free, names, pods) : undefined;
        const order = addresses.map((address) => `${address}: ${announcingOrder(address, names).join(", ")}`);
        return found(
            `in this order: ${order.join("; ")}${next ? `; another node would announce ${next}` : ""}`,
            ...findings,
        );
    },
});

/** Addresses of the pools that no setting mentions and no Service has. */
function freeAddresses(settings: Settings, taken: readonly string[]): string[] {
    const claims = addressClaims(settings);
    const holes = [...claims.filter(({ use }) => use !== "pool").map(({ text }) => text), ...taken].map(parseRange);
    const free: string[] = [];
    for (const { first, last } of claims
        .filter(({ use }) => use === "pool")
        .flatMap(({ text }) => without(parseRange(text), holes))) {
        for (let address = first; address <= last && free.length < mostCandidates; address++) {
            // Some network equipment does not accept addresses that end so.
            if (![0, 255].includes(address % 256)) {
                free.push(formatAddress(address));
            }
        }
    }
    return free;
}
