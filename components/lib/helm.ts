import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { recoverInterrupted } from "./helm-recovery";
import type { Site } from "./site";

/** A Helm chart at an exact version. */
export interface Chart {
    readonly name: string;
    /** URL of the Helm repository (https://…), or of the OCI registry and path (oci://…) that holds the chart. */
    readonly repository: string;
    readonly version: string;
}

/** A chart of this project. */
export interface LocalChart {
    readonly name: string;
    /**
     * The chart's folder relative to the project, such as `./components/dhcp/chart`. An absolute path would differ from
     * machine to machine (https://github.com/pulumi/pulumi-kubernetes/issues/2573).
     */
    readonly folder: string;
}

/** A chart to install. */
export interface ChartReleaseOptions {
    readonly chart: Chart | LocalChart;
    /** Name of the release and of its resource; a chart that is installed twice needs two. Defaults to the chart's. */
    readonly name?: string;
    /** Name of an existing namespace. */
    readonly namespace: string;
    readonly values?: pulumi.Input<Record<string, unknown>>;
    /** How long to wait until all of it is ready, in seconds. Defaults to 300. */
    readonly timeout?: number;
    readonly site: Site;
}

/** Installs a chart. A release that fails is rolled back, so that the next `up` starts from what last worked. */
export function chartRelease(options: ChartReleaseOptions, opts: pulumi.CustomResourceOptions): k8s.helm.v3.Release {
    const { chart, name = chart.name, namespace, values, timeout = 300, site } = options;
    const interrupted = recoverInterrupted({ name, namespace, kubeContext: site.kubeContext, timeout });
    return new k8s.helm.v3.Release(
        name,
        {
            // Without a name, the engine adds a random suffix, and the names of the release's Services change with it.
            name,
            ...chartSource(chart, site),
            namespace,
            values:
                "folder" in chart
                    ? // The engine does not look into a local chart: https://github.com/pulumi/pulumi-kubernetes/issues/2672
                      pulumi.output(values ?? {}).apply((own) => ({ ...own, chartHash: chartHash(chart) }))
                    : values,
            timeout,
            atomic: true,
            maxHistory: 5,
        },
        { ...opts, hooks: { ...opts.hooks, onError: [interrupted, ...(opts.hooks?.onError ?? [])] } },
    );
}

/** Where the chart comes from: Helm takes an OCI chart by its whole URL, any other by name and repository. */
export function chartSource(
    chart: Chart | LocalChart,
    site: Pick<Site, "chartMirror">,
): Pick<k8s.helm.v3.ReleaseArgs, "chart" | "repositoryOpts" | "version"> {
    if ("folder" in chart) {
        return { chart: chart.folder };
    }
    const { name, version } = chart;
    const repository = site.chartMirror ?? chart.repository;
    return repository.startsWith("oci://")
        ? { chart: `${repository.replace(/\/$/, "")}/${name}`, version }
        : { chart: name, version, repositoryOpts: { repo: repository } };
}

/** A hash of the names and contents of a local chart's files. */
export function chartHash({ folder }: LocalChart, project = join(__dirname, "..", "..")): string {
    const hash = createHash("sha256");
    const root = join(project, folder);
    for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
        if (statSync(join(root, file)).isFile()) {
            hash.update(`${file}\0`)
                .update(readFileSync(join(root, file)))
                .update("\0");
        }
    }
    return hash.digest("hex");
}
