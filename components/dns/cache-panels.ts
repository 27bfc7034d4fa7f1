import { BytesIEC, OpsPerSecond, Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, type Row } from "../lib/dashboards";
import type { DnsThresholds } from "./settings";

/** Rate of one of Redis' counters, per second. */
export const redisRate = (namespace: string, metric: string): string =>
    `sum(rate(${metric}{namespace="${namespace}"}[$__rate_interval]))`;

/** Panels on the caches in the pods' memory and on the shared one in Redis. */
export function cachePanels(namespace: string, { redisEvictions }: DnsThresholds): Row[] {
    const selector = `{namespace="${namespace}",pod=~"$pod"}`;
    const redis = (metric: string) => `sum(${metric}{namespace="${namespace}"})`;
    return [
        [
            7,
            graph(
                "Memory of the caches",
                "Memory of the message and record set caches of each pod. They grow to a fixed size; a drop means that the pod has restarted.",
                BytesIEC,
                { "{{cache}} {{pod}}": `sum by (pod, cache) (unbound_memory_caches_bytes${selector})` },
            ),
            graph(
                "Entries of the caches",
                "Number of entries in the caches of each pod. If it stays low under load, the pod keeps restarting.",
                Short,
                {
                    "messages {{pod}}": `sum by (pod) (unbound_msg_cache_count${selector})`,
                    "record sets {{pod}}": `sum by (pod) (unbound_rrset_cache_count${selector})`,
                },
            ),
            graph(
                "Memory of Redis",
                "Memory that the shared cache uses, and its limit. When it is full, the least recently used answers are evicted.",
                BytesIEC,
                { used: redis("redis_memory_used_bytes"), limit: redis("redis_memory_max_bytes") },
            ),
        ],
        [
            7,
            graph(
                "Keys in Redis",
                "Answers in the shared cache. If many have no expiry, a resolver was started while Redis was down.",
                Short,
                { all: redis("redis_db_keys"), "that expire": redis("redis_db_keys_expiring") },
            ),
            graph(
                "Answers removed from Redis",
                "Answers that have expired, and answers that were evicted earlier because the memory was full: Redis is too small.",
                OpsPerSecond,
                {
                    expired: redisRate(namespace, "redis_expired_keys_total"),
                    evicted: redisRate(namespace, "redis_evicted_keys_total"),
                },
                { above: [redisEvictions] },
            ),
            graph(
                "Connections to Redis",
                "Connections of the resolvers' threads and of the exporter, and connections that were rejected.",
                Short,
                {
                    connected: redis("redis_connected_clients"),
                    "rejected in 5 minutes": `sum(increase(redis_rejected_connections_total{namespace="${namespace}"}[5m]))`,
                },
            ),
        ],
    ];
}
