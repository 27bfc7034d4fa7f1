export const images = {
    // Newest known: 1.26.2. The newest image seen is of 1.26.0. 1.26.1 fixes CVE-2026-81642, a critical fault of the validator.
    unbound: "docker.io/klutchell/unbound:1.26.0",
    unboundExporter: "ghcr.io/cyb3r-jak3/unbound-exporter:0.6.0",
    redis: "docker.io/library/redis:7.4.11-alpine",
    redisExporter: "docker.io/oliver006/redis_exporter:v1.93.0",
    // For `path: node`. It has nft, ip, a shell and nslookup, and gets their fixes; nothing of flannel runs. The image of
    // kube-router 2.9 has no nft.
    nodeAgent: "ghcr.io/flannel-io/flannel:v0.28.9",
} as const;
