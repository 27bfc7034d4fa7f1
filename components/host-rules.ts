import { type Problem, withoutEffect } from "../config/problems";
import { repeated } from "./lib/distinct";
import type { HostRequest } from "./lib/component";

/** What is wrong with the host names that all components ask for: named twice, or without a gateway to serve them. */
export const hostProblems = (hosts: readonly HostRequest[], gateway: boolean): Problem[] => [
    ...repeated(
        hosts.map(({ key, host }) => ({ key, value: host })),
        "give each host to one service",
    ),
    ...(gateway ? [] : hosts.map(({ key, host }) => withoutEffect(key, host, "noc:gateway.enabled is false"))),
];
