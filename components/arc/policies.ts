/** The connections of the controller, of the listeners and of the runners. */
import { privateNetworks } from "../../config/addresses";
import { namespaceName as gatewayNamespace, pods as gatewayPods } from "../gateway/names";
import {
    type Flow,
    fromPrometheus,
    type NetworkPolicyOptions,
    tcp,
    toApiServer,
    toClusterDns,
} from "../lib/network-policy";
import { metricsPort, type Mode, pods } from "./names";

/** The policies in the controller's namespace. The API server's port 443 is also GitHub's. */
export const controllerPolicies: readonly Omit<NetworkPolicyOptions, "namespace">[] = [
    {
        name: "arc",
        podSelector: {},
        ingress: [fromPrometheus(tcp(metricsPort))],
        egress: [toClusterDns, toApiServer],
    },
];

/** Jobs reach the internet, Harbor behind the gateway, and the private networks of the settings. Nothing reaches them. */
export function runnerPolicies(
    mode: Mode,
    { allowTo, registry }: { readonly allowTo: readonly string[]; readonly registry: boolean },
): Omit<NetworkPolicyOptions, "namespace">[] {
    const toGateway: Flow = { peers: [{ namespace: gatewayNamespace, pods: gatewayPods.nginx }], ports: [tcp(443)] };
    return [
        {
            name: `arc-${mode}`,
            podSelector: {},
            ingress: [],
            egress: [
                toClusterDns,
                { peers: [{ cidr: "0.0.0.0/0", except: [...privateNetworks] }], ports: "any" },
                ...(registry ? [toGateway] : []),
                ...allowTo.map((cidr): Flow => ({ peers: [{ cidr }], ports: "any" })),
            ],
        },
        ...(mode === "kubernetes"
            ? [{ name: `arc-${mode}-runners`, podSelector: pods.runners, egress: [toApiServer] }]
            : []),
    ];
}
