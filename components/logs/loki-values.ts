import { imageParts } from "../lib/images";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import type { LogsSettings } from "./settings";
import { repositories } from "./versions";

/** Name of the release, of its Service and of its StatefulSet. */
export const release = "loki";

/** The values of Loki's chart: a single pod with a volume. */
export function lokiValues({ retentionDays, size, memory }: LogsSettings, site: Site): Record<string, unknown> {
    const { registry, path } = imageParts(repositories.loki, site);
    return {
        fullnameOverride: release,
        deploymentMode: "Monolithic",
        loki: {
            image: { registry, repository: path },
            // There is one tenant. Network policies say who may connect.
            auth_enabled: false,
            commonConfig: {
                replication_factor: 1,
                // A single pod speaks to itself only.
                instance_addr: "127.0.0.1",
                ring: { kvstore: { store: "inmemory" } },
            },
            memberlistConfig: { join_members: [] },
            storage: { type: "filesystem" },
            schemaConfig: {
                configs: [
                    {
                        from: "2026-01-01",
                        store: "tsdb",
                        object_store: "filesystem",
                        schema: "v13",
                        index: { prefix: "index_", period: "24h" },
                    },
                ],
            },
            limits_config: { retention_period: `${24 * retentionDays}h` },
            compactor: { retention_enabled: true, delete_request_store: "filesystem" },
            analytics: { reporting_enabled: false },
            containerSecurityContext: unprivileged,
        },
        singleBinary: {
            replicas: 1,
            sidecar: false,
            resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory } },
            persistence: { size, ...(site.storageClass !== undefined && { storageClass: site.storageClass }) },
        },
        // Loki does not use the API. The chart would let it read every Secret of the cluster.
        serviceAccount: { automountServiceAccountToken: false },
        defaults: { automountServiceAccountToken: false },
        rbac: { namespaced: true },
        sidecar: { rules: { enabled: false } },
        // The other parts of the chart, for more pods than one.
        ...Object.fromEntries(
            ["gateway", "lokiCanary", "test", "chunksCache", "resultsCache", "memcached", "ruler", "minio"].map(
                (part) => [part, { enabled: false }],
            ),
        ),
        ...Object.fromEntries(["backend", "read", "write"].map((part) => [part, { replicas: 0 }])),
    };
}
