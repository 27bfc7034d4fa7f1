import type { Chart } from "../lib/helm";

export const charts = {
    harbor: {
        name: "harbor",
        repository: "https://helm.goharbor.io",
        // renovate: datasource=helm depName=harbor registryUrl=https://helm.goharbor.io
        version: "1.18.4",
    },
} as const satisfies Record<string, Chart>;

/** The tested versions of the chart, all of Harbor 2.14. The images are the chart's own. */
export const chartVersions = [charts.harbor.version, "1.18.0"] as const;

/** The repositories of the chart's images. It takes their tags from its own version. */
export const repositories = {
    core: "docker.io/goharbor/harbor-core",
    database: "docker.io/goharbor/harbor-db",
    exporter: "docker.io/goharbor/harbor-exporter",
    jobservice: "docker.io/goharbor/harbor-jobservice",
    nginx: "docker.io/goharbor/nginx-photon",
    portal: "docker.io/goharbor/harbor-portal",
    redis: "docker.io/goharbor/redis-photon",
    registry: "docker.io/goharbor/registry-photon",
    registryController: "docker.io/goharbor/harbor-registryctl",
    trivy: "docker.io/goharbor/trivy-adapter-photon",
} as const;

export const images = {
    // Runs setup.mjs.
    // renovate: datasource=docker
    setup: "docker.io/library/node:24.11.1-alpine",
    // Its pg_dump is of the same major version as Harbor's own PostgreSQL.
    // renovate: datasource=docker
    databaseClient: "docker.io/library/postgres:15.15-alpine",
} as const;
