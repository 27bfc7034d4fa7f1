/** The place that all components are deployed to. */
import { z } from "zod";

import { label, qualifiedName, range, registry, subdomain } from "../../config/fields";

/** The settings that belong to no single component. */
export const siteSettings = z.strictObject({
    kubeContext: z
        .string()
        .min(1, { error: "is empty; name a context of your kubeconfig" })
        .describe("Context of the kubeconfig to deploy to. `kubectl config get-contexts` lists them.")
        .meta({ examples: ["homelab"] }),
    namespace: label.default("noc").describe("Namespace of the DNS and DHCP services."),
    nodeAddresses: z
        .array(range)
        .default([])
        .describe("Addresses of the cluster's nodes. No pool may contain one of them."),
    foreignRanges: z
        .array(range)
        .default([])
        .describe("Addresses that something else on the network uses or hands out. No pool may contain one of them."),
    loadBalancerClass: qualifiedName("a load-balancer class", "metallb.io/metallb")
        .optional()
        .describe(
            "Class of the LoadBalancer Services. Needed where the cluster has a load balancer of its own beside MetalLB. A change replaces the Services.",
        ),
    storageClass: subdomain("the name of a StorageClass", "local-path")
        .optional()
        .describe("StorageClass of the volumes. The cluster's default class if not set."),
    chartMirror: z
        .url({
            protocol: /^(https?|oci)$/,
            error: "is not a URL; write it like https://charts.example.org or oci://registry.example.org/charts",
        })
        .meta({ examples: ["https://charts.example.org", "oci://registry.example.org/charts"] })
        .optional()
        .describe(
            "URL of one Helm repository (https://…) or OCI registry (oci://…) that has all charts. Each chart's own repository if not set.",
        ),
    imageMirror: registry
        .optional()
        .describe(
            "Registry (host[:port][/path]) that all images are pulled from, with their paths unchanged. Each image's own registry if not set.",
        ),
});

/** The site's settings, and which load balancer hands out its addresses. */
export type Site = z.output<typeof siteSettings> & {
    /** Whether MetalLB does. The cluster's own load balancer otherwise. */
    readonly metallb: boolean;
};
