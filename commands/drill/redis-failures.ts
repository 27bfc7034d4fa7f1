/** Failures of the shared cache. Whatever happens to it, resolvers answer from their own memory and from the servers upstream. */
import type { V1Pod, V1PodTemplateSpec } from "@kubernetes/client-node";

import type { Failure } from "./failure";
import type { Stack } from "./stack";

const redis = { kind: "Deployment", name: "redis" } as const;
const operator = ["redis-cli", "--user", "operator"];
/** How long each failure lasts, in seconds. */
const duration = 20;

const bar = { lost: 0, p99: 50 };

export const redisFailures: readonly Failure[] = [
    {
        name: "redis-killed",
        title: "Redis killed, starts again empty",
        dns: bar,
        breaks: (stack) => stack.kill("app=redis"),
        checks: unexpiring,
    },
    {
        name: "redis-gone",
        title: `Redis without a pod for ${duration} s`,
        dns: bar,
        breaks: async (stack) => {
            await stack.change({ ...redis, namespace: stack.namespace }, "/spec/replicas", () => 0);
            await stack.pause(duration);
        },
        checks: unexpiring,
    },
    {
        name: "redis-unreachable",
        title: `packets to Redis dropped for ${duration} s`,
        dns: bar,
        breaks: async (stack) => {
            await leadToBlackHole(stack);
            await stack.pause(duration);
        },
        checks: unexpiring,
    },
    {
        name: "redis-full",
        title: `Redis full for ${duration} s: it refuses every write`,
        dns: bar,
        breaks: async (stack) => {
            // Less than an empty Redis uses, so that evicting everything does not help.
            const least = ["--maxmemory", "1mb"];
            const path = "/spec/template/spec/containers/0/args";
            await stack.change({ ...redis, namespace: stack.namespace }, path, (args) => [
                ...(args as string[]),
                ...least,
            ]);
            await stack.settled();
            await stack.pause(duration);
        },
        checks: unexpiring,
    },
];

/** Makes the Service of Redis lead to a pod that drops packets, and ends the connections that Redis has. */
async function leadToBlackHole(stack: Stack): Promise<void> {
    const { core, apps } = stack.cluster;
    const { namespace } = stack;
    const { spec } = await apps.readNamespacedDeployment({ name: redis.name, namespace });
    const body = blackHole(spec?.template ?? {});
    const name = body.metadata?.name ?? "";
    stack.undoLater(async () => {
        await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
    });
    await core.createNamespacedPod({ namespace, body });
    await stack.running(name);
    const service = { kind: "Service", name: redis.name, namespace } as const;
    await stack.change(service, "/spec/selector", () => body.metadata?.labels);
    await stack.inPods("app=redis,!drill", redis.name, [...operator, "client", "kill", "user", "default"]);
}

/**
 * A pod whose port drops packets, without a privilege and with any network plugin: a Redis that is stopped as soon as it
 * listens. The kernel accepts as many connections as its queue is long, which are never answered, and drops the packets
 * of all others.
 * @param template of Redis' own pods.
 */
export function blackHole({ metadata, spec }: Partial<V1PodTemplateSpec>): V1Pod {
    const [own] = spec?.containers ?? [];
    if (!own) {
        throw new Error("the Deployment redis has no container");
    }
    const { name, image, resources, securityContext } = own;
    const listens = 'redis-server --port 6379 --tcp-backlog 1 --save "" --dir /tmp';
    return {
        apiVersion: "v1",
        kind: "Pod",
        // The network policies of Redis apply to it.
        metadata: { name: "drill-black-hole", labels: { ...metadata?.labels, drill: "black-hole" } },
        spec: {
            serviceAccountName: spec?.serviceAccountName,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: spec?.securityContext,
            restartPolicy: "Never",
            terminationGracePeriodSeconds: 0,
            containers: [
                {
                    name,
                    image,
                    resources,
                    securityContext,
                    command: ["sh", "-c", `${listens} & sleep 2; kill -STOP $!; wait`],
                },
            ],
        },
    };
}

/** Records without an expiry would never be looked up again: https://github.com/NLnetLabs/unbound/issues/1345 */
async function unexpiring(stack: Stack): Promise<string[]> {
    const [keyspace = ""] = await stack.inPods("app=redis", redis.name, [...operator, "info", "keyspace"]);
    const records = recordsWithoutExpiry(keyspace);
    return records > 0 ? [`${records} records in Redis never expire`] : [];
}

/** The number of keys without an expiry, from Redis' `INFO keyspace`. */
export function recordsWithoutExpiry(keyspace: string): number {
    const [, keys = "0", expires = "0"] = /^db0:keys=(\d+),expires=(\d+)/m.exec(keyspace) ?? [];
    return Number(keys) - Number(expires);
}
