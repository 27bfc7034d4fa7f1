import type { Chart } from "../lib/helm";

export const charts = {
    kea: {
        name: "kea-dhcp",
        repository: "http://charts.glants.xyz",
        // renovate: datasource=helm depName=kea-dhcp registryUrl=http://charts.glants.xyz
        version: "0.7.1",
    },
} as const satisfies Record<string, Chart>;

export const images = {
    // renovate: datasource=docker
    kea: "ghcr.io/mglants/kea-dhcp:2.5.8",
    // renovate: datasource=docker
    keaExporter: "ghcr.io/mweinelt/kea-exporter:v0.7.0",
} as const;
