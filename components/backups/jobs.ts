/** The CronJobs: what each reads, and the rights that it needs for that. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { imageReference } from "../lib/images";
import { networkPolicy, toApiServer, toClusterDns, toUrls } from "../lib/network-policy";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import type { BackupsSettings } from "./settings";
import { app, folders, type Store, user } from "./store";
import { images } from "./versions";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** What is backed up: the folder of its backups, and the last part of its CronJob's name. */
export type Kind = "etcd" | "sealed-secrets" | "leases" | "harbor";

export const cronJobOf = (kind: Kind): string => `${app}-${kind}`;

export interface JobOptions {
    readonly namespace: pulumi.Input<string>;
    readonly store: Store;
    readonly settings: BackupsSettings;
    readonly site: Site;
}

export const source = { name: "source", mountPath: folders.source };
export const readOnlySource = { ...source, readOnly: true };

/** Where etcd and its certificates are: kubeadm's control-plane nodes. */
export const controlPlane = {
    nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
    tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
};

/** Snapshots of etcd, which hold every object of the cluster. */
export function etcdJob({ store, settings, site, ...options }: JobOptions, opts: pulumi.CustomResourceOptions): void {
    const files = ["ca.crt", "healthcheck-client.crt", "healthcheck-client.key"];
    const snapshot = `${folders.source}/etcd.db`;
    const etcdContainer = (name: string, command: string[], volumeMounts: VolumeMount[]) => ({
        name,
        image: imageReference(images.etcd, site),
        command,
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "512Mi" } },
        securityContext: unprivileged,
        volumeMounts,
    });
    cronJob(
        "etcd",
        {
            ...store.placement,
            // etcd listens on the node's loopback, and only root can read the key of its client certificate.
            hostNetwork: true,
            dnsPolicy: "ClusterFirstWithHostNet",
            securityContext: { runAsUser: 0, runAsGroup: 0, fsGroup: user, seccompProfile: { type: "RuntimeDefault" } },
            initContainers: [
                etcdContainer(
                    "snapshot",
                    [
                        "etcdctl",
                        `--endpoints=${settings.etcdEndpoint}`,
                        "--cacert=/pki/ca.crt",
                        "--cert=/pki/healthcheck-client.crt",
                        "--key=/pki/healthcheck-client.key",
                        "snapshot",
                        "save",
                        snapshot,
                    ],
                    [
                        source,
                        ...files.map((file) => ({ name: nameOf(file), mountPath: `/pki/${file}`, readOnly: true })),
                    ],
                ),
                // Fails if the snapshot's hash does not fit its contents.
                etcdContainer("verify", ["etcdutl", "snapshot", "status", snapshot, "--write-out=table"], [source]),
            ],
            containers: [store.container("store", ["store", "etcd"], [readOnlySource])],
            volumes: [
                ...store.volumes,
                { name: "source", emptyDir: {} },
                // Not the whole folder: it also has the keys of etcd's own authority and server.
                ...files.map((file) => ({
                    name: nameOf(file),
                    hostPath: { path: `/etc/kubernetes/pki/etcd/${file}`, type: "File" },
                })),
            ],
        },
        { store, settings, site, ...options },
        opts,
    );
}

const nameOf = (file: string): string => file.replace(".", "-");

/** The private keys of sealed-secrets, without which no SealedSecret can be decrypted. */
export function sealedSecretsJob(options: JobOptions, opts: pulumi.CustomResourceOptions): void {
    const { namespace, store } = options;
    const name = cronJobOf("sealed-secrets");
    const own = { namespace: "sealed-secrets", labels: labels(app) };
    const account = new k8s.core.v1.ServiceAccount(
        name,
        { metadata: { name, namespace, labels: labels(app) }, automountServiceAccountToken: false },
        opts,
    );
    // A right to list cannot be limited to a label: the namespace has no other Secrets than the controller's.
    const role = new k8s.rbac.v1.Role(
        name,
        { metadata: { ...own, name }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }] },
        opts,
    );
    new k8s.rbac.v1.RoleBinding(
        name,
        {
            metadata: { ...own, name },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
        },
        opts,
    );
    networkPolicy(
        { name, namespace, podSelector: podLabels("sealed-secrets"), ingress: [], egress: [toApiServer, toClusterDns] },
        opts,
    );
    const secrets =
        "https://kubernetes.default.svc/api/v1/namespaces/sealed-secrets/secrets?labelSelector=sealedsecrets.bitnami.com%2Fsealed-secrets-key";
    cronJob(
        "sealed-secrets",
        {
            ...store.placement,
            serviceAccountName: account.metadata.name,
            securityContext: runAs(user, user),
            // The token is mounted only here, and expires soon.
            initContainers: [
                store.container(
                    "read",
                    ["read-secrets", secrets],
                    [source, { name: "api", mountPath: "/api", readOnly: true }],
                ),
            ],
            containers: [store.container("store", ["store", "sealed-secrets"], [readOnlySource])],
            volumes: [
                ...store.volumes,
                { name: "source", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
                {
                    name: "api",
                    projected: {
                        sources: [
                            { serviceAccountToken: { path: "token", expirationSeconds: 600 } },
                            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
                        ],
                    },
                },
            ],
        },
        options,
        opts,
    );
}

/** Kea's leases, as its files have them. Kea skips a last line that is not complete when it reads them again. */
export function leasesJob(options: JobOptions, opts: pulumi.CustomResourceOptions): void {
    const { store } = options;
    cronJob(
        "leases",
        {
            ...store.placement,
            // Kea's user: its files are readable by it alone.
            securityContext: runAs(1000, 1000),
            containers: [store.container("store", ["store", "leases"], [readOnlySource])],
            volumes: [
                ...store.volumes,
                { name: "source", persistentVolumeClaim: { claimName: "data-kea-dhcp-0", readOnly: true } },
            ],
        },
        options,
        opts,
    );
}

/** Lets the pods of a namespace reach the bucket, if there is one, and nothing else. */
export function storePolicy(
    name: string,
    { namespace, settings: { s3 } }: Pick<JobOptions, "namespace" | "settings">,
    opts: pulumi.CustomResourceOptions,
): void {
    const egress = s3 ? [toClusterDns, ...toUrls([s3.endpoint])] : [];
    networkPolicy({ name, namespace, podSelector: { app }, ingress: [], egress }, opts);
}

export const podLabels = (kind: Kind) => ({ app, "k8s-noc/backup": kind });

/** Makes the CronJob of a kind, with what all of them share. */
export function cronJob(
    kind: Kind,
    pod: PodSpec,
    { namespace, settings }: JobOptions,
    opts: pulumi.CustomResourceOptions,
): void {
    const name = cronJobOf(kind);
    const metadata = { labels: { ...labels(app), ...podLabels(kind) } };
    new k8s.batch.v1.CronJob(
        name,
        {
            metadata: { ...metadata, name, namespace },
            spec: {
                schedule: settings.schedule,
                // "Etc/UTC" needs a time zone database, without which kube-state-metrics crashes on every CronJob.
                timeZone: "UTC",
                concurrencyPolicy: "Forbid",
                startingDeadlineSeconds: 3600,
                successfulJobsHistoryLimit: 1,
                failedJobsHistoryLimit: 1,
                jobTemplate: {
                    metadata,
                    spec: {
                        backoffLimit: 2,
                        activeDeadlineSeconds: 1800,
                        template: {
                            metadata,
                            spec: {
                                restartPolicy: "Never",
                                automountServiceAccountToken: false,
                                enableServiceLinks: false,
                                ...pod,
                            },
                        },
                    },
                },
            },
        },
        opts,
    );
}
