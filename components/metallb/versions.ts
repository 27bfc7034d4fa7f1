import type { Chart } from "../lib/helm";

export const charts = {
    metallb: {
        name: "metallb",
        repository: "https://metallb.github.io/metallb",
        // renovate: datasource=helm depName=metallb registryUrl=https://metallb.github.io/metallb
        version: "0.14.9",
    },
} as const satisfies Record<string, Chart>;
