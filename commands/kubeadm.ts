import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { environment } from "../config/environment";

/** Folder of the control-plane nodes that the API server reads its files from. */
const folder = "/etc/kubernetes/noc";
const auditFolder = "/var/log/kubernetes/audit";
/** Files are parted by a line, as YAML's documents are. */
const documents = (...objects: object[]): string => objects.map((object) => stringify(object)).join("---\n");
const args = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));

/** What only kubeadm can set: see docs/control-plane.md. */
const clusterConfiguration = {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    apiServer: {
        extraArgs: args({
            "audit-policy-file": `${folder}/audit-policy.yaml`,
            "audit-log-path": `${auditFolder}/audit.log`,
            "audit-log-maxage": "30",
            "audit-log-maxbackup": "10",
            "audit-log-maxsize": "100",
            "encryption-provider-config": `${folder}/encryption.yaml`,
            // The defaults, written down: docs/control-plane.md says when to change them.
            "max-requests-inflight": "400",
            "max-mutating-requests-inflight": "200",
            profiling: "false",
        }),
        extraVolumes: [
            { name: "noc", hostPath: folder, mountPath: folder, readOnly: true, pathType: "Directory" },
            { name: "audit", hostPath: auditFolder, mountPath: auditFolder, pathType: "DirectoryOrCreate" },
        ],
    },
    controllerManager: { extraArgs: args({ "bind-address": "0.0.0.0", profiling: "false" }) },
    scheduler: { extraArgs: args({ "bind-address": "0.0.0.0", profiling: "false" }) },
    etcd: {
        local: {
            extraArgs: args({
                "listen-metrics-urls": "http://0.0.0.0:2381",
                // Beyond its quota, etcd refuses every write until somebody clears the alarm. The default is 2 GiB.
                "quota-backend-bytes": `${8 * 2 ** 30}`,
            }),
        },
    },
};

/** The default, written down: docs/control-plane.md. */
const kubeletConfiguration = {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: 110,
};

const kubeProxyConfiguration = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    metricsBindAddress: "0.0.0.0:10249",
};

const changes = ["create", "update", "patch", "delete", "deletecollection"];

/** Who has changed what, and who has read secrets. The first rule that fits a request counts. */
const auditPolicy = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [
        { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/metrics", "/version", "/openapi/*"] },
        // Renewed every few seconds, and written by the thousands.
        {
            level: "None",
            resources: [
                { group: "coordination.k8s.io", resources: ["leases"] },
                { group: "", resources: ["events"] },
                { group: "events.k8s.io", resources: ["events"] },
            ],
        },
        // Without the contents: they are the secrets.
        {
            level: "Metadata",
            resources: [
                { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
                { group: "authentication.k8s.io", resources: ["tokenreviews"] },
                { group: "bitnami.com", resources: ["sealedsecrets"] },
            ],
        },
        { level: "Metadata", resources: [{ group: "", resources: ["pods/exec", "pods/attach", "pods/portforward"] }] },
        // What nodes and controllers write of an object's state.
        { level: "None", userGroups: ["system:nodes"] },
        { level: "None", users: ["system:kube-scheduler", "system:kube-controller-manager", "system:kube-proxy"] },
        { level: "Request", verbs: changes },
    ],
};

const encryption = (key: string) => ({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
        {
            resources: ["secrets"],
            // `identity` reads what was stored before, until it is written again.
            providers: [{ secretbox: { keys: [{ name: "key1", secret: key }] } }, { identity: {} }],
        },
    ],
});

/**
 * The files for kubeadm and for the control-plane nodes, by their names.
 * @param key 32 bytes in base64 that Secrets are encrypted with in etcd.
 */
export const kubeadmFiles = (key: string): Readonly<Record<string, string>> => ({
    "cluster.yaml": documents(clusterConfiguration, kubeProxyConfiguration, kubeletConfiguration),
    "audit-policy.yaml": documents(auditPolicy),
    "encryption.yaml": documents(encryption(key)),
});

/** Writes the files into a folder that does not exist yet: a second key would make the first one's Secrets unreadable. */
export function kubeadm(): Promise<void> {
    const target = `kubeadm-${environment.stack}`;
    try {
        mkdirSync(target, { mode: 0o700 });
    } catch {
        throw new Error(
            `${target} exists already; if its encryption key is in use, keep it, otherwise remove the folder and run this again`,
        );
    }
    for (const [name, text] of Object.entries(kubeadmFiles(randomBytes(32).toString("base64")))) {
        writeFileSync(join(target, name), text, { mode: 0o600 });
    }
    console.log(`wrote ${target}/ with an encryption key of its own; docs/control-plane.md says how to apply it`);
    return Promise.resolve();
}
