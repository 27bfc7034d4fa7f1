import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { imageReference } from "../lib/images";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { controlSocket, dnsPort, healthName, healthPeriods } from "./unbound-config";
import { images } from "./versions";

export const app = "unbound";
export const exporterPort = 9167;

/** The resolver's pods. */
export interface UnboundOptions {
    readonly namespace: pulumi.Input<string>;
    readonly replicas: number;
    /** CPU and memory limits of a pod, Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    /** Name of the ConfigMap with unbound.conf and forward-zones.conf. */
    readonly config: pulumi.Input<string>;
    /** Name of the Secret with cachedb.conf. */
    readonly secret: pulumi.Input<string>;
    /** Address of Redis. */
    readonly redis: pulumi.Input<string>;
    readonly site: Site;
}

/** The resolver's Deployment and what keeps it up while pods come and go. */
export function unbound(options: UnboundOptions, opts: pulumi.CustomResourceOptions): k8s.apps.v1.Deployment {
    const { namespace, replicas, cpu, memory, site } = options;

    if (replicas > 1) {
        new k8s.policy.v1.PodDisruptionBudget(
            app,
            {
                metadata: { name: app, namespace, labels: labels(app) },
                spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
            },
            opts,
        );
    }

    // drill-hc exits with 0 if there was an answer; there is no shell in the image.
    const answers = { exec: { command: ["/usr/bin/drill-hc", "-p", String(dnsPort), "@127.0.0.1", healthName] } };

    return new k8s.apps.v1.Deployment(
        app,
        {
            metadata: {
                name: app,
                namespace,
                labels: labels(app),
                // Who scales by hand becomes the owner of the number of replicas; the next `up` takes it back.
                annotations: { "pulumi.com/patchForce": "true" },
            },
            spec: {
                replicas,
                strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
                selector: { matchLabels: { app } },
                template: {
                    metadata: { labels: labels(app) },
                    spec: {
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        // The image's unbound:unbound; the socket belongs to that group.
                        securityContext: runAs(101, 102),
                        terminationGracePeriodSeconds: 30,
                        // Also for a single pod: one more then changes nothing about the first, which stays up.
                        topologySpreadConstraints: [
                            {
                                topologyKey: "kubernetes.io/hostname",
                                maxSkew: 1,
                                whenUnsatisfiable: "DoNotSchedule",
                                nodeTaintsPolicy: "Honor",
                                labelSelector: { matchLabels: { app } },
                                matchLabelKeys: ["pod-template-hash"],
                            },
                        ],
                        initContainers: [
                            {
                                // Unbound learns only at its start whether Redis can expire records, so it gives Redis
                                // ten seconds to be there, and starts without it then.
                                name: "wait-for-redis",
                                image: imageReference(images.redis, site),
                                command: [
                                    "sh",
                                    "-c",
                                    'for i in $(seq 20); do timeout 1 redis-cli -h "$REDIS" ping && exit 0; sleep 0.5; done; echo "no Redis, starting without it"',
                                ],
                                env: [{ name: "REDIS", value: options.redis }],
                                resources: {
                                    requests: { cpu: "10m", memory: "16Mi" },
                                    limits: { memory: "32Mi" },
                                },
                                securityContext: unprivileged,
                            },
                        ],
                        containers: [
                            {
                                name: app,
                                image: imageReference(images.unbound, site),
                                args: ["-d", "-c", "/config/unbound.conf"],
                                ports: [
                                    { name: "dns", containerPort: dnsPort, protocol: "UDP" },
                                    { name: "dns-tcp", containerPort: dnsPort, protocol: "TCP" },
                                ],
                                startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 2 },
                                readinessProbe: {
                                    ...answers,
                                    periodSeconds: healthPeriods.readiness,
                                    timeoutSeconds: 3,
                                },
                                livenessProbe: {
                                    ...answers,
                                    periodSeconds: healthPeriods.liveness,
                                    failureThreshold: 6,
                                    timeoutSeconds: 5,
                                },
                                // Answers on while the Service and the load balancer turn to another pod.
                                lifecycle: { preStop: { sleep: { seconds: 10 } } },
                                resources: {
                                    requests: { cpu: "100m", memory },
                                    limits: { cpu, memory },
                                },
                                securityContext: unprivileged,
                                volumeMounts: [
                                    { name: "config", mountPath: "/config", readOnly: true },
                                    { name: "control", mountPath: "/run/unbound" },
                                ],
                            },
                            {
                                name: "unbound-exporter",
                                image: imageReference(images.unboundExporter, site),
                                args: [`-unbound.host=unix://${controlSocket}`, `-web.listen-address=:${exporterPort}`],
                                ports: [{ name: "metrics", containerPort: exporterPort }],
                                resources: {
                                    requests: { cpu: "10m", memory: "16Mi" },
                                    limits: { memory: "64Mi" },
                                },
                                securityContext: unprivileged,
                                volumeMounts: [{ name: "control", mountPath: "/run/unbound", readOnly: true }],
                            },
                        ],
                        volumes: [
                            {
                                name: "config",
                                projected: {
                                    sources: [
                                        { configMap: { name: options.config } },
                                        { secret: { name: options.secret } },
                                    ],
                                },
                            },
                            { name: "control", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
                        ],
                    },
                },
            },
        },
        opts,
    );
}
