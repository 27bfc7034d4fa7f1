import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { imageReference } from "../lib/images";
import { type Flow, fromPrometheus, networkPolicy, type Port, tcp, udp } from "../lib/network-policy";
import {
    corePriority,
    disruptionBudget,
    labels,
    leaveLostNode,
    oneAtATime,
    onDifferentNodes,
    serviceAccount,
    unprivileged,
} from "../lib/pods";
import type { Site } from "../lib/site";
import { redisPort } from "./redis-config";
import { fileMounts, fileVolumes, type UnboundFiles, unboundUser } from "./unbound-files";
import { certificateReloader, encryptedPorts } from "./encryption";
import { type Front, frontPort } from "./front";
import { configFolder, controlSocket, dnsPort, healthName, healthPeriods } from "./unbound-config";
import { type LeaseZones, toLeaseServer } from "./lease-zones";
import { podCpuRequest } from "./sizing";
import { images } from "./versions";

type Container = k8s.types.input.core.v1.Container;

export const app = "unbound";
export const exporterPort = 9167;

/** The resolver's pods. */
export interface UnboundOptions {
    readonly namespace: pulumi.Input<string>;
    readonly replicas: number;
    /** CPU and memory limits of a pod, Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly files: UnboundFiles;
    /** The check that the files have to pass before the pods are touched. */
    readonly check: pulumi.Resource;
    /** IP address of Redis. */
    readonly redis: pulumi.Input<string>;
    /** Labels of Redis' pods. */
    readonly redisPods: Readonly<Record<string, string>>;
    /** Ports of the servers that are queried beside 53. */
    readonly upstreamPorts: readonly number[];
    /** The zones that the DHCP server answers, if it does. */
    readonly leases?: LeaseZones;
    /** The proxy in front of the pods, if there is one. */
    readonly front?: Front;
    readonly site: Site;
}

/**
 * Waits until Redis accepts connections, for ten seconds at most. Unbound learns only at its own start whether Redis can
 * expire records; without Redis it starts all the same.
 */
export const waitForRedis =
    'timeout 10 sh -c \'until redis-cli -h "$REDIS" ping; do sleep 0.5; done\' || echo "no Redis, starting without it"';

/**
 * Runs the exporter again whenever it ends. A container that is not running makes its pod unready, even a native sidecar
 * without a readiness probe (kubelet, GenerateContainersReadyCondition): Unbound would get no more queries because its
 * exporter crashes.
 */
export const keepRunning = (command: string, pause = 5): string =>
    [
        "trap 'exit 0' TERM",
        "while true; do",
        `  ${command} "$@" & wait $!`,
        `  echo "the exporter has ended with status $?; it starts again in ${pause} seconds"`,
        `  sleep ${pause} & wait $!`,
        "done",
    ].join("\n");

/** The resolver's Deployment, and what protects it during drains and from connections that it does not need. */
export function unbound(options: UnboundOptions, opts: pulumi.CustomResourceOptions): k8s.apps.v1.Deployment {
    const { namespace, replicas, files, front, site } = options;
    const encrypted = files.certificate !== undefined;

    if (replicas > 1) {
        disruptionBudget({ name: app, namespace, selector: { app }, budget: oneAtATime }, opts);
    }
    networkPolicy(
        {
            name: app,
            namespace,
            podSelector: { app },
            ingress: [
                {
                    peers: "anyone",
                    ports: [
                        udp(dnsPort),
                        tcp(dnsPort),
                        ...(encrypted ? Object.values(encryptedPorts).map((port) => tcp(port)) : []),
                    ],
                },
                ...(front ? [{ peers: [{ pods: front.pods }], ports: [udp(frontPort), tcp(frontPort)] } as const] : []),
                fromPrometheus(tcp(exporterPort)),
            ],
            egress: [
                { peers: [{ pods: options.redisPods }], ports: [tcp(redisPort)] },
                upstreamFlow(options.upstreamPorts),
                ...(options.leases ? [toLeaseServer(options.leases)] : []),
            ],
        },
        opts,
    );

    return new k8s.apps.v1.Deployment(
        app,
        {
            metadata: {
                name: app,
                namespace,
                labels: labels(app),
                // `kubectl scale` becomes the owner of the number of replicas; the next `up` takes it back.
                annotations: {
                    "pulumi.com/patchForce": "true",
                    // `destroy` does not wait for the pods' pre-stop sleep: the Service is deleted next, so it serves nobody.
                    "pulumi.com/deletionPropagationPolicy": "background",
                },
            },
            spec: {
                replicas,
                strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
                selector: { matchLabels: { app } },
                template: {
                    metadata: { labels: labels(app) },
                    spec: {
                        serviceAccountName: serviceAccount(app, namespace, opts),
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        priorityClassName: corePriority,
                        tolerations: leaveLostNode,
                        securityContext: unboundUser,
                        terminationGracePeriodSeconds: stopSeconds(options) + 20,
                        // Also with one replica: adding a second one then leaves the first one running.
                        topologySpreadConstraints: onDifferentNodes(app),
                        initContainers: [redisWaiter(options)],
                        containers: [
                            server({
                                ...options,
                                port: dnsPort,
                                stopSeconds: stopSeconds(options),
                                ports: [
                                    { name: "dns", containerPort: dnsPort, protocol: "UDP" },
                                    { name: "dns-tcp", containerPort: dnsPort, protocol: "TCP" },
                                ],
                                securityContext: unprivileged,
                            }),
                            exporter(site),
                            ...(encrypted ? [certificateReloader(site)] : []),
                        ],
                        volumes: [...fileVolumes(files), controlVolume],
                    },
                },
            },
        },
        { ...opts, dependsOn: options.check },
    );
}

/**
 * How long a pod still answers after it was told to stop, while the Service and the load balancer switch to another pod. A
 * proxy finds the pods by a name in the cluster's DNS, whose answers kubeadm's CoreDNS keeps for 30 seconds.
 */
const stopSeconds = ({ front }: Pick<UnboundOptions, "front">): number => (front ? 40 : 10);

/** The init container that waits for Redis. */
export const redisWaiter = ({ redis, site }: Pick<UnboundOptions, "redis" | "site">): Container => ({
    name: "wait-for-redis",
    image: imageReference(images.redis, site),
    command: ["sh", "-c", waitForRedis],
    env: [{ name: "REDIS", value: redis }],
    resources: {
        requests: { cpu: "10m", memory: "16Mi" },
        limits: { cpu: "100m", memory: "32Mi" },
    },
    securityContext: unprivileged,
});

/** The container of the resolver itself. */
export interface ServerOptions
    extends Pick<UnboundOptions, "cpu" | "memory" | "files" | "site">, Pick<Container, "ports" | "securityContext"> {
    /** Where it answers on 127.0.0.1. */
    readonly port: number;
    /** How long it still answers after it was told to stop. */
    readonly stopSeconds: number;
}

/** The resolver itself. The image has no shell. */
export function server({
    cpu,
    memory,
    files,
    port,
    ports,
    stopSeconds,
    securityContext,
    site,
}: ServerOptions): Container {
    // drill-hc exits with 0 if there was an answer. Over TCP, because a flood of UDP queries fills the socket's buffer,
    // and a pod that is not ready gets no queries at all.
    const answers = ["/usr/bin/drill-hc", "-t", "-p", String(port), "@127.0.0.1", healthName];
    // Unbound answers its control socket during any flood of queries.
    const runs = ["/usr/sbin/unbound-control", "-c", `${configFolder}/unbound.conf`, "status"];
    return {
        name: app,
        image: imageReference(images.unbound, site),
        args: ["-d", "-c", `${configFolder}/unbound.conf`],
        ports,
        startupProbe: { exec: { command: answers }, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 2 },
        readinessProbe: {
            exec: { command: answers },
            periodSeconds: healthPeriods.readiness,
            timeoutSeconds: 3,
        },
        livenessProbe: {
            exec: { command: runs },
            periodSeconds: healthPeriods.liveness,
            failureThreshold: 6,
            timeoutSeconds: 5,
        },
        lifecycle: { preStop: { sleep: { seconds: stopSeconds } } },
        resources: { requests: { cpu: podCpuRequest, memory }, limits: { cpu, memory } },
        securityContext,
        volumeMounts: [...fileMounts(files), { name: controlVolume.name, mountPath: controlFolder }],
    };
}

/**
 * Unbound's exporter. It has to share the pod, because the control socket is a Unix socket. Unbound knows no read-only
 * control: whoever takes over the exporter can change the answers of its pod (see "Trust" in the runbook).
 * @param address where it listens, which may name variables of `env`. Defaults to all addresses of the pod.
 */
export const exporter = (site: Site, address = "", env: readonly k8s.types.input.core.v1.EnvVar[] = []): Container => ({
    name: "unbound-exporter",
    image: imageReference(images.unboundExporter, site),
    command: ["sh", "-c", keepRunning("/unbound_exporter"), "unbound-exporter"],
    args: [`-unbound.host=unix://${controlSocket}`, `-web.listen-address=${address}:${exporterPort}`],
    // The garbage collector keeps below it: a container that exceeds its memory limit is killed as a whole.
    env: [{ name: "GOMEMLIMIT", value: "48MiB" }, ...env],
    ports: [{ name: "metrics", containerPort: exporterPort }],
    resources: {
        requests: { cpu: "10m", memory: "16Mi" },
        limits: { cpu: "200m", memory: "96Mi" },
    },
    securityContext: unprivileged,
    volumeMounts: [{ name: controlVolume.name, mountPath: controlFolder, readOnly: true }],
});

const controlFolder = controlSocket.replace(/\/[^/]*$/, "");
export const controlVolume = { name: "control", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } };

/** The servers that Unbound queries may be anywhere. */
function upstreamFlow(ports: readonly number[]): Flow {
    const more = [...new Set(ports)].filter((port) => port !== 53).sort((a, b) => a - b);
    return { peers: "anyone", ports: [udp(53), tcp(53), ...more.flatMap((port): Port[] => [udp(port), tcp(port)])] };
}
