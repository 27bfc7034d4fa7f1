import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { networkPolicy } from "./network-policy";
import { labels, unprivileged } from "./pods";

export interface ConfigCheckOptions {
    /** Name of the Job's resource and of its container, and value of the `app` label. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    /** Reference of the image that is to serve with the files. */
    readonly image: string;
    /** Ends with a status other than 0 if the files are refused, and writes why. */
    readonly command: readonly string[];
    readonly securityContext: k8s.types.input.core.v1.PodSecurityContext;
    readonly volumes: readonly k8s.types.input.core.v1.Volume[];
    readonly volumeMounts: readonly k8s.types.input.core.v1.VolumeMount[];
    /** Whether the pod waits for a certificate, which cert-manager issues once it runs itself. */
    readonly certificate: boolean;
}

/**
 * Reads configuration files with the program that they are for. What depends on the check is not touched if the files are
 * refused: the old pods serve on, and `up` shows the program's message. An init container would also keep the old pods, but
 * Pulumi does not report why an init container fails.
 */
export function configCheck(options: ConfigCheckOptions, opts: pulumi.CustomResourceOptions): k8s.batch.v1.Job {
    const { name, namespace, image, command, securityContext, volumes, volumeMounts, certificate } = options;
    networkPolicy({ name, namespace, podSelector: { app: name }, ingress: [], egress: [] }, opts);
    return new k8s.batch.v1.Job(
        name,
        {
            metadata: {
                namespace,
                labels: labels(name),
                annotations: { "pulumi.com/timeoutSeconds": certificate ? "600" : "300" },
            },
            spec: {
                backoffLimit: 0,
                // A node that goes away says nothing about the files.
                podFailurePolicy: {
                    rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
                },
                template: {
                    metadata: { labels: labels(name) },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext,
                        containers: [
                            {
                                name,
                                image,
                                command: [...command],
                                // Pulumi shows the termination message.
                                terminationMessagePolicy: "FallbackToLogsOnError",
                                resources: {
                                    requests: { cpu: "10m", memory: "32Mi" },
                                    limits: { cpu: "500m", memory: "128Mi" },
                                },
                                securityContext: unprivileged,
                                volumeMounts: [...volumeMounts],
                            },
                        ],
                        volumes: [...volumes],
                    },
                },
            },
        },
        opts,
    );
}
