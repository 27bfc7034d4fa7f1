/** The connections of the gateway's pods. */
import type { Backend, HostRequest } from "../lib/component";
import {
    fromPrometheus,
    type Flow,
    type NetworkPolicyOptions,
    tcp,
    toApiServer,
    toClusterDns,
} from "../lib/network-policy";
import { agentPort, listenerName, metricsPort, namespaceName, pods } from "./names";

/** The policies in the gateway's own namespace. */
export const ownPolicies = (hosts: readonly HostRequest[]): Omit<NetworkPolicyOptions, "namespace">[] => [
    {
        name: "gateway-controller",
        podSelector: pods.controller,
        ingress: [{ peers: [{ pods: pods.nginx }], ports: [tcp(agentPort)] }, fromPrometheus(tcp(metricsPort))],
        egress: [toClusterDns, toApiServer],
    },
    {
        name: "gateway-certificates",
        podSelector: pods.certificates,
        ingress: [],
        egress: [toClusterDns, toApiServer],
    },
    {
        name: "gateway-nginx",
        podSelector: pods.nginx,
        ingress: [{ peers: "anyone", ports: [tcp(80), tcp(443)] }, fromPrometheus(tcp(metricsPort))],
        egress: [
            toClusterDns,
            { peers: [{ pods: pods.controller }], ports: [tcp(agentPort)] },
            ...hosts.flatMap(toBackends),
        ],
    },
];

/** The pods behind a host: those of its backend, or, if somebody else makes the routes, all of its namespaces. */
const toBackends = ({ namespaces, backend }: HostRequest): Flow[] =>
    backend
        ? [{ peers: [{ namespace: backend.namespace, pods: backend.pods.labels }], ports: [tcp(backend.pods.port)] }]
        : namespaces.map((namespace) => ({ peers: [{ namespace }], ports: "any" }));

/** Lets nginx connect to the pods behind a host. */
export const backendPolicy = (host: string, { namespace, pods: { labels, port } }: Backend): NetworkPolicyOptions => ({
    name: `${listenerName(host)}-from-gateway`,
    namespace,
    podSelector: labels,
    ingress: [{ peers: [{ namespace: namespaceName, pods: pods.nginx }], ports: [tcp(port)] }],
});
