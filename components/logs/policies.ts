import { monitoringNamespace } from "../lib/monitoring-spec";
import {
    type Flow,
    fromPrometheus,
    type NetworkPolicyOptions,
    tcp,
    toApiServer,
    toClusterDns,
} from "../lib/network-policy";
import { collectorNamespace, namespaceName, pods, ports } from "./names";

type Policy = Omit<NetworkPolicyOptions, "namespace">;

/**
 * Who may connect to Loki, which asks nobody for a password. Prometheus could also read logs: Loki serves its metrics on
 * the port of its queries.
 */
export const lokiPolicy: Policy = {
    name: "loki",
    podSelector: pods.loki,
    ingress: [
        {
            peers: [
                { namespace: monitoringNamespace, pods: { "app.kubernetes.io/name": "grafana" } },
                { namespace: collectorNamespace, pods: pods.collector },
            ],
            ports: [tcp(ports.loki)],
        },
        fromPrometheus(tcp(ports.loki)),
    ],
    egress: [],
};

/** @param outside whether lines are also sent out of the cluster, to a port of HTTPS or another one. */
export const collectorPolicy = (outside: readonly Flow[]): Policy => ({
    name: "log-collector",
    podSelector: pods.collector,
    ingress: [fromPrometheus(tcp(ports.collector))],
    egress: [
        toClusterDns,
        toApiServer,
        { peers: [{ namespace: namespaceName, pods: pods.loki }], ports: [tcp(ports.loki)] },
        ...outside,
    ],
});
