import type { Chart } from "../lib/helm";

export const charts = {
    metallb: {
        name: "metallb",
        repository: "https://metallb.github.io/metallb",
        // Newest known: 0.16.2. 0.16 serves metrics by HTTPS only and makes FRR-K8s the default, which the values, the
        // scrape configuration and the network policies have to follow.
        // renovate: datasource=helm depName=metallb registryUrl=https://metallb.github.io/metallb
        version: "0.14.9",
    },
} as const satisfies Record<string, Chart>;

/** The images of that version. The chart names them by tag alone; given as values they can be pinned by digest. */
export const images = {
    controller: "quay.io/metallb/controller:v0.14.9",
    speaker: "quay.io/metallb/speaker:v0.14.9",
} as const;
