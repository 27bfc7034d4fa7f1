/** The connections of Argo CD's pods. The gateway adds its own to the API server. */
import {
    type Flow,
    fromPrometheus,
    type NetworkPolicyOptions,
    tcp,
    toApiServer,
    toClusterDns,
} from "../lib/network-policy";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { type Part, parts, ports, redisPods } from "./names";
import type { ArgoCdSettings } from "./settings";

type Policy = Omit<NetworkPolicyOptions, "namespace">;

/** Alertmanager's pods, which the notifications go to. */
export const alertmanagerPods = { "app.kubernetes.io/name": "alertmanager" };
export const alertmanagerPort = 9093;

const { controller, server, repoServer, applicationSet, notifications, dex } = parts;

const to = ({ pods }: Pick<Part, "pods">, ...on: [number, ...number[]]): Flow => ({
    peers: [{ pods }],
    ports: [tcp(on[0]), ...on.slice(1).map(tcp)],
});
const redis = { pods: redisPods };

/** The policies in Argo CD's own namespace. */
export function argoCdPolicies(settings: ArgoCdSettings, reported: boolean): Policy[] {
    const policy = (part: Part, ingress: readonly Flow[], egress: readonly Flow[]): Policy => ({
        name: part.job,
        podSelector: part.pods,
        ingress: [...ingress, fromPrometheus(tcp(part.metricsPort))],
        egress: [toClusterDns, ...egress],
    });
    const [first, ...more] = repositoryPorts(settings);
    const manifests = to(repoServer, ports.repoServer);
    return [
        policy(controller, [], [toApiServer, manifests, to(redis, ports.redis)]),
        policy(
            server,
            [],
            [
                toApiServer,
                manifests,
                to(redis, ports.redis),
                ...(settings.github ? [to(dex, ports.dexHttp, ports.dexGrpc)] : []),
            ],
        ),
        policy(
            repoServer,
            [controller, server, applicationSet].map(({ pods }) => to({ pods }, ports.repoServer)),
            [to(redis, ports.redis), { peers: "anyone", ports: [tcp(first), ...more.map(tcp)] }],
        ),
        policy(applicationSet, [], [toApiServer, manifests]),
        {
            name: "argocd-redis",
            podSelector: redisPods,
            ingress: [controller, server, repoServer].map(({ pods }) => to({ pods }, ports.redis)),
            egress: [],
        },
        ...(reported ? [policy(notifications, [], [toApiServer, toAlertmanager])] : []),
        // The API server's port 443 is also GitHub's.
        ...(settings.github ? [policy(dex, [to(server, ports.dexHttp, ports.dexGrpc)], [toApiServer])] : []),
    ];
}

const toAlertmanager: Flow = {
    peers: [{ namespace: monitoringNamespace, pods: alertmanagerPods }],
    ports: [tcp(alertmanagerPort)],
};

/** Lets the notifications controller connect to Alertmanager. */
export const alertmanagerPolicy = (namespace: string): NetworkPolicyOptions => ({
    name: "alertmanager-from-argocd",
    namespace: monitoringNamespace,
    podSelector: alertmanagerPods,
    ingress: [{ peers: [{ namespace, pods: notifications.pods }], ports: [tcp(alertmanagerPort)] }],
});

/** The TCP ports that repositories are reached at, in order: HTTPS, and those in the settings' URLs. */
export function repositoryPorts({ root, credentials, applications }: ArgoCdSettings): [number, ...number[]] {
    const urls = [
        ...(root ? [root.repository] : []),
        ...credentials.map(({ url }) => url),
        ...applications.repositories,
    ];
    const found = urls.map((text) => {
        const [, scheme, port] = /^(?:(https?|ssh|oci):\/\/)?[^/:]+(?::(\d+)(?=\/|$))?/.exec(text) ?? [];
        return Number(port) || (scheme === "http" ? 80 : scheme === "ssh" || /^[\w.-]+@/.test(text) ? 22 : 443);
    });
    return [443, ...[...new Set(found)].filter((port) => port !== 443).sort((a, b) => a - b)];
}
