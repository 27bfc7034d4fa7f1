import { z } from "zod";

import { checked } from "../../config/checked";
import { cronProblem } from "../../config/cron";
import { count, line, positive, subdomain, url } from "../../config/fields";
import { bytes } from "../../config/quantities";

const s3 = z.strictObject({
    endpoint: url("https://s3.example.org").describe("URL of the S3 service, without the bucket."),
    bucket: subdomain("the name of a bucket", "homelab-backups").describe("An existing bucket."),
    region: line("the region", "us-east-1")
        .default("us-east-1")
        .describe("Region of the bucket. Most services that are not Amazon's ignore it."),
    accessKey: line("the access key's id", "AKIAEXAMPLE").describe(
        "Id of an access key that may list, read, write and delete the bucket's objects.",
    ),
    secretKey: line("the access key's secret", "a long secret")
        .meta({ secret: true })
        .describe("Secret of the access key."),
});

export const backupsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Back up etcd, the keys of sealed-secrets, Kea's leases and Harbor's database, each if the stack or the cluster has it.",
        ),
    schedule: checked(cronProblem, "0 3 * * *")
        .default("0 3 * * *")
        .describe("When backups are made, in cron's notation and UTC."),
    keepDays: count(1, 36_500).default(14).describe("How long a backup is kept, in days."),
    password: z
        .string()
        .min(20, { error: "is too short; use at least 20 characters, or leave it out for a generated one" })
        .regex(/^\P{Cc}+$/u, { error: "has a control character; use one line of printable characters" })
        .optional()
        .describe(
            "Password that the backups are encrypted with. If not set, it is generated: see the output backupPassword. Keep a copy outside the cluster and its state.",
        )
        .meta({ secret: true, examples: ["a long secret of twenty characters"] }),
    etcd: z
        .boolean()
        .default(true)
        .describe(
            "Back up etcd, where kubeadm runs it on the control-plane nodes. Managed clusters, k3s and OrbStack have none that can be reached.",
        ),
    etcdEndpoint: url("https://127.0.0.1:2379")
        .default("https://127.0.0.1:2379")
        .describe("URL of etcd, as seen from a control-plane node."),
    volume: z
        .boolean()
        .default(true)
        .describe(
            "Keep the backups on a volume. One on the cluster's own disks does not survive the loss of the disk.",
        ),
    volumeSize: bytes("1Gi", "1Pi", "10Gi").default("10Gi").describe("Size of each volume."),
    s3: s3.optional().describe("Keep the backups in a bucket, too. Only on the volume if not set."),
    thresholds: z
        .strictObject({
            ageHours: positive
                .default(26)
                .describe("Age of the newest backup, in hours. More than the time between two backups."),
        })
        .prefault({})
        .describe("Alert thresholds."),
});

export type BackupsSettings = z.output<typeof backupsSettings>;
