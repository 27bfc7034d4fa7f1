/** Alerts on the shared cache. The metrics: https://github.com/oliver006/redis_exporter */
import type { Alert } from "../lib/monitoring-spec";
import type { DnsThresholds } from "./settings";

/** The alerts on Redis. None is critical: the resolvers also answer without it, but more slowly. */
export function redisAlerts(namespace: string, thresholds: DnsThresholds): Alert[] {
    const { redisMemoryRatio, redisEvictions, redisUnexpiringRatio } = thresholds;
    const selector = `{namespace="${namespace}"}`;
    return [
        {
            alert: "RedisDown",
            expr: `redis_up${selector} == 0 or absent(up{namespace="${namespace}",job="redis"})`,
            for: "1m",
            severity: "warning",
            summary: "The shared cache is down",
            description:
                "Redis has not answered its exporter for a minute, or has no exporter: each resolver has only its own cache.",
            implies: [
                { alerts: ["RedisUnexpiringKeys"], equal: ["namespace"] },
                { alerts: ["ExporterDown"], equal: ["namespace", "job"] },
            ],
        },
        {
            alert: "RedisMemoryNearlyFull",
            expr: `redis_memory_used_bytes${selector} / (redis_memory_max_bytes${selector} > 0) > ${redisMemoryRatio}`,
            for: "15m",
            severity: "info",
            summary: "The shared cache is nearly full",
            description:
                "Redis uses {{ $value | humanizePercentage }} of its memory limit. When it is full, it evicts the least recently used answers.",
        },
        {
            alert: "RedisEvictions",
            expr: `sum by (namespace, pod) (rate(redis_evicted_keys_total${selector}[5m])) > ${redisEvictions}`,
            for: "15m",
            severity: "warning",
            summary: "The shared cache is too small",
            description:
                "Redis evicts {{ $value | humanize }} answers per second before they expire, because its memory is full.",
            implies: [{ alerts: ["RedisMemoryNearlyFull"], equal: ["namespace", "pod"] }],
        },
        {
            alert: "RedisRejectedConnections",
            expr: `sum by (namespace, pod) (increase(redis_rejected_connections_total${selector}[5m])) > 0`,
            for: "0m",
            severity: "warning",
            summary: "The shared cache rejects connections",
            description:
                "Redis has rejected {{ $value | humanize }} connections in five minutes: it has too many clients.",
        },
        {
            alert: "RedisUnexpiringKeys",
            // Unbound checks only at its own start whether Redis can expire keys (redis_init):
            // https://github.com/NLnetLabs/unbound/blob/release-1.26.0/cachedb/redis.c
            expr: `sum by (namespace, pod) (redis_db_keys${selector} - redis_db_keys_expiring${selector}) / (sum by (namespace, pod) (redis_db_keys${selector}) > 100) > ${redisUnexpiringRatio}`,
            for: "15m",
            severity: "warning",
            summary: "Answers in the shared cache do not expire",
            description:
                "{{ $value | humanizePercentage }} of the answers in Redis have no expiry: a resolver was started while Redis was down.",
        },
    ];
}
