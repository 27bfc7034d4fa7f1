import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ServiceMonitor } from "./monitoring-spec";
import { labels } from "./pods";

const component = { "app.kubernetes.io/component": "metrics" };

/** A Service for Prometheus to find and scrape the pods of a component. */
export interface MetricsServiceOptions {
    /** The `app` label of the component, which becomes the job of its samples. */
    app: string;
    namespace: pulumi.Input<string>;
    /** Labels of the pods. */
    selector: Record<string, string>;
    /** Port of the exporter. */
    port: number;
}

/** Makes the headless Service. It is not the one that clients use, so that the exporter has no outside address. */
export function metricsService(
    { app, namespace, selector, port }: MetricsServiceOptions,
    opts: pulumi.CustomResourceOptions,
): void {
    const name = `${app}-metrics`;
    new k8s.core.v1.Service(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: { ...labels(app), ...component },
                // Pulumi need not wait for it: only its name is used.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: { clusterIP: "None", selector, ports: [{ name: "metrics", port }] },
        },
        opts,
    );
}

/** The monitor that finds that Service: in the namespace of the component's spec, unless another one is given. */
export function metricsMonitor(app: string, namespace?: string): ServiceMonitor {
    return { name: app, selector: { app, ...component }, port: "metrics", namespace };
}
