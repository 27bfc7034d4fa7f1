import { z } from "zod";

import { subdomain } from "../../config/fields";
import { bytes } from "../../config/quantities";

const bucket = z
    .string()
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, {
        error: "is not the name of a bucket; use 3 to 63 lower-case letters, digits and inner hyphens",
    })
    .meta({ examples: ["backups"] });

const key = (least: number) =>
    z
        .string()
        .min(least, { error: `is too short; use at least ${least} characters` })
        .regex(/^[A-Za-z0-9+/=_-]+$/, {
            error: "has a character that keys may not have; use letters, digits and + / = _ -",
        });

export const objectStorageSettings = z.strictObject({
    enabled: z.boolean().default(false).describe("Install RustFS, an object store that speaks S3, as a single pod."),
    size: bytes("1Gi", "100Ti")
        .default("20Gi")
        .describe(
            "Size of its volume, a Kubernetes quantity. It can be enlarged later if the StorageClass can do that, and never reduced.",
        ),
    buckets: z.array(bucket).default([]).describe("Buckets to make. One that is removed here stays, with its objects."),
    accessKey: key(3)
        .default("noc")
        .describe("Name of the administrator, which S3 calls access key.")
        .meta({ examples: ["noc"] }),
    secretKey: key(16)
        .optional()
        .describe("Password of the administrator, which S3 calls secret key. If not set, it is generated.")
        .meta({ secret: true, examples: ["a-long-secret-key"] }),
    host: subdomain("a host name", "s3.home.arpa")
        .optional()
        .describe(
            "Host name of S3 at the gateway (noc:gateway). If not set, S3 is reached from inside the cluster only.",
        ),
    consoleHost: subdomain("a host name", "rustfs.home.arpa")
        .optional()
        .describe("Host name of the web console at the gateway. If not set, there is no console."),
});

export type ObjectStorageSettings = z.output<typeof objectStorageSettings>;
