import type * as k8s from "@pulumi/kubernetes";

import { imageReference } from "../lib/images";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { credentials, namespaceName, pods, s3Url } from "./names";
import { images } from "./versions";

/** Makes the buckets that do not exist yet. */
const script =
    'for bucket; do aws s3api head-bucket --bucket "$bucket" || aws s3api create-bucket --bucket "$bucket"; done';

/** The Job that makes the buckets. It has no name of its own: a changed Job is a new one. */
export function bucketsJob(buckets: readonly string[], site: Site): k8s.batch.v1.JobArgs {
    const fromSecret = (name: string, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: credentials.name, key } },
    });
    return {
        metadata: { namespace: namespaceName, labels: labels(pods.buckets.app) },
        spec: {
            backoffLimit: 6,
            template: {
                metadata: { labels: pods.buckets },
                spec: {
                    restartPolicy: "OnFailure",
                    automountServiceAccountToken: false,
                    securityContext: runAs(1000, 1000),
                    containers: [
                        {
                            name: "buckets",
                            image: imageReference(images.client, site),
                            imagePullPolicy: "IfNotPresent",
                            command: ["sh", "-ec", script, "sh", ...buckets],
                            env: [
                                { name: "AWS_ENDPOINT_URL", value: s3Url },
                                { name: "AWS_DEFAULT_REGION", value: "us-east-1" },
                                { name: "HOME", value: "/tmp" },
                                fromSecret("AWS_ACCESS_KEY_ID", credentials.accessKey),
                                fromSecret("AWS_SECRET_ACCESS_KEY", credentials.secretKey),
                            ],
                            securityContext: unprivileged,
                            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                        },
                    ],
                    volumes: [{ name: "tmp", emptyDir: {} }],
                },
            },
        },
    };
}
