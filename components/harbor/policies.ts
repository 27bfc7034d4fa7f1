/** The connections of Harbor's pods. The gateway and the backups add their own. */
import {
    type Flow,
    fromBlackboxExporter,
    fromPrometheus,
    type NetworkPolicyOptions,
    tcp,
    toClusterDns,
} from "../lib/network-policy";
import { type Part, podsOf, ports, setupPods } from "./names";

/** Who connects to whom, and on which port. */
const connections: readonly { readonly from: readonly Part[]; readonly to: Part; readonly port: number }[] = [
    { from: ["nginx", "jobservice", "trivy", "exporter", "core"], to: "core", port: ports.http },
    { from: ["nginx", "core"], to: "portal", port: ports.http },
    { from: ["core"], to: "jobservice", port: ports.http },
    { from: ["core", "jobservice", "trivy"], to: "registry", port: ports.registry },
    { from: ["core", "jobservice"], to: "registry", port: ports.http },
    { from: ["core", "jobservice"], to: "trivy", port: ports.http },
    { from: ["core", "jobservice", "exporter"], to: "database", port: ports.postgres },
    { from: ["core", "jobservice", "registry", "trivy", "exporter"], to: "redis", port: ports.redis },
];

/** Connections from elsewhere. */
const entries: Readonly<Partial<Record<Part, Flow[]>>> = {
    core: [{ peers: [{ pods: setupPods }], ports: [tcp(ports.http)] }, fromPrometheus(tcp(ports.metrics))],
    nginx: [fromBlackboxExporter(tcp(ports.http))],
    registry: [fromPrometheus(tcp(ports.metrics))],
    jobservice: [fromPrometheus(tcp(ports.metrics))],
    exporter: [fromPrometheus(tcp(ports.metrics))],
};

/** The registries behind the proxy caches, other registries that images are copied to, and Trivy's database. */
const toRegistries: Flow = { peers: "anyone", ports: [tcp(443)] };
const outbound: readonly Part[] = ["core", "jobservice", "trivy"];

/** The policies of all parts. */
export function harborPolicies({ trivy }: { readonly trivy: boolean }): Omit<NetworkPolicyOptions, "namespace">[] {
    const parts: Part[] = ["core", "database", "exporter", "jobservice", "nginx", "portal", "redis", "registry"];
    const all = [...parts, ...(trivy ? (["trivy"] as const) : [])];
    const between = (end: Part, port: number): Flow => ({
        peers: [{ pods: podsOf(end) }],
        ports: [tcp(port)],
    });
    return [
        ...all.map((part) => ({
            name: `harbor-${part}`,
            podSelector: podsOf(part),
            ingress: [
                ...connections
                    .filter(({ to }) => to === part)
                    .flatMap(({ from, port }) =>
                        from.filter((end) => all.includes(end)).map((end) => between(end, port)),
                    ),
                ...(entries[part] ?? []),
            ],
            egress: [
                ...connections
                    .filter(({ from, to }) => from.includes(part) && all.includes(to))
                    .map(({ to, port }) => between(to, port)),
                ...(connections.some(({ from }) => from.includes(part)) ? [toClusterDns] : []),
                ...(outbound.includes(part) ? [toRegistries] : []),
            ],
        })),
        {
            name: "harbor-setup",
            podSelector: setupPods,
            ingress: [],
            egress: [toClusterDns, { peers: [{ pods: podsOf("core") }], ports: [tcp(ports.http)] }],
        },
    ];
}
