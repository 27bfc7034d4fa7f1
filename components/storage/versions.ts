import type { Chart } from "../lib/helm";

/** The provisioner's image is the chart's own, of the same version. */
export const charts = {
    localPath: {
        name: "local-path-provisioner",
        repository: "oci://ghcr.io/rancher/local-path-provisioner/charts",
        // renovate: datasource=docker depName=ghcr.io/rancher/local-path-provisioner/charts/local-path-provisioner
        version: "0.0.37",
    },
} as const satisfies Record<string, Chart>;

export const images = {
    // Makes and removes the volumes' directories. The chart's own has no fixed version.
    helper: "docker.io/library/busybox:1.37.0",
} as const;
