export const images = {
    // renovate: datasource=docker
    unbound: "docker.io/klutchell/unbound:1.26.0",
    // renovate: datasource=docker
    unboundExporter: "ghcr.io/cyb3r-jak3/unbound-exporter:0.6.0",
    // renovate: datasource=docker
    redis: "docker.io/library/redis:7.4.11-alpine",
    // renovate: datasource=docker
    redisExporter: "docker.io/oliver006/redis_exporter:v1.93.0",
} as const;
