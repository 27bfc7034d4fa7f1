export const images = {
    // renovate: datasource=docker
    kea: "ghcr.io/mglants/kea-dhcp:2.5.8",
    // renovate: datasource=docker
    keaExporter: "ghcr.io/mweinelt/kea-exporter:v0.7.0",
} as const;
