/** Redis' configuration file and its users, as text. Manual: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import { createHash } from "node:crypto";

import { redisMaxMemory } from "./sizing";

export const redisPort = 6379;

/** Who connects to Redis. The name is the user's name in Redis. */
export type RedisUser = "default" | "exporter" | "operator";

/** What each user may do. */
const rights: Readonly<Record<RedisUser, string>> = {
    // Unbound sends a password and no user name, which makes it the user `default`. Its commands:
    // https://github.com/NLnetLabs/unbound/blob/release-1.26.0/cachedb/redis.c
    default: "~* +get +set +expire",
    exporter: "+info",
    // For `kubectl exec`: the health check, the runbook and `verify`. It reads, and empties the cache.
    operator:
        "~* +@read +eval_ro +flushdb +ping +info +memory +latency +slowlog +config|get +client|list +client|info +client|kill",
};

export interface RedisConfigOptions {
    /** Memory limit of the container, a Kubernetes quantity. */
    readonly memory: string;
    readonly passwords: Readonly<Record<RedisUser, string>>;
}

/** Renders redis.conf: a cache that evicts what was used least and stores nothing on disk. It holds no password. */
export function redisConf({ memory, passwords }: RedisConfigOptions): string {
    return [
        `port ${redisPort}`,
        "protected-mode yes",
        `maxmemory ${redisMaxMemory(memory)}`,
        // Unbound stores without expiry if it could not reach Redis at its own start: the memory must be bounded here.
        "maxmemory-policy allkeys-lru",
        'save ""',
        "appendonly no",
        "tcp-keepalive 60",
        ...Object.entries(rights).map(
            ([user, commands]) => `user ${user} reset on #${sha256(passwords[user as RedisUser])} ${commands}`,
        ),
        "",
    ].join("\n");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
