import type { Bar } from "./outcome";
import type { Stack } from "./stack";

/** A failure of the stack. */
export interface Failure {
    readonly name: string;
    readonly title: string;
    /** The bound for the clients of DNS. Left out if the failure does not concern them. */
    readonly dns?: Bar;
    /** Whether the clients of DNS know all of the resolver's addresses. Otherwise they know the first one. */
    readonly knowAllResolvers?: boolean;
    /** The bound for the clients of DHCP, all of which have to keep their addresses. */
    readonly dhcp?: Bar;
    /** Why it cannot be brought about here. Undefined if it can. */
    readonly unavailable?: (stack: Stack) => string | undefined;
    /** What has to be known before the clients' requests are counted. */
    readonly prepares?: (stack: Stack) => Promise<void>;
    /** Brings it about, and registers with the stack what repairs it. Returns when it has happened. */
    readonly breaks: (stack: Stack) => Promise<void>;
    /** Looks at the repaired stack. Returns what is wrong with it beside what the clients notice. */
    readonly checks?: (stack: Stack) => Promise<string[]>;
}
