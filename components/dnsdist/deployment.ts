import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { certificateMount, certificateVolume } from "../dns/encryption";
import { imageReference } from "../lib/images";
import { corePriority, labels, leaveLostNode, onDifferentNodes, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { webPaths } from "./backends";
import { app, configFolder, ports } from "./names";
import { cpuRequest } from "./settings";
import { images } from "./versions";

/** The image's user and group `pdns`. */
export const dnsdistUser = runAs(953, 953);

/** The program. The image's own entry point would write files first. */
export const program = "/usr/local/bin/dnsdist";
export const configFile = `${configFolder}/dnsdist.yml`;

/** The objects that hold dnsdist's files, by their names. */
export interface DnsdistFiles {
    readonly config: pulumi.Input<string>;
    /** The Secret with the TLS certificate and its key. Undefined without encryption. */
    readonly certificate?: string;
}

export const fileVolumes = ({ config, certificate }: DnsdistFiles): k8s.types.input.core.v1.Volume[] => [
    { name: configMount.name, configMap: { name: config } },
    ...(certificate === undefined ? [] : [certificateVolume(certificate)]),
];

export const fileMounts = ({ certificate }: DnsdistFiles): k8s.types.input.core.v1.VolumeMount[] => [
    configMount,
    ...(certificate === undefined ? [] : [certificateMount]),
];

const configMount = { name: "config", mountPath: configFolder, readOnly: true };

export interface DeploymentOptions {
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccountName: pulumi.Input<string>;
    readonly replicas: number;
    /** CPU and memory limits of a pod, Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly files: DnsdistFiles;
    readonly site: Pick<Site, "imageMirror">;
}

/** The pods of dnsdist. */
export function deployment(options: DeploymentOptions): k8s.apps.v1.DeploymentArgs {
    const { namespace, serviceAccountName, replicas, files } = options;
    return {
        metadata: { name: app, namespace, labels: labels(app) },
        spec: {
            replicas,
            strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
            selector: { matchLabels: { app } },
            template: {
                metadata: { labels: labels(app) },
                spec: {
                    serviceAccountName,
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    priorityClassName: corePriority,
                    tolerations: leaveLostNode,
                    securityContext: dnsdistUser,
                    terminationGracePeriodSeconds: 30,
                    topologySpreadConstraints: onDifferentNodes(app),
                    containers: [container(options)],
                    volumes: fileVolumes(files),
                },
            },
        },
    };
}

function container({ cpu, memory, files, site }: DeploymentOptions): k8s.types.input.core.v1.Container {
    return {
        name: app,
        image: imageReference(images.dnsdist, site),
        command: [program],
        args: ["--supervised", "--disable-syslog", "-C", configFile],
        ports: [
            { name: "dns", containerPort: ports.dns, protocol: "UDP" },
            { name: "dns-tcp", containerPort: ports.dns, protocol: "TCP" },
            { name: "metrics", containerPort: ports.web, protocol: "TCP" },
        ],
        // Ready while one of the resolver's pods answers. Not asked over DNS: a flood of queries over UDP fills the socket's
        // buffer, and a pod that is not ready gets no queries at all.
        startupProbe: { ...asks(webPaths.ready), periodSeconds: 1, failureThreshold: 60 },
        readinessProbe: { ...asks(webPaths.ready), periodSeconds: 5, timeoutSeconds: 3 },
        // Without a resolver, a restart mends nothing.
        livenessProbe: { ...asks(webPaths.alive), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
        // Keeps answering while the Service and the load balancer switch to another pod.
        lifecycle: { preStop: { sleep: { seconds: 10 } } },
        resources: { requests: { cpu: cpuRequest, memory }, limits: { cpu, memory } },
        securityContext: unprivileged,
        volumeMounts: fileMounts(files),
    };
}

const asks = (path: string) => ({ httpGet: { path, port: ports.web } });
