import { isIPv4 } from "node:net";
import { z } from "zod";

import { address, choice, count, label, networks, subdomain } from "../../config/fields";
import { charts, gatewayApiVersions } from "./versions";

const hostExample = "argocd.home.arpa";

const host = z
    .string()
    .refine((text) => subdomain("", "").safeParse(text.replace(/^\*\./, "")).success, {
        error: `is not a host name; use lower-case letters, digits, inner hyphens and dots, like ${hostExample} or *.apps.home.arpa`,
    })
    .refine((text) => !isIPv4(text), { error: `is an address and not a name; write a host name, like ${hostExample}` })
    .meta({ examples: [hostExample] });

const hosts = z.array(
    z.strictObject({
        host: host.describe("Host name; `*` as its first label stands for any one label."),
        namespaces: z
            .array(label)
            .min(1, { error: "is empty; name the namespaces whose routes may use the host" })
            .describe("Namespaces whose HTTPRoutes and GRPCRoutes may use the host."),
    }),
);

const manifest = z
    .string()
    .min(1, { error: "is empty; write a URL or the path of a file" })
    .meta({ examples: ["https://mirror.example.org/crds.yaml"] })
    .optional();

const crds = z.strictObject({
    gatewayApi: manifest.describe(
        "URL or file of the Gateway API's CRDs (standard-install.yaml). If not set, the project's release on GitHub.",
    ),
    gatewayFabric: manifest.describe(
        "URL or file of the CRDs of NGINX Gateway Fabric (deploy/crds.yaml). If not set, the project's release on GitHub.",
    ),
});

const versions = Object.keys(gatewayApiVersions) as [keyof typeof gatewayApiVersions];

export const gatewaySettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install NGINX Gateway Fabric, and serve the components' and other services' web pages over HTTPS."),
    version: choice("a tested version", versions)
        .default(charts.gatewayFabric.version)
        .describe("Version of NGINX Gateway Fabric. The version of the Gateway API follows from it."),
    address: address
        .optional()
        .describe("The gateway's address on the network, from one of the address pools. If not set, any free one."),
    replicas: count(1, 100)
        .default(2)
        .describe("Pods of nginx, on different nodes where possible, and of their controller."),
    hosts: hosts
        .default([])
        .describe(
            "Host names that services outside this project are to be reached by. The components' own, such as noc:monitoring.grafanaHost, are added.",
        ),
    trafficPolicy: choice("a traffic policy", ["Local", "Cluster"])
        .default("Local")
        .describe(
            "Local: nginx sees the clients' addresses. Cluster: it sees a node's, and every node takes packets for it.",
        ),
    sourceRanges: networks.default([]).describe("Networks that may connect to the gateway's address. All if empty."),
    maxBody: z
        .string()
        .regex(/^\d{1,4}[kmg]?$/, { error: "is not a size of nginx; write it like 10m, or 0 for any size" })
        .default("10m")
        .describe("Size of the largest request body, in bytes or with the unit k, m or g; 0 for any.")
        .meta({ examples: ["10m"] }),
    crds: crds
        .prefault({})
        .describe("Where the CRDs come from that the gateway needs. Destroy leaves them in the cluster."),
});

export type GatewaySettings = z.output<typeof gatewaySettings>;
