import type { Chart } from "../lib/helm";

/** The images are the charts' own, of the same version. */
export const charts = {
    certManager: {
        name: "cert-manager",
        repository: "https://charts.jetstack.io",
        // renovate: datasource=helm depName=cert-manager registryUrl=https://charts.jetstack.io
        version: "v1.21.2",
    },
} as const satisfies Record<string, Chart>;
