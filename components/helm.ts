import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Chart } from "../config/versions";
import { recoverInterrupted } from "./helm-recovery";
import type { Site } from "./site";

/** A chart to install, with what makes it ours. */
export interface ChartReleaseOptions {
    chart: Chart;
    /** Name of an existing namespace. */
    namespace: string;
    values?: pulumi.Input<Record<string, unknown>>;
    /** How long to wait for all of it to be ready, in seconds. Defaults to 300. */
    timeout?: number;
    /** Program, relative to the project, that Helm pipes the manifests through. Defaults to none. */
    postrender?: string;
    site: Site;
}

/** Installs a chart under its own name, so that the names of its objects do not change from one stack to the next. */
export function chartRelease(
    { chart, namespace, values, timeout = 300, postrender, site }: ChartReleaseOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
    return new k8s.helm.v3.Release(
        chart.name,
        {
            name: chart.name,
            chart: chart.name,
            version: chart.version,
            repositoryOpts: { repo: site.chartMirror ?? chart.repository },
            namespace,
            values,
            timeout,
            postrender,
            // A release that fails is rolled back, so that the next `up` starts from what last worked.
            atomic: true,
            maxHistory: 5,
        },
        {
            ...opts,
            hooks: { onError: [recoverInterrupted({ name: chart.name, namespace, kubeContext: site.kubeContext })] },
        },
    );
}
