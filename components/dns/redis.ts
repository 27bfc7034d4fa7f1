import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { imageReference } from "../lib/images";
import { metricsService } from "../lib/metrics";
import { fromPrometheus, networkPolicy, type Peer, tcp } from "../lib/network-policy";
import { corePriority, labels, leaveLostNode, runAs, serviceAccount, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { redisConf, redisPort } from "./redis-config";
import { images } from "./versions";

const app = "redis";
export const redisPods = { app };
const exporter = "redis-exporter";
const exporterPort = 9121;

/** The shared cache's settings. */
export interface RedisOptions {
    readonly namespace: pulumi.Input<string>;
    /** Memory limit, a Kubernetes quantity. */
    readonly memory: string;
    /** Who uses it. */
    readonly clients: readonly [Peer, ...Peer[]];
    readonly site: Site;
}

/** How Unbound reaches the shared cache. */
export interface Redis {
    /** IP address of its Service. */
    readonly address: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
}

/** Redis and, in a pod of its own, its exporter. */
export function redis(options: RedisOptions, opts: pulumi.CustomResourceOptions): Redis {
    const { namespace, memory, clients, site } = options;

    const password = (name: string) => new random.RandomPassword(name, { length: 32, special: false }, opts).result;
    const unboundPassword = password("redis-password");
    const operatorPassword = password("redis-operator-password");
    const exporterPassword = password("redis-exporter-password");

    const secret = new k8s.core.v1.Secret(
        "redis-config",
        {
            metadata: { namespace, labels: labels(app) },
            stringData: {
                "operator-password": operatorPassword,
                "redis.conf": pulumi
                    .all([unboundPassword, exporterPassword, operatorPassword])
                    .apply(([unbound, exporter, operator]) =>
                        redisConf({ memory, passwords: { default: unbound, exporter, operator } }),
                    ),
            },
        },
        opts,
    );
    const operatorPasswordFrom = { secretKeyRef: { name: secret.metadata.name, key: "operator-password" } };

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
                        serviceAccountName: serviceAccount(app, namespace, opts),
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        priorityClassName: corePriority,
                        tolerations: leaveLostNode,
                        securityContext: runAs(999, 1000),
                        containers: [
                            {
                                name: app,
                                image: imageReference(images.redis, site),
                                args: ["redis-server", "/etc/redis/redis.conf"],
                                env: [{ name: "REDISCLI_AUTH", valueFrom: operatorPasswordFrom }],
                                ports: [{ name: "redis", containerPort: redisPort }],
                                readinessProbe: {
                                    exec: { command: ["sh", "-c", "redis-cli --user operator ping | grep -q PONG"] },
                                    periodSeconds: 2,
                                    timeoutSeconds: 2,
                                },
                                livenessProbe: { tcpSocket: { port: "redis" }, initialDelaySeconds: 10 },
                                resources: { requests: { cpu: "50m", memory }, limits: { cpu: "1", memory } },
                                securityContext: unprivileged,
                                volumeMounts: [
                                    { name: "config", mountPath: "/etc/redis", readOnly: true },
                                    { name: "data", mountPath: "/data" },
                                ],
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
                            { name: "data", emptyDir: { sizeLimit: "16Mi" } },
                        ],
                    },
                },
            },
        },
        opts,
    );

    const service = new k8s.core.v1.Service(
        app,
        {
            metadata: {
                name: app,
                namespace,
                labels: labels(app),
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: { selector: { app }, ports: [{ name: "redis", port: redisPort }] },
        },
        opts,
    );
    const address = service.spec.clusterIP;
    redisExporter({ namespace, address, password: exporterPassword, site }, opts);

    networkPolicy(
        {
            name: app,
            namespace,
            podSelector: { app },
            ingress: [{ peers: [...clients, { pods: { app: exporter } }], ports: [tcp(redisPort)] }],
            egress: [],
        },
        opts,
    );
    networkPolicy(
        {
            name: exporter,
            namespace,
            podSelector: { app: exporter },
            ingress: [fromPrometheus(tcp(exporterPort))],
            egress: [{ peers: [{ pods: { app } }], ports: [tcp(redisPort)] }],
        },
        opts,
    );
    metricsService({ app, namespace, selector: { app: exporter }, port: exporterPort }, opts);

    return { address, password: unboundPassword };
}

interface RedisExporterOptions {
    readonly namespace: pulumi.Input<string>;
    /** IP address of Redis. */
    readonly address: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
    readonly site: Site;
}

/** Redis' exporter. In Redis' own pod, an exporter that does not run would take Redis out of its Service. */
function redisExporter(
    { namespace, address, password, site }: RedisExporterOptions,
    opts: pulumi.CustomResourceOptions,
): void {
    const secret = new k8s.core.v1.Secret(
        exporter,
        { metadata: { namespace, labels: labels(exporter) }, stringData: { password } },
        opts,
    );
    new k8s.apps.v1.Deployment(
        exporter,
        {
            metadata: { name: exporter, namespace, labels: labels(exporter) },
            spec: {
                replicas: 1,
                selector: { matchLabels: { app: exporter } },
                template: {
                    metadata: { labels: labels(exporter) },
                    spec: {
                        serviceAccountName: serviceAccount(exporter, namespace, opts),
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: runAs(59000, 59000),
                        containers: [
                            {
                                name: exporter,
                                image: imageReference(images.redisExporter, site),
                                env: [
                                    { name: "REDIS_ADDR", value: pulumi.interpolate`redis://${address}:${redisPort}` },
                                    { name: "REDIS_USER", value: "exporter" },
                                    {
                                        name: "REDIS_PASSWORD",
                                        valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } },
                                    },
                                    // It uses INFO alone: its user in Redis may do nothing else.
                                    { name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" },
                                    { name: "REDIS_EXPORTER_SET_CLIENT_NAME", value: "false" },
                                    { name: "REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS", value: "true" },
                                    // /scrape?target=… would send its password to any address.
                                    { name: "REDIS_EXPORTER_DISABLE_SCRAPE_ENDPOINT", value: "true" },
                                ],
                                ports: [{ name: "metrics", containerPort: exporterPort }],
                                resources: {
                                    requests: { cpu: "10m", memory: "32Mi" },
                                    limits: { cpu: "200m", memory: "64Mi" },
                                },
                                securityContext: unprivileged,
                            },
                        ],
                    },
                },
            },
        },
        opts,
    );
}
