/** The connections of dnsdist: from clients, Prometheus and nobody else, to the resolver and to the cluster's DNS. */
import type * as pulumi from "@pulumi/pulumi";

import { frontPort } from "../dns/front";
import { app as resolver } from "../dns/unbound";
import { fromPrometheus, type NetworkPolicyOptions, tcp, toClusterDns, udp } from "../lib/network-policy";
import { app, ports } from "./names";
import type { DnsdistSettings } from "./settings";

export function dnsdistPolicy(
    namespace: pulumi.Input<string>,
    { encryption }: Pick<DnsdistSettings, "encryption">,
): NetworkPolicyOptions {
    const encrypted = [ports.tls, ports.https];
    return {
        name: app,
        namespace,
        podSelector: { app },
        ingress: [
            {
                peers: "anyone",
                ports: [
                    udp(ports.dns),
                    tcp(ports.dns),
                    ...(encryption ? encrypted.map((port) => tcp(port)) : []),
                    ...(encryption?.quic ? encrypted.map((port) => udp(port)) : []),
                ],
            },
            fromPrometheus(tcp(ports.web)),
        ],
        egress: [{ peers: [{ pods: { app: resolver } }], ports: [udp(frontPort), tcp(frontPort)] }, toClusterDns],
    };
}
