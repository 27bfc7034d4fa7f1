/**
 * The path of a query without the pod network (`path: node`): a resolver in the network of each node, and an agent that
 * leads queries there while it answers. The Service and its pods stay as they are and get all other queries.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseRange, subnetsOf } from "../../config/addresses";
import { imageReference } from "../lib/images";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { Alert, ServiceMonitor } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import { denyByDefault, type Peer } from "../lib/network-policy";
import { corePriority, labels, serviceAccount, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { nftTable, nodeApp, nodeHealthPort, route, table } from "./node-path-config";
import { addressesOf, type DnsSettings } from "./settings";
import { app as podsApp, controlVolume, exporter, exporterPort, redisWaiter, server } from "./unbound";
import { fileVolumes, unboundUser } from "./unbound-files";
import { images } from "./versions";

/** Namespace of the resolvers in the nodes' network, apart from `site.namespace` because that is `restricted`. */
export const nodeNamespace = "dns-node";
/** The container that leads queries to the resolver. It is ready while it does. */
export const agent = "agent";

/** How long Unbound still answers after it was told to stop. The agent switches the path off within two seconds. */
const stopSeconds = 5;

/** The files of the agent, by name. */
const agentFiles = { script: "node-path.sh", table: "table.nft" } as const;
const agentFolder = "/agent";

/**
 * The resolvers as others see them, for network policies: pods, and the nodes if queries are answered there. Pods in the
 * nodes' network have the addresses of nodes.
 */
export const resolverPeers = (
    { path }: Pick<DnsSettings, "path">,
    { nodeAddresses }: Pick<Site, "nodeAddresses">,
): readonly [Peer, ...Peer[]] => [
    { pods: { app: podsApp } },
    ...(path === "node"
        ? nodeAddresses.flatMap((range) => subnetsOf(parseRange(range))).map((cidr) => ({ cidr }))
        : []),
];

export interface NodePathOptions {
    readonly settings: DnsSettings;
    /** unbound.conf and the files that it includes, apart from cachedb.conf. */
    readonly files: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** The file with the access to Redis. */
    readonly cachedbConf: pulumi.Input<string>;
    /** IP address of Redis. */
    readonly redis: pulumi.Input<string>;
    /** The check that the pods' files have to pass before any resolver is touched. */
    readonly check: pulumi.Resource;
    readonly site: Site;
}

/** Makes the namespace and what is in it. */
export function nodePath(options: NodePathOptions, opts: pulumi.CustomResourceOptions): void {
    const { settings, check, redis, site } = options;
    const { metadata } = podNamespace({ name: nodeNamespace, podSecurity: "privileged" }, opts);
    const namespace = metadata.name;
    denyByDefault(`${nodeNamespace}-default-deny`, namespace, opts);

    const object = { metadata: { namespace, labels: labels(nodeApp) } };
    // Pulumi names them: a change makes new ones, and the pods roll over to them.
    const config = new k8s.core.v1.ConfigMap(`${nodeApp}-config`, { ...object, data: options.files }, opts);
    const secret = new k8s.core.v1.Secret(
        `${nodeApp}-cachedb`,
        { ...object, stringData: { "cachedb.conf": options.cachedbConf } },
        opts,
    );
    const agentConfig = new k8s.core.v1.ConfigMap(
        `${nodeApp}-agent`,
        {
            ...object,
            data: {
                [agentFiles.script]: readFileSync(join(__dirname, agentFiles.script), "utf8"),
                [agentFiles.table]: nftTable(settings),
            },
        },
        opts,
    );
    const files = { config: config.metadata.name, secret: secret.metadata.name };
    new k8s.apps.v1.DaemonSet(
        nodeApp,
        {
            metadata: { name: nodeApp, namespace, labels: labels(nodeApp) },
            spec: {
                selector: { matchLabels: { app: nodeApp } },
                updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
                template: {
                    metadata: { labels: labels(nodeApp) },
                    spec: {
                        hostNetwork: true,
                        serviceAccountName: serviceAccount(nodeApp, namespace, opts),
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        priorityClassName: corePriority,
                        securityContext: unboundUser,
                        terminationGracePeriodSeconds: stopSeconds + 20,
                        initContainers: [redisWaiter({ redis, site })],
                        containers: [
                            server({
                                ...settings,
                                files,
                                port: nodeHealthPort,
                                stopSeconds,
                                // For port 53, and to answer from addresses that the node does not have (IP_TRANSPARENT).
                                securityContext: rootWith("NET_BIND_SERVICE", "NET_RAW"),
                                site,
                            }),
                            exporter(site, "$(POD_IP)", [fieldOf("POD_IP", "status.podIP")]),
                            agentContainer(settings, site),
                        ],
                        volumes: [
                            ...fileVolumes(files),
                            controlVolume,
                            { name: agent, configMap: { name: agentConfig.metadata.name } },
                        ],
                    },
                },
            },
        },
        { ...opts, dependsOn: check },
    );
    metricsService({ app: nodeApp, namespace, selector: { app: nodeApp }, port: exporterPort }, opts);
}

/**
 * Root with these capabilities and no others. A container of another user gets no capability that its program could use:
 * https://github.com/kubernetes/enhancements/issues/2763
 */
const rootWith = (...add: string[]) => ({
    ...unprivileged,
    runAsNonRoot: false,
    runAsUser: 0,
    capabilities: { ...unprivileged.capabilities, add },
});

const fieldOf = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const agentContainer = (settings: DnsSettings, site: Site): k8s.types.input.core.v1.Container => {
    const addresses = addressesOf(settings);
    return {
        name: agent,
        image: imageReference(images.nodeAgent, site),
        command: ["sh", `${agentFolder}/${agentFiles.script}`, `${agentFolder}/${agentFiles.table}`],
        env: [
            { name: "TABLE", value: table },
            { name: "MARK", value: route.mark },
            { name: "ROUTE", value: String(route.number) },
            { name: "ADDRESSES", value: addresses.join(" ") },
            { name: "HEALTH_PORT", value: String(nodeHealthPort) },
            fieldOf("NODE_IP", "status.hostIP"),
        ],
        readinessProbe: {
            exec: { command: ["nft", `get element ip ${table} answered { ${addresses.join(", ")} }`] },
            periodSeconds: 5,
            timeoutSeconds: 2,
        },
        resources: { requests: { cpu: "20m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
        securityContext: rootWith("NET_ADMIN"),
        volumeMounts: [{ name: agent, mountPath: agentFolder, readOnly: true }],
    };
};

/** The exporters beside these resolvers. Their samples are among those of the pods, so that alerts and panels show them. */
export const nodeMonitor = (namespace: string): ServiceMonitor => ({
    ...metricsMonitor(nodeApp, nodeNamespace),
    labels: { job: podsApp, namespace },
});

/** The alert on a path that is off. */
export const nodePathAlert: Alert = {
    alert: "DnsPathOff",
    expr: `kube_pod_container_status_ready{namespace="${nodeNamespace}",container="${agent}"} == 0`,
    for: "2m",
    severity: "warning",
    summary: "Queries take the ordinary path",
    description:
        "{{ $labels.pod }} has not led queries to the resolver in its node's network for two minutes: they go through the Service, which answers fewer.",
};
