/** The connections of cloudflared: to Cloudflare and to the gateway. Nobody connects to it but Prometheus. */
import { namespaceName as gatewayNamespace, pods as gatewayPods } from "../gateway/names";
import { fromPrometheus, type NetworkPolicyOptions, tcp, toClusterDns, udp } from "../lib/network-policy";
import { app, metricsPort, namespaceName, tunnelPort } from "./names";

/** Networks that are not the internet: whoever holds the tunnel's token must not reach them by it. */
const privateNetworks = {
    ipv4: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    ipv6: ["fc00::/7", "fe80::/10"],
};

export const cloudflaredPolicy: NetworkPolicyOptions = {
    name: app,
    namespace: namespaceName,
    podSelector: { app },
    ingress: [fromPrometheus(tcp(metricsPort))],
    egress: [
        toClusterDns,
        {
            peers: [
                { cidr: "0.0.0.0/0", except: privateNetworks.ipv4 },
                { cidr: "::/0", except: privateNetworks.ipv6 },
            ],
            ports: [tcp(tunnelPort), udp(tunnelPort)],
        },
        { peers: [{ namespace: gatewayNamespace, pods: gatewayPods.nginx }], ports: [tcp(443)] },
    ],
};
