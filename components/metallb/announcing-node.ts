/**
 * Computes which node announces an address in layer-2 mode. Each speaker sorts the eligible nodes by the SHA-256 hash of
 * `node#address`; the first one announces it:
 * https://github.com/metallb/metallb/blob/v0.14.9/speaker/layer2_controller.go#L85
 */
import { createHash } from "node:crypto";

/** The nodes in the order in which they would announce the address: each one if those before it cannot. */
export function announcingOrder(address: string, nodes: readonly string[]): string[] {
    const hashes = new Map(
        nodes.map((node) => [node, createHash("sha256").update(`${node}#${address}`).digest("hex")]),
    );
    return [...nodes].sort((a, b) => ((hashes.get(a) ?? "") < (hashes.get(b) ?? "") ? -1 : 1));
}

/**
 * A node that announces both addresses if its pod and the others are placed badly; undefined if no placement does that.
 * With traffic policy Local, only nodes with a pod announce an address, and the scheduler places one pod on each node.
 * So with fewer pods than nodes, addresses stay apart whatever the placement only if their orders are nearly opposite.
 * @param pods number of pods, at least 2.
 */
export function sharedNode(
    [a, b]: readonly [string, string],
    nodes: readonly string[],
    pods: number,
): string | undefined {
    const [first, second] = [announcingOrder(a, nodes), announcingOrder(b, nodes)];
    const others = Math.min(pods, nodes.length) - 1;
    return first.find((node, i) => {
        const behind = new Set(second.slice(second.indexOf(node) + 1));
        return first.slice(i + 1).filter((other) => behind.has(other)).length >= others;
    });
}

/** The first of the candidates that shares a node with none of the addresses; undefined if there is none. */
export const addressApart = (
    addresses: readonly string[],
    candidates: Iterable<string>,
    nodes: readonly string[],
    pods: number,
): string | undefined => {
    for (const candidate of candidates) {
        if (addresses.every((address) => sharedNode([address, candidate], nodes, pods) === undefined)) {
            return candidate;
        }
    }
    return undefined;
};
