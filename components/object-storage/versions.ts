import type { Chart } from "../lib/helm";

export const charts = {
    rustfs: {
        name: "rustfs",
        repository: "https://charts.rustfs.com",
        // renovate: datasource=helm depName=rustfs registryUrl=https://charts.rustfs.com
        version: "1.0.0-rc.3",
    },
} as const satisfies Record<string, Chart>;

export const images = {
    // renovate: datasource=docker
    rustfs: "docker.io/rustfs/rustfs:1.0.0-rc.3",
    // Makes the folders of RustFS. The chart's own has no fixed version.
    // renovate: datasource=docker
    folders: "docker.io/library/busybox:1.37.0",
    // Makes the buckets.
    // renovate: datasource=docker
    client: "docker.io/amazon/aws-cli:2.31.0",
} as const;
