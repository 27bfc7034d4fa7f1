import type * as pulumi from "@pulumi/pulumi";

import { denyByDefault, fromPrometheus, networkPolicy, tcp, toApiServer } from "../lib/network-policy";
import { metricsPort, webhookPort } from "./values";

/** The connections of the controller. The speakers run in the nodes' network, where network policies do not apply. */
export function policies(namespace: string, opts: pulumi.CustomResourceOptions): void {
    denyByDefault("metallb-default-deny", namespace, opts);
    networkPolicy(
        {
            name: "metallb-controller",
            namespace,
            podSelector: { "app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "controller" },
            // The API server calls the webhook from a node's address, which no label selects.
            ingress: [{ peers: "anyone", ports: [tcp(webhookPort)] }, fromPrometheus(tcp(metricsPort))],
            egress: [toApiServer],
        },
        opts,
    );
}
