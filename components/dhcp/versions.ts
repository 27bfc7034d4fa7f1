export const images = {
    // Newest known: 3.0.4 and 3.2.0. 3.0 is maintained until 2028 (LTS). docs/decisions.md says why it is this image. Its
    // programs are of mode 0750, and it has Perl but neither socat nor Python: see chart/templates.
    kea: "docker.io/jonasal/kea-dhcp4:3.0.3",
    // The tables that it makes have to be of the version of Kea above.
    keaAdmin: "docker.io/jonasal/kea-admin:3.0.3",
    // Newest known: v0.7.1. It was tested with Kea 3.2.
    keaExporter: "ghcr.io/mweinelt/kea-exporter:v0.7.0",
    // For two servers.
    socat: "docker.io/alpine/socat:1.8.1.3",
} as const;
