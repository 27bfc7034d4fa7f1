import type { Chart } from "../lib/helm";

/** The controller's chart. The chart of the scale sets has the same version: see `scaleSetChart`. */
export const charts = {
    controller: {
        name: "gha-runner-scale-set-controller",
        repository: "oci://ghcr.io/actions/actions-runner-controller-charts",
        // renovate: datasource=docker depName=ghcr.io/actions/actions-runner-controller-charts/gha-runner-scale-set-controller
        version: "0.14.2",
    },
} as const satisfies Record<string, Chart>;

/** The tested versions. */
export const chartVersions = [charts.controller.version, "0.13.1"] as const;

/** The chart of a scale set. The controller deletes scale sets of another version than its own. */
export const scaleSetChart = (version: string): Chart => ({
    name: "gha-runner-scale-set",
    repository: charts.controller.repository,
    version,
});

/** The controller's image, whose tag is the chart's version. */
export const controllerRepository = "ghcr.io/actions/gha-runner-scale-set-controller";

export const images = {
    // renovate: datasource=docker
    runner: "ghcr.io/actions/actions-runner:2.335.1",
    // The Docker daemon of a runner. The chart's own has no fixed version.
    // renovate: datasource=docker
    docker: "docker.io/library/docker:28.5.2-dind",
} as const;
