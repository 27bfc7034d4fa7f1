import { BytesIEC, OpsPerSecond, Short } from "@grafana/grafana-foundation-sdk/units";

import { graph, type Row } from "../lib/dashboards";

/** What Redis counts a second. */
export const redisRate = (namespace: string, metric: string): string =>
    `sum(rate(${metric}{namespace="${namespace}"}[$__rate_interval]))`;

/** What the caches hold: those in the pods' memory, and the one in Redis. */
export function cachePanels(namespace: string): Row[] {
    const selector = `{namespace="${namespace}",pod=~"$pod"}`;
    const redis = (metric: string) => `sum(${metric}{namespace="${namespace}"})`;
    return [
        [
            7,
            graph(
                "Memory of the caches",
                "What messages and record sets take in each pod. They grow to a fixed size; worry when they start anew: the pod has restarted.",
                BytesIEC,
                { "{{cache}} {{pod}}": `sum by (pod, cache) (unbound_memory_caches_bytes${selector})` },
            ),
            graph(
                "Entries of the caches",
                "How much each pod remembers. Worry when it stays low under load: the pod keeps restarting.",
                Short,
                {
                    "messages {{pod}}": `sum by (pod) (unbound_msg_cache_count${selector})`,
                    "record sets {{pod}}": `sum by (pod) (unbound_rrset_cache_count${selector})`,
                },
            ),
            graph(
                "Memory of Redis",
                "What the shared cache takes, and may take. When it is full, it forgets what was used least.",
                BytesIEC,
                { used: redis("redis_memory_used_bytes"), limit: redis("redis_memory_max_bytes") },
            ),
        ],
        [
            7,
            graph(
                "Keys in Redis",
                "Answers in the shared cache. Worry when many of them do not expire: a resolver started while Redis was away.",
                Short,
                { all: redis("redis_db_keys"), "that expire": redis("redis_db_keys_expiring") },
            ),
            graph(
                "Forgotten by Redis",
                "Answers that expire, and that have to go before for want of memory. Worry when the latter go on: Redis is too small.",
                OpsPerSecond,
                {
                    expired: redisRate(namespace, "redis_expired_keys_total"),
                    evicted: redisRate(namespace, "redis_evicted_keys_total"),
                },
            ),
            graph(
                "Clients of Redis",
                "Connections of the resolvers' threads. Worry when there are none, or some are turned away.",
                Short,
                {
                    connected: redis("redis_connected_clients"),
                    "turned away in 5 minutes": `sum(increase(redis_rejected_connections_total{namespace="${namespace}"}[5m]))`,
                },
            ),
        ],
    ];
}
