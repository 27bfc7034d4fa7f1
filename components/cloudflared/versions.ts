export const images = {
    // renovate: datasource=docker
    cloudflared: "docker.io/cloudflare/cloudflared:2026.8.2",
} as const;
