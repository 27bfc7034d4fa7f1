import { parseQuantity } from "../../config/quantities";

const MiB = 2 ** 20;

/** The sizes of Unbound's parts, in bytes unless noted. */
export interface Sizing {
    /** Number of threads. */
    readonly threads: number;
    readonly msgCache: number;
    readonly rrsetCache: number;
    readonly keyCache: number;
    /** Number of lookups that a thread has under way at most. */
    readonly queriesPerThread: number;
    /** Number of upstream sockets that a thread opens at most. */
    readonly outgoingRange: number;
}

/** CPU that an Unbound pod requests, a Kubernetes quantity. Its limit cannot be below. */
export const podCpuRequest = "100m";
/** More threads than this gain nothing, and their sockets come near a container's limit of open files. */
export const mostThreads = "64";
/** Redis' own code and buffers take some 10 MiB. */
export const leastRedisMemory = "32Mi";
/** More memory than any node has. */
export const mostMemory = "16Ti";

// Measured with Unbound 1.26.2: 20 MiB after the start with one thread, 43 MiB with four; 11.5 KiB for each lookup.
// Linux counts twice the size of a socket's receive buffer.
const baseMemory = 20 * MiB;
const receiveBuffer = 2 * MiB;
const threadMemory = 8 * MiB + receiveBuffer;
const lookupMemory = 12 * 1024;
// 31 KiB for each of the 512 TLS and 512 HTTPS connections that a thread holds at most.
const encryptionMemory = 32 * MiB;
const mostLookups = 4096;
/** A host has some 64,000 ports for UDP sockets, which all threads share. */
const ports = 61440;

/**
 * Sizes Unbound to its limits. More threads than cores would be throttled. What threads and lookups may take is set
 * aside; the caches, which take up to 2.5 times the size they are set to, fill the rest. The rrset cache wants twice the
 * size of the message cache (https://nlnetlabs.nl/documentation/unbound/howto-optimise/).
 * @param cpu CPU limit of the pod, a Kubernetes quantity.
 * @param memory memory limit of the pod, a Kubernetes quantity; at least `leastMemory(cpu, encrypted)`.
 * @param encrypted whether it holds TLS and HTTPS connections too.
 */
export function unboundSizing(cpu: string, memory: string, encrypted = false): Sizing {
    const threads = threadsFor(cpu);
    const bytes = parseQuantity(memory) - (encrypted ? encryptionMemory * threads : 0);
    const lookups = Math.min(mostLookups * lookupMemory, bytes / 4 / threads);
    const rest = bytes - baseMemory - (threadMemory + lookups) * threads;
    const share = (part: number) => Math.max(1, Math.floor((rest * part) / MiB)) * MiB;
    return {
        threads,
        msgCache: share(0.12),
        rrsetCache: share(0.24),
        keyCache: share(0.02),
        queriesPerThread: Math.floor(lookups / lookupMemory),
        outgoingRange: Math.min(2 * mostLookups, Math.floor(ports / threads)),
    };
}

/** Number of threads for a CPU limit, a Kubernetes quantity: one for each whole core, and one at least. */
export const threadsFor = (cpu: string): number => Math.max(1, Math.floor(parseQuantity(cpu)));

/** The least memory limit for the threads that the CPU limit gives, in MiB. */
export const leastMemory = (cpu: string, encrypted = false): number =>
    32 + (32 + (encrypted ? encryptionMemory / MiB : 0)) * threadsFor(cpu);

/** What is wrong with the memory limit beside the CPU limit; undefined where nothing is. */
export function memoryProblem(cpu: string, memory: string, encrypted = false): string | undefined {
    const [threads, least] = [threadsFor(cpu), leastMemory(cpu, encrypted)];
    return parseQuantity(memory) < least * MiB
        ? `is too little for ${threads === 1 ? "Unbound" : `${threads} threads (noc:dns.cpu = ${JSON.stringify(cpu)})`}; set it to ${least}Mi or more`
        : undefined;
}

/** What Redis may fill of its memory limit, in bytes; the rest is for its buffers and fragmentation. */
export function redisMaxMemory(memory: string): number {
    return Math.floor(parseQuantity(memory) * 0.75);
}
