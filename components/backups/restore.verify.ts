/**
 * Restores the backups. The keys of sealed-secrets are deleted and brought back: for that time no SealedSecret is
 * decrypted. etcd's snapshot is restored into an etcd of its own; the cluster's is not touched.
 */
import { BatchV1Api, type V1Secret } from "@kubernetes/client-node";
import { expect } from "chai";
import Table from "cli-table3";
import { randomBytes } from "node:crypto";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { sealedSecretsOf } from "../sealed-secrets/controller-client";
import { backUpNow, inRestorePod } from "./backups-client";

const namespace = "backups";

describe("backups that are restored", function () {
    this.timeout(15 * 60_000);
    const table = new Table({ head: ["drill", "backed up in", "restored in"], style: { head: [] } });
    const since = (start: number) => `${((Date.now() - start) / 1000).toFixed(1)} s`;
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.backups.enabled) {
            unchecked(this, "backups are switched off");
        }
    });

    after(() => console.log(table.toString()));

    it("bring back an object that was deleted from etcd", async function () {
        if (!stack.settings.backups.etcd) {
            unchecked(this, "etcd is not backed up");
        }
        const { core } = stack.cluster;
        const name = `restore-drill-${randomBytes(4).toString("hex")}`;
        const value = randomBytes(16).toString("hex");
        await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { value } } });
        const begun = Date.now();
        await backUpNow(stack, namespace, "backup-etcd").finally(() =>
            core.deleteNamespacedConfigMap({ namespace, name }),
        );
        const backedUp = since(begun);
        const image = await etcdImage(stack);
        const lost = Date.now();
        const found = await inRestorePod(
            stack,
            namespace,
            ({ containers: [fetch = expect.fail("restore has no container")], ...spec }) => {
                const volumeMounts = [{ name: "restored", mountPath: "/restored" }];
                const { securityContext } = fetch;
                const etcd = { image, volumeMounts, securityContext, imagePullPolicy: "IfNotPresent" };
                const snapshot = "/restored/etcd/etcd.db";
                return {
                    ...spec,
                    initContainers: [
                        Object.assign({}, fetch, { name: "fetch", command: fetchCommand("etcd") }),
                        {
                            ...etcd,
                            name: "restore",
                            command: ["etcdutl", "snapshot", "restore", snapshot, "--data-dir=/restored/data"],
                        },
                    ],
                    containers: [{ ...etcd, name: "etcd", command: ["etcd", "--data-dir=/restored/data"] }],
                };
            },
            (exec) =>
                eventually(
                    () =>
                        exec("etcd", [
                            "etcdctl",
                            "get",
                            `/registry/configmaps/${namespace}/${name}`,
                            "--print-value-only",
                        ]),
                    60,
                ),
        );
        expect(found).to.contain(value);
        table.push(["etcd, an object that was deleted", backedUp, since(lost)]);
    });

    it("bring back the keys of sealed-secrets, and with them a Secret that nothing else can decrypt", async function () {
        if (!stack.settings.sealedSecrets.enabled) {
            unchecked(this, "sealed-secrets is switched off");
        }
        const sealedSecrets = sealedSecretsOf(stack);
        const name = `restore-drill-${randomBytes(4).toString("hex")}`;
        const value = randomBytes(8).toString("hex");
        const sealed = await sealedSecrets.sealed(name, value);
        const begun = Date.now();
        await backUpNow(stack, namespace, "backup-sealed-secrets");
        const backedUp = since(begun);

        const keys = await sealedSecrets.keys();
        try {
            await sealedSecrets.deleteKeys(keys);
            const lost = Date.now();
            await sealedSecrets.restart();
            await sealedSecrets.create(sealed);
            expect(await sealedSecrets.failure(name)).to.contain("decrypt");
            const text = await inRestorePod(
                stack,
                namespace,
                ({ containers: [container = expect.fail("restore has no container")], ...spec }) => ({
                    ...spec,
                    initContainers: [
                        Object.assign({}, container, { name: "fetch", command: fetchCommand("sealed-secrets") }),
                    ],
                    containers: [container],
                }),
                (exec) => exec("restore", ["cat", "/restored/sealed-secrets/secrets.json"]),
            );
            await sealedSecrets.putKeys((JSON.parse(text) as { items: V1Secret[] }).items);
            await sealedSecrets.restart();
            expect(await sealedSecrets.value(name)).to.equal(value);
            table.push(["sealed-secrets, all keys deleted", backedUp, since(lost)]);
        } finally {
            // The keys as they were, whatever has happened.
            await sealedSecrets.putKeys(keys);
            await sealedSecrets.remove(name);
        }
    });
});

const fetchCommand = (kind: string) => ["sh", "/scripts/backup.sh", "fetch", kind];

async function etcdImage({ cluster }: Deployed): Promise<string> {
    const batch = cluster.config.makeApiClient(BatchV1Api);
    const { spec } = await batch.readNamespacedCronJob({ namespace, name: "backup-etcd" });
    const [snapshot] = spec?.jobTemplate.spec?.template.spec?.initContainers ?? [];
    return snapshot?.image ?? expect.fail("backup-etcd has no image");
}
