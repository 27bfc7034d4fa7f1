/** What backups of one namespace are stored with: the targets, the password, the script, and a pod to restore from. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { imageReference } from "../lib/images";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import type { BackupsSettings } from "./settings";
import { images } from "./versions";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** Namespace of all backups that need not be made in another. */
export const namespaceName = "backups";
/** Label of the pods that make and restore backups. */
export const app = "backup";
/** Name of the Deployment that backups are fetched with. It has no pods until it is scaled up. */
export const restoreApp = "restore";
/** User and group of the pods that need no other. */
export const user = 65534;

/** Folders of the containers. */
export const folders = {
    /** What is backed up. */
    source: "/source",
    archive: "/archive",
    /** Root of the volume with the backups. */
    backups: "/backups",
    restored: "/restored",
    scripts: "/scripts",
    secret: "/etc/backup",
} as const;

export const script = `${folders.scripts}/backup.sh`;

/** The places where backups are kept, as the script names them. */
export const targets = ({ volume, s3 }: Pick<BackupsSettings, "volume" | "s3">): string[] => [
    ...(volume ? ["volume"] : []),
    ...(s3 ? ["bucket"] : []),
];

/** The script's environment: rclone reads the configuration of its remotes from it. See https://rclone.org/docs/#config-file */
export function environment({ keepDays, s3, ...settings }: BackupsSettings, secretName: pulumi.Input<string>) {
    const remote = (name: string, values: Record<string, string>) =>
        Object.entries(values).map(([key, value]) => ({ name: `RCLONE_CONFIG_${name}_${key}`, value }));
    // The contents are encrypted; names stay readable, so that a backup can be found without the password.
    const encrypted = { TYPE: "crypt", FILENAME_ENCRYPTION: "off", DIRECTORY_NAME_ENCRYPTION: "false" };
    const fromSecret = (name: string, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: secretName, key } },
    });
    return [
        { name: "TARGETS", value: targets({ s3, ...settings }).join(" ") },
        { name: "KEEP_DAYS", value: `${keepDays}` },
        { name: "SOURCE", value: folders.source },
        { name: "ARCHIVE", value: folders.archive },
        { name: "RESTORED", value: folders.restored },
        { name: "PASSWORD_FILE", value: `${folders.secret}/password` },
        { name: "RCLONE_CONFIG", value: "/dev/null" },
        { name: "RCLONE_RETRIES", value: "3" },
        ...remote("VOLUME", { ...encrypted, REMOTE: folders.backups }),
        ...(s3
            ? [
                  ...remote("BUCKET", { ...encrypted, REMOTE: `s3:${s3.bucket}` }),
                  ...remote("S3", {
                      TYPE: "s3",
                      PROVIDER: "Other",
                      ENDPOINT: s3.endpoint,
                      REGION: s3.region,
                      // The key need not have the right to create buckets.
                      NO_CHECK_BUCKET: "true",
                  }),
                  fromSecret("RCLONE_CONFIG_S3_ACCESS_KEY_ID", "accessKey"),
                  fromSecret("RCLONE_CONFIG_S3_SECRET_ACCESS_KEY", "secretKey"),
              ]
            : []),
    ];
}

export interface StoreOptions {
    /** Unique prefix of the resources. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
    /** Placement of all pods that mount the volume. */
    readonly placement: Pick<PodSpec, "nodeSelector" | "tolerations" | "affinity">;
    readonly settings: BackupsSettings;
    readonly site: Site;
}

/** What the pods of a namespace share. */
export interface Store {
    readonly volumes: readonly Volume[];
    readonly placement: StoreOptions["placement"];
    /** A container that runs the script. */
    readonly container: (name: string, args: readonly string[], mounts?: readonly VolumeMount[]) => Container;
}

/** Makes the volume, the Secret, the script and the Deployment `restore` in a namespace. */
export function backupStore(options: StoreOptions, opts: pulumi.CustomResourceOptions): Store {
    const { name, namespace, password, placement, settings, site } = options;
    const metadata = { namespace, labels: labels(app) };
    const { s3 } = settings;
    const secret = new k8s.core.v1.Secret(
        `${name}-store`,
        {
            metadata,
            stringData: { password, ...(s3 && { accessKey: s3.accessKey, secretKey: s3.secretKey }) },
        },
        opts,
    );
    const scripts = new k8s.core.v1.ConfigMap(
        `${name}-script`,
        { metadata, data: { "backup.sh": readFileSync(join(__dirname, "backup.sh"), "utf8") } },
        opts,
    );
    const claim = settings.volume ? volumeClaim(options, opts) : undefined;
    const env = environment(settings, secret.metadata.name);
    const store: Store = {
        placement,
        volumes: [
            { name: "scripts", configMap: { name: scripts.metadata.name } },
            {
                name: "secret",
                secret: { secretName: secret.metadata.name, items: [{ key: "password", path: "password" }] },
            },
            { name: "archive", emptyDir: {} },
            ...(claim ? [{ name: "backups", persistentVolumeClaim: { claimName: claim.metadata.name } }] : []),
        ],
        container: (containerName, args, mounts = []) => ({
            name: containerName,
            image: imageReference(images.rclone, site),
            command: ["sh", script, ...args],
            env,
            resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "512Mi" } },
            securityContext: unprivileged,
            volumeMounts: [
                { name: "scripts", mountPath: folders.scripts, readOnly: true },
                { name: "secret", mountPath: folders.secret, readOnly: true },
                { name: "archive", mountPath: folders.archive },
                ...(claim ? [{ name: "backups", mountPath: folders.backups }] : []),
                ...mounts,
            ],
        }),
    };
    restoreDeployment(store, { name, metadata }, opts);
    return store;
}

function volumeClaim({ name, namespace, settings, site }: StoreOptions, opts: pulumi.CustomResourceOptions) {
    return new k8s.core.v1.PersistentVolumeClaim(
        `${name}-volume`,
        {
            metadata: {
                name: "backups",
                namespace,
                labels: labels(app),
                // It is bound when the first backup is made.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: site.storageClass,
                resources: { requests: { storage: settings.volumeSize } },
            },
        },
        opts,
    );
}

/** Idle until it is scaled up: its pod has the targets and the password, and room for what is restored. */
function restoreDeployment(
    store: Store,
    { name, metadata }: { name: string; metadata: k8s.types.input.meta.v1.ObjectMeta },
    opts: pulumi.CustomResourceOptions,
): void {
    const container = store.container("restore", [], [{ name: "restored", mountPath: folders.restored }]);
    new k8s.apps.v1.Deployment(
        `${name}-restore`,
        {
            metadata: {
                ...metadata,
                name: restoreApp,
                // Without pods its volume may have none yet, and Pulumi would wait for that.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                replicas: 0,
                selector: { matchLabels: { app, "k8s-noc/backup": restoreApp } },
                template: {
                    metadata: { labels: { ...labels(app), "k8s-noc/backup": restoreApp } },
                    spec: {
                        ...store.placement,
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: runAs(user, user),
                        containers: [{ ...container, command: ["sleep", "infinity"] }],
                        volumes: [...store.volumes, { name: "restored", emptyDir: {} }],
                        terminationGracePeriodSeconds: 1,
                    },
                },
            },
        },
        opts,
    );
}
