import { parseQuantity } from "../../config/fields";

const MiB = 2 ** 20;

/** What Unbound is given to work with, in threads and in bytes. */
export interface Sizing {
    threads: number;
    msgCache: number;
    rrsetCache: number;
    keyCache: number;
}

/**
 * Sizes Unbound to its limits. A thread more than the CPU limit has cores is throttled rather than faster. Unbound
 * really takes 2 to 2.5 times the size its caches are set to, and the rrset cache wants twice the message cache
 * (https://nlnetlabs.nl/documentation/unbound/howto-optimise/).
 * @param cpu CPU limit of the pod, a Kubernetes quantity.
 * @param memory memory limit of the pod, a Kubernetes quantity.
 */
export function unboundSizing(cpu: string, memory: string): Sizing {
    const share = (part: number) => Math.max(1, Math.floor((parseQuantity(memory) * part) / MiB)) * MiB;
    return {
        threads: Math.max(1, Math.floor(parseQuantity(cpu))),
        msgCache: share(0.11),
        rrsetCache: share(0.22),
        keyCache: share(0.02),
    };
}

/** What Redis may fill of its memory limit, in bytes; the rest is for its buffers and fragmentation. */
export function redisMaxMemory(memory: string): number {
    return Math.floor(parseQuantity(memory) * 0.75);
}
