import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { metricsService } from "../lib/metrics";
import { imageReference } from "../lib/images";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { redisMaxMemory } from "./sizing";
import { images } from "./versions";

const app = "redis";
const exporterPort = 9121;

/** The shared cache's settings. */
export interface RedisOptions {
    readonly namespace: pulumi.Input<string>;
    /** Memory limit, a Kubernetes quantity. */
    readonly memory: string;
    readonly password: pulumi.Input<string>;
    /** The `app` label of the pods that may reach it. */
    readonly client: string;
    readonly site: Site;
}

/** Renders redis.conf: a cache that forgets what was used least and keeps nothing on disk. It holds a password. */
export function redisConf(memory: string, password: string): string {
    return [
        "port 6379",
        "protected-mode yes",
        `requirepass "${password}"`,
        `maxmemory ${redisMaxMemory(memory)}`,
        // Unbound stores without expiry where it could not reach Redis at its own start: memory must be bounded here.
        "maxmemory-policy allkeys-lru",
        'save ""',
        "appendonly no",
        "tcp-keepalive 60",
        "",
    ].join("\n");
}

/** Redis, its exporter and the rule that lets only Unbound in. Returns its Service. */
export function redis(options: RedisOptions, opts: pulumi.CustomResourceOptions): k8s.core.v1.Service {
    const { namespace, memory, password, client, site } = options;

    const secret = new k8s.core.v1.Secret(
        "redis-config",
        {
            metadata: { namespace, labels: labels(app) },
            stringData: {
                password,
                "redis.conf": pulumi.output(password).apply((password) => redisConf(memory, password)),
            },
        },
        opts,
    );
    const passwordFrom = { secretKeyRef: { name: secret.metadata.name, key: "password" } };

    new k8s.apps.v1.Deployment(
        app,
        {
            metadata: { name: app, namespace, labels: labels(app) },
            spec: {
                replicas: 1,
                selector: { matchLabels: { app } },
                template: {
                    metadata: { labels: labels(app) },
                    spec: {
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: runAs(999, 1000),
                        containers: [
                            {
                                name: app,
                                image: imageReference(images.redis, site),
                                args: ["redis-server", "/etc/redis/redis.conf"],
                                env: [{ name: "REDISCLI_AUTH", valueFrom: passwordFrom }],
                                ports: [{ name: "redis", containerPort: 6379 }],
                                readinessProbe: {
                                    exec: { command: ["sh", "-c", "redis-cli ping | grep -q PONG"] },
                                    periodSeconds: 2,
                                    timeoutSeconds: 2,
                                },
                                livenessProbe: { tcpSocket: { port: "redis" }, initialDelaySeconds: 10 },
                                resources: {
                                    requests: { cpu: "50m", memory },
                                    limits: { memory },
                                },
                                securityContext: unprivileged,
                                volumeMounts: [
                                    { name: "config", mountPath: "/etc/redis", readOnly: true },
                                    { name: "data", mountPath: "/data" },
                                ],
                            },
                            {
                                name: "redis-exporter",
                                image: imageReference(images.redisExporter, site),
                                env: [
                                    { name: "REDIS_ADDR", value: "redis://localhost:6379" },
                                    { name: "REDIS_PASSWORD", valueFrom: passwordFrom },
                                ],
                                ports: [{ name: "metrics", containerPort: exporterPort }],
                                resources: {
                                    requests: { cpu: "10m", memory: "32Mi" },
                                    limits: { memory: "64Mi" },
                                },
                                securityContext: unprivileged,
                            },
                        ],
                        volumes: [
                            {
                                name: "config",
                                secret: {
                                    secretName: secret.metadata.name,
                                    items: [{ key: "redis.conf", path: "redis.conf" }],
                                },
                            },
                            { name: "data", emptyDir: {} },
                        ],
                    },
                },
            },
        },
        opts,
    );

    // Only a network plugin that knows policies enforces this (flannel does not): the password stands without it.
    new k8s.networking.v1.NetworkPolicy(
        app,
        {
            metadata: { name: app, namespace, labels: labels(app) },
            spec: {
                podSelector: { matchLabels: { app } },
                policyTypes: ["Ingress"],
                ingress: [
                    {
                        from: [{ podSelector: { matchLabels: { app: client } } }],
                        ports: [{ port: 6379 }],
                    },
                    {
                        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
                        ports: [{ port: exporterPort }],
                    },
                ],
            },
        },
        opts,
    );

    metricsService({ app, namespace, selector: { app }, port: exporterPort }, opts);

    return new k8s.core.v1.Service(
        app,
        {
            metadata: {
                name: app,
                namespace,
                labels: labels(app),
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                selector: { app },
                ports: [{ name: "redis", port: 6379 }],
            },
        },
        opts,
    );
}
