import type { Chart } from "../lib/helm";

export const charts = {
    gatewayFabric: {
        name: "nginx-gateway-fabric",
        repository: "oci://ghcr.io/nginx/charts",
        // renovate: datasource=docker depName=ghcr.io/nginx/charts/nginx-gateway-fabric
        version: "2.6.7",
    },
} as const satisfies Record<string, Chart>;

/**
 * The tested versions of NGINX Gateway Fabric, each with the version of the Gateway API that it is made for: see
 * config/crd/gateway-api/standard/kustomization.yaml in its repository. From 2.7.0 on, MetalLB ignores its Service
 * (https://github.com/nginx/nginx-gateway-fabric/issues/5855).
 */
export const gatewayApiVersions = { "2.6.7": "v1.5.1", "2.3.0": "v1.4.1" } as const;

/** The images, whose tag is the chart's version. */
export const repositories = {
    controlPlane: "ghcr.io/nginx/nginx-gateway-fabric",
    dataPlane: "ghcr.io/nginx/nginx-gateway-fabric/nginx",
} as const;

/** The manifests of the CRDs: Helm installs a chart's own once and never upgrades them. */
export const crdManifests = (fabric: keyof typeof gatewayApiVersions) => ({
    gatewayApi: `https://github.com/kubernetes-sigs/gateway-api/releases/download/${gatewayApiVersions[fabric]}/standard-install.yaml`,
    gatewayFabric: `https://raw.githubusercontent.com/nginx/nginx-gateway-fabric/v${fabric}/deploy/crds.yaml`,
});
