/** Unbound's configuration in the cluster, and the check that it passes before any pod is given it. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { imageReference } from "../lib/images";
import { networkPolicy } from "../lib/network-policy";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { certificateMount, certificateVolume } from "./encryption";
import { configFolder } from "./unbound-config";
import { images } from "./versions";

/** The image's user and group `unbound`. */
export const unboundUser = runAs(101, 102);

/** The objects that hold Unbound's files, by their names. */
export interface UnboundFiles {
    /** The ConfigMap with the files that hold no secret. */
    readonly config: pulumi.Input<string>;
    /** The Secret with cachedb.conf. */
    readonly secret: pulumi.Input<string>;
    /** The Secret with the TLS certificate and its key. Undefined without encryption. */
    readonly certificate?: string;
}

/** The volumes with the files. */
export const fileVolumes = ({ config, secret, certificate }: UnboundFiles): k8s.types.input.core.v1.Volume[] => [
    { name: configMount.name, projected: { sources: [{ configMap: { name: config } }, { secret: { name: secret } }] } },
    ...(certificate === undefined ? [] : [certificateVolume(certificate)]),
];

/** Where a container has them. */
export const fileMounts = ({ certificate }: UnboundFiles): k8s.types.input.core.v1.VolumeMount[] => [
    configMount,
    ...(certificate === undefined ? [] : [certificateMount]),
];

const configMount = { name: "config", mountPath: configFolder, readOnly: true };

const check = "unbound-check";

export interface ConfigCheckOptions {
    readonly namespace: pulumi.Input<string>;
    readonly files: UnboundFiles;
    readonly site: Site;
}

/**
 * Reads the files with `unbound-checkconf` of the very image that is to serve. What depends on it is not touched if
 * Unbound refuses the files: the old pods serve on, and `up` shows Unbound's message. An init container of the resolver
 * would also keep the old pods, but Pulumi does not report why an init container fails.
 */
export function configCheck(
    { namespace, files, site }: ConfigCheckOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.Job {
    // The pod waits for the certificate, which cert-manager issues once it runs itself.
    const timeoutSeconds = files.certificate === undefined ? "300" : "600";
    networkPolicy({ name: check, namespace, podSelector: { app: check }, ingress: [], egress: [] }, opts);
    return new k8s.batch.v1.Job(
        check,
        {
            metadata: {
                namespace,
                labels: labels(check),
                annotations: { "pulumi.com/timeoutSeconds": timeoutSeconds },
            },
            spec: {
                backoffLimit: 0,
                // A node that goes away is not Unbound's verdict.
                podFailurePolicy: {
                    rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
                },
                template: {
                    metadata: { labels: labels(check) },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: unboundUser,
                        containers: [
                            {
                                name: check,
                                image: imageReference(images.unbound, site),
                                command: ["/usr/sbin/unbound-checkconf", `${configFolder}/unbound.conf`],
                                // Pulumi shows the termination message.
                                terminationMessagePolicy: "FallbackToLogsOnError",
                                resources: {
                                    requests: { cpu: "10m", memory: "32Mi" },
                                    limits: { cpu: "500m", memory: "128Mi" },
                                },
                                securityContext: unprivileged,
                                volumeMounts: fileMounts(files),
                            },
                        ],
                        volumes: fileVolumes(files),
                    },
                },
            },
        },
        opts,
    );
}
