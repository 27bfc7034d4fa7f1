/**
 * Services for control-plane components that do not run as pods. Those of the chart cannot be changed from addresses to
 * pods and back: a headless Service without a selector gets the policy RequireDualStack, which the API server then
 * refuses together with a selector, and Helm does not adopt the Endpoints that Kubernetes makes for a selector.
 */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { release } from "./names";
import type { MonitoringSettings } from "./settings";

type Endpoints = MonitoringSettings["controlPlaneEndpoints"];

/** The components: their names in the chart's values and objects, and the ports of their metrics. */
export const controlPlane = {
    etcd: { value: "kubeEtcd", job: "kube-etcd", port: 2381 },
    scheduler: { value: "kubeScheduler", job: "kube-scheduler", port: 10259 },
    controllerManager: { value: "kubeControllerManager", job: "kube-controller-manager", port: 10257 },
    proxy: { value: "kubeProxy", job: "kube-proxy", port: 10249 },
} as const;

const parts = Object.keys(controlPlane) as (keyof typeof controlPlane)[];

/** The chart's values: its ServiceMonitors, and its Services for the components without addresses. */
export const controlPlaneValues = (enabled: boolean, endpoints: Endpoints): Record<string, unknown> =>
    Object.fromEntries(
        parts.map((part) => [
            controlPlane[part].value,
            { enabled, service: { enabled: endpoints[part].length === 0 } },
        ]),
    );

/** Makes a Service with the given addresses for each component that has any. The chart's ServiceMonitors find them. */
export function controlPlaneServices(endpoints: Endpoints, opts: pulumi.CustomResourceOptions): void {
    for (const part of parts) {
        const { job, port } = controlPlane[part];
        const name = `${release}-${job}-addresses`;
        const metadata = {
            name,
            namespace: "kube-system",
            labels: { app: `${release}-${job}`, release, jobLabel: job },
        };
        if (endpoints[part].length === 0) {
            continue;
        }
        const service = new k8s.core.v1.Service(
            name,
            {
                metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
                spec: {
                    clusterIP: "None",
                    ipFamilyPolicy: "SingleStack",
                    ipFamilies: ["IPv4"],
                    ports: [{ name: "http-metrics", port }],
                },
            },
            opts,
        );
        // The operator's ServiceMonitors read Endpoints, not EndpointSlices.
        new k8s.core.v1.Endpoints(
            name,
            {
                metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
                subsets: [
                    { addresses: endpoints[part].map((ip) => ({ ip })), ports: [{ name: "http-metrics", port }] },
                ],
            },
            { ...opts, dependsOn: service },
        );
    }
}
