import { testAlerts } from "../../tests/alert-tests";
import { redisAlerts } from "./redis-alerts";
import { dnsSettings } from "./settings";

const namespace = "noc";
const redis = 'namespace="noc",job="redis",pod="redis-1"';
const perRedis = { namespace, pod: "redis-1" };

describe("alerts on Redis", () => {
    testAlerts(
        "dns",
        [
            {
                name: "redis",
                records: [],
                alerts: redisAlerts(namespace, dnsSettings.shape.thresholds.parse(undefined)),
            },
        ],
        [
            {
                alert: "RedisDown",
                cause: "its exporter gets no answer",
                series: [
                    // While only the exporter fails, the alert does not fire.
                    { series: `redis_up{${redis}}`, well: "absent", trouble: 0 },
                    { series: `up{${redis}}`, well: 0, trouble: 1 },
                ],
                firesAfter: 1,
                labels: { ...perRedis, job: "redis" },
                description:
                    "Redis has not answered its exporter for a minute, or has no exporter: each resolver has only its own cache.",
            },
            {
                alert: "RedisDown",
                cause: "there is no exporter",
                series: [
                    { series: `redis_up{${redis}}`, well: 1, trouble: "absent" },
                    { series: `up{${redis}}`, well: 1, trouble: "absent" },
                ],
                firesAfter: 1,
                labels: { namespace, job: "redis" },
                description:
                    "Redis has not answered its exporter for a minute, or has no exporter: each resolver has only its own cache.",
            },
            {
                alert: "RedisMemoryNearlyFull",
                series: [
                    { series: `redis_memory_used_bytes{${redis}}`, well: 95, trouble: 96 },
                    { series: `redis_memory_max_bytes{${redis}}`, well: 100, trouble: 100 },
                ],
                firesAfter: 15,
                labels: { ...perRedis, job: "redis" },
                description:
                    "Redis uses 96% of its memory limit. When it is full, it evicts the least recently used answers.",
            },
            {
                alert: "RedisEvictions",
                series: [{ series: `redis_evicted_keys_total{${redis}}`, well: 590, trouble: 1200, counter: true }],
                firesAfter: 15,
                recoversAfter: 5,
                labels: perRedis,
                description: "Redis evicts 20 answers per second before they expire, because its memory is full.",
            },
            {
                alert: "RedisRejectedConnections",
                series: [{ series: `redis_rejected_connections_total{${redis}}`, well: 0, trouble: 3, counter: true }],
                recoversAfter: 5,
                firesAfter: 0,
                labels: perRedis,
                firstDescription: "Redis has rejected 3 connections in five minutes: it has too many clients.",
                description: "Redis has rejected 15 connections in five minutes: it has too many clients.",
            },
            {
                alert: "RedisUnexpiringKeys",
                series: [
                    { series: `redis_db_keys{${redis},db="db0"}`, well: 1000, trouble: 1000 },
                    { series: `redis_db_keys_expiring{${redis},db="db0"}`, well: 950, trouble: 900 },
                ],
                firesAfter: 15,
                labels: perRedis,
                description: "10% of the answers in Redis have no expiry: a resolver was started while Redis was down.",
            },
        ],
    );
});
