export const images = {
    // Newest known: 3.2.0. This image has no version after 2.5; from 3.0 on, Kea wants its control socket in a folder of
    // mode 0750 and hook libraries by name, and other images run other commands.
    kea: "ghcr.io/mglants/kea-dhcp:2.5.8",
    // Newest known: v0.7.1. It was tested with Kea 3.2.
    keaExporter: "ghcr.io/mweinelt/kea-exporter:v0.7.0",
} as const;
