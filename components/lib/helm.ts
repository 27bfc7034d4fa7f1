import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { recoverInterrupted } from "./helm-recovery";
import type { Site } from "./site";

/** A Helm chart at an exact version. */
export interface Chart {
    readonly name: string;
    /** URL of the Helm repository (https://…), or of the OCI registry and path (oci://…) that holds the chart. */
    readonly repository: string;
    readonly version: string;
}

/** A chart to install. */
export interface ChartReleaseOptions {
    readonly chart: Chart;
    /** Name of the release and of its resource; a chart that is installed twice needs two. Defaults to the chart's. */
    readonly name?: string;
    /** Name of an existing namespace. */
    readonly namespace: string;
    readonly values?: pulumi.Input<Record<string, unknown>>;
    /** How long to wait until all of it is ready, in seconds. Defaults to 300. */
    readonly timeout?: number;
    /** Program, relative to the project, that Helm pipes the manifests through. Defaults to none. */
    readonly postrender?: string;
    readonly site: Site;
}

/** Installs a chart. A release that fails is rolled back, so that the next `up` starts from what last worked. */
export function chartRelease(options: ChartReleaseOptions, opts: pulumi.CustomResourceOptions): k8s.helm.v3.Release {
    const { chart, name = chart.name, namespace, values, timeout = 300, postrender, site } = options;
    const interrupted = recoverInterrupted({ name, namespace, kubeContext: site.kubeContext, timeout });
    return new k8s.helm.v3.Release(
        name,
        {
            // Without a name, the engine adds a random suffix, and the names of the release's Services change with it.
            name,
            ...chartSource(chart, site),
            version: chart.version,
            namespace,
            values,
            timeout,
            postrender,
            atomic: true,
            maxHistory: 5,
        },
        { ...opts, hooks: { ...opts.hooks, onError: [interrupted, ...(opts.hooks?.onError ?? [])] } },
    );
}

/** Where the chart comes from: Helm takes an OCI chart by its whole URL, any other by name and repository. */
export function chartSource(
    { name, repository }: Chart,
    { chartMirror = repository }: Pick<Site, "chartMirror">,
): Pick<k8s.helm.v3.ReleaseArgs, "chart" | "repositoryOpts"> {
    return chartMirror.startsWith("oci://")
        ? { chart: `${chartMirror.replace(/\/$/, "")}/${name}` }
        : { chart: name, repositoryOpts: { repo: chartMirror } };
}
