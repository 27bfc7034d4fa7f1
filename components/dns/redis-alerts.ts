/** What is watched of the shared cache. Names: https://github.com/oliver006/redis_exporter */
import type { Alert } from "../lib/monitoring-spec";
import type { DnsThresholds } from "./settings";

/** The alerts on Redis. None is critical: the resolvers answer without it, only slower. */
export function redisAlerts(namespace: string, thresholds: DnsThresholds): Alert[] {
    const { redisMemoryRatio, redisEvictions, redisUnexpiringRatio } = thresholds;
    const selector = `{namespace="${namespace}"}`;
    return [
        {
            alert: "RedisDown",
            expr: `redis_up${selector} == 0 or absent(redis_up{namespace="${namespace}",job="redis"})`,
            for: "1m",
            severity: "warning",
            summary: "The shared cache is down",
            description:
                "Redis has not answered its exporter for a minute, or is not scraped at all: each resolver has only its own memory.",
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
                "Redis uses {{ $value | humanizePercentage }} of its memory. It forgets what was used least when it is full.",
        },
        {
            alert: "RedisEvictions",
            expr: `sum by (namespace, pod) (rate(redis_evicted_keys_total${selector}[5m])) > ${redisEvictions}`,
            for: "15m",
            severity: "warning",
            summary: "The shared cache is too small",
            description:
                "Redis forgets {{ $value | humanize }} answers a second before they expire, for want of memory.",
            implies: [{ alerts: ["RedisMemoryNearlyFull"], equal: ["namespace", "pod"] }],
        },
        {
            alert: "RedisRejectedConnections",
            expr: `sum by (namespace, pod) (increase(redis_rejected_connections_total${selector}[5m])) > 0`,
            for: "0m",
            severity: "warning",
            summary: "The shared cache turns connections away",
            description:
                "Redis has rejected {{ $value | humanize }} connections in five minutes: it has too many clients.",
        },
        {
            alert: "RedisUnexpiringKeys",
            // Unbound learns only at its own start whether Redis can expire what it stores, and believes it for life:
            // https://github.com/NLnetLabs/unbound/blob/release-1.24.2/cachedb/redis.c
            expr: `sum by (namespace, pod) (redis_db_keys${selector} - redis_db_keys_expiring${selector}) / (sum by (namespace, pod) (redis_db_keys${selector}) > 100) > ${redisUnexpiringRatio}`,
            for: "15m",
            severity: "warning",
            summary: "Answers in the shared cache do not expire",
            description:
                "{{ $value | humanizePercentage }} of the answers in Redis have no expiry: a resolver was started while Redis was away.",
        },
    ];
}
