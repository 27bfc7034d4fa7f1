import { z } from "zod";

import { count } from "../../config/fields";
import { bytes } from "../../config/quantities";

export const logsSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Collect the logs of all pods, keep them in Loki, and show them in Grafana (docs/logs.md)."),
    retentionDays: count(1, 3650)
        .default(7)
        .describe("How long logs are kept, in days. They are deleted some hours after that."),
    size: bytes("1Gi", "100Ti")
        .default("20Gi")
        .describe("Size of Loki's volume, a Kubernetes quantity. It cannot be changed."),
    memory: bytes("512Mi", "16Ti", "1Gi").default("1Gi").describe("Memory limit of Loki, a Kubernetes quantity."),
});

export type LogsSettings = z.output<typeof logsSettings>;
