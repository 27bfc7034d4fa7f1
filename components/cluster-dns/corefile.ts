/** What is changed in the Corefile of the cluster's DNS. Everything else in it stays as it is. */

/** A name that the cluster's DNS answers itself. */
export interface Host {
    readonly address: string;
    readonly names: readonly string[];
}

export interface Forwarding {
    /** Address of the resolver. */
    readonly resolver: string;
    readonly hosts: readonly Host[];
}

/** The comment that a changed Corefile is recognised by. */
export const mark = "# k8s-noc changed `forward` and `hosts`; destroy puts the original back.";

/**
 * Forwards to the resolver first, and to where the Corefile forwarded until then only while the resolver does not
 * answer. Adds the hosts.
 * @throws Error if the Corefile does not forward `.` exactly once, or has hosts of its own.
 */
export function forwardTo({ resolver, hosts }: Forwarding, corefile: string): string {
    const forward = /^([ \t]*)forward[ \t]+\.[ \t]+([^\n{]*?)[ \t]*(?:\{([^}]*)\})?[ \t]*$/gm;
    const found = [...corefile.matchAll(forward)];
    const [match] = found;
    if (found.length !== 1 || !match) {
        throw new Error(
            `the Corefile has ${found.length} lines "forward . …" instead of one; put one back, or set noc:clusterDns.enabled to false`,
        );
    }
    if (hosts.length > 0 && /^[ \t]*hosts\b/m.test(corefile)) {
        throw new Error(
            "the Corefile has a block `hosts` of its own, and CoreDNS takes only one; remove it, or leave noc:clusterDns.hosts empty",
        );
    }
    const [, indent = "", fallback = "", options = ""] = match;
    const kept = options
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !/^(policy|max_fails|health_check)\b/.test(line));
    const lines = [
        mark,
        ...(hosts.length > 0
            ? [
                  "hosts {",
                  ...hosts.map(({ address, names }) => `    ${[address, ...names].join(" ")}`),
                  "    fallthrough",
                  "}",
              ]
            : []),
        `forward . ${resolver} ${fallback} {`,
        // The first that answers its health checks is asked; they begin when a query fails.
        ...["policy sequential", "max_fails 1", "health_check 1s", ...kept].map((line) => `    ${line}`),
        "}",
    ];
    return corefile.replace(match[0], lines.map((line) => indent + line).join("\n"));
}
