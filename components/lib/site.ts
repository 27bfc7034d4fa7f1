/** The settings that all components share: the cluster, its addresses and where charts and images come from. */
import { z } from "zod";

import { label, line, mirror, qualifiedName, range, subdomain, url } from "../../config/fields";

export const siteSettings = z.strictObject({
    kubeContext: line("a context of your kubeconfig", "homelab").describe(
        "Context of the kubeconfig to deploy to. `kubectl config get-contexts` lists them.",
    ),
    namespace: label.default("noc").describe("Namespace of the DNS and DHCP services."),
    nodeAddresses: z
        .array(range)
        .default([])
        .describe("Addresses of the cluster's nodes. No address pool or lease pool may contain them."),
    foreignRanges: z
        .array(range)
        .default([])
        .describe(
            "Addresses that other devices or DHCP servers on the network use. No address pool or lease pool may contain them.",
        ),
    loadBalancerClass: qualifiedName("a load-balancer class", "metallb.io/metallb")
        .optional()
        .describe(
            "Class of the LoadBalancer Services. Needed if the cluster has another load balancer besides MetalLB. A change replaces the Services.",
        ),
    storageClass: subdomain("the name of a StorageClass", "local-path")
        .optional()
        .describe("StorageClass of the volumes. If not set, the cluster's default class."),
    chartMirror: url("https://charts.example.org or oci://registry.example.org/charts", ["https", "http", "oci"])
        .meta({ examples: ["https://charts.example.org", "oci://registry.example.org/charts"] })
        .optional()
        .describe(
            "URL of a Helm repository (https://…) or OCI registry (oci://…) that contains all charts. If not set, each chart comes from its own repository.",
        ),
    imageMirror: mirror
        .optional()
        .describe(
            "Registry (host[:port][/path]) that contains all images under their own paths. `{registry}` in the path stands for the image's own registry, such as docker.io. If not set, each image comes from its own registry.",
        ),
});

export type Site = z.output<typeof siteSettings> & {
    /** Whether MetalLB assigns the Services' addresses. If not, the cluster's own load balancer does. */
    readonly metallb: boolean;
};
