import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { imageReference } from "../lib/images";
import { labels, leaveLostNode, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { app, authority, metricsPort, namespaceName, token } from "./names";
import { images } from "./versions";

/** The user of the image. */
const user = 65532;

export interface DeploymentOptions {
    readonly replicas: number;
    readonly serviceAccountName: pulumi.Input<string>;
    /** Changes with the token, which cloudflared reads when it starts. */
    readonly tokenVersion: pulumi.Input<string>;
    /** Whether there is a ConfigMap with the certificate of the stack's own authority. */
    readonly authority: boolean;
    readonly site: Pick<Site, "imageMirror">;
}

/** The pods of cloudflared. */
export function deployment(options: DeploymentOptions): k8s.apps.v1.DeploymentArgs {
    const { replicas, serviceAccountName, tokenVersion, site } = options;
    const mounted = [
        { volume: { name: "token", secret: { secretName: token.secret } }, mountPath: token.folder },
        ...(options.authority
            ? [{ volume: { name: "ca", configMap: { name: authority.configMap } }, mountPath: authority.folder }]
            : []),
    ];
    return {
        metadata: { name: app, namespace: namespaceName, labels: labels(app) },
        spec: {
            replicas,
            strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
            selector: { matchLabels: { app } },
            template: {
                metadata: { labels: labels(app), annotations: { "k8s-noc/token": tokenVersion } },
                spec: {
                    serviceAccountName,
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    tolerations: leaveLostNode,
                    securityContext: runAs(user, user),
                    // Requests that are being answered have 30 seconds to end.
                    terminationGracePeriodSeconds: 40,
                    topologySpreadConstraints: [
                        {
                            topologyKey: "kubernetes.io/hostname",
                            maxSkew: 1,
                            whenUnsatisfiable: "ScheduleAnyway",
                            labelSelector: { matchLabels: { app } },
                            matchLabelKeys: ["pod-template-hash"],
                        },
                    ],
                    containers: [
                        {
                            name: app,
                            image: imageReference(images.cloudflared, site),
                            imagePullPolicy: "IfNotPresent",
                            args: [
                                "tunnel",
                                "--no-autoupdate",
                                // They also ask Cloudflare's API, which the network policy keeps out of reach.
                                "--no-prechecks",
                                `--metrics=0.0.0.0:${metricsPort}`,
                                "run",
                                `--token-file=${token.folder}/${token.key}`,
                            ],
                            ports: [{ name: "metrics", containerPort: metricsPort }],
                            readinessProbe: { httpGet: { path: "/ready", port: metricsPort }, periodSeconds: 10 },
                            // Not /ready: without the internet, a restart mends nothing.
                            livenessProbe: {
                                httpGet: { path: "/healthcheck", port: metricsPort },
                                periodSeconds: 10,
                                failureThreshold: 6,
                            },
                            resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                            securityContext: unprivileged,
                            volumeMounts: mounted.map(({ volume: { name }, mountPath }) => ({
                                name,
                                mountPath,
                                readOnly: true,
                            })),
                        },
                    ],
                    volumes: mounted.map(({ volume }) => volume),
                },
            },
        },
    };
}
