/** The connections of cloudflared: to Cloudflare and to the gateway. Nobody connects to it but Prometheus. */
import { privateNetworks } from "../../config/addresses";
import { namespaceName as gatewayNamespace, pods as gatewayPods } from "../gateway/names";
import { fromPrometheus, type NetworkPolicyOptions, tcp, toClusterDns, udp } from "../lib/network-policy";
import { app, metricsPort, namespaceName, tunnelPort } from "./names";

/** The same of IPv6. */
const privateNetworks6 = ["fc00::/7", "fe80::/10"];

export const cloudflaredPolicy: NetworkPolicyOptions = {
    name: app,
    namespace: namespaceName,
    podSelector: { app },
    ingress: [fromPrometheus(tcp(metricsPort))],
    egress: [
        toClusterDns,
        {
            // Whoever holds the tunnel's token must not reach private networks by it.
            peers: [
                { cidr: "0.0.0.0/0", except: [...privateNetworks] },
                { cidr: "::/0", except: privateNetworks6 },
            ],
            ports: [tcp(tunnelPort), udp(tunnelPort)],
        },
        { peers: [{ namespace: gatewayNamespace, pods: gatewayPods.nginx }], ports: [tcp(443)] },
    ],
};
