/** The CronJob that saves a component's database, over the network. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Database } from "../lib/component";
import { imageReference } from "../lib/images";
import { networkPolicy, tcp, toClusterDns } from "../lib/network-policy";
import { labels, runAs, unprivileged } from "../lib/pods";
import { cronJob, cronJobOf, type JobOptions, podLabels, readOnlySource, source } from "./jobs";
import { app, folders, namespaceName, user } from "./store";

/** Harbor's projects, accounts and the list of its images, as SQL. The images themselves are not saved. */
export function harborJob(
    { host, name: databaseName, user: owner, password, pods, client }: Database,
    options: JobOptions,
    opts: pulumi.CustomResourceOptions,
): void {
    const { namespace, store, site } = options;
    const name = cronJobOf("harbor");
    const metadata = { name, labels: labels(app) };
    const secret = new k8s.core.v1.Secret(
        name,
        { metadata: { ...metadata, namespace }, stringData: { password } },
        opts,
    );
    const port = tcp(pods.port);
    networkPolicy(
        {
            name,
            namespace,
            podSelector: podLabels("harbor"),
            ingress: [],
            egress: [toClusterDns, { peers: [{ namespace: pods.namespace, pods: pods.labels }], ports: [port] }],
        },
        opts,
    );
    networkPolicy(
        {
            name: `${name}-from-backups`,
            namespace: pods.namespace,
            podSelector: pods.labels,
            ingress: [{ peers: [{ namespace: namespaceName, pods: podLabels("harbor") }], ports: [port] }],
        },
        opts,
    );
    cronJob(
        "harbor",
        {
            ...store.placement,
            securityContext: runAs(user, user),
            initContainers: [
                {
                    name: "dump",
                    image: imageReference(client, site),
                    command: ["pg_dump", "--clean", "--if-exists", `--file=${folders.source}/harbor.sql`],
                    env: [
                        { name: "PGHOST", value: host },
                        { name: "PGUSER", value: owner },
                        { name: "PGDATABASE", value: databaseName },
                        {
                            name: "PGPASSWORD",
                            valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } },
                        },
                    ],
                    resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                    securityContext: unprivileged,
                    volumeMounts: [source],
                },
            ],
            containers: [store.container("store", ["store", "harbor"], [readOnlySource])],
            volumes: [...store.volumes, { name: "source", emptyDir: {} }],
        },
        options,
        opts,
    );
}
