import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { imageReference } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { images } from "./versions";

describe("storage", () => {
    const name = `verify-${randomBytes(4).toString("hex")}`;
    const namespace = "local-path-storage";
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.storage.enabled) {
            unchecked(this, "storage is switched off");
        }
    });

    it("gives a pod a volume that it can write to, and removes it with its claim", async () => {
        const { core } = stack.cluster;
        const { storage, site } = stack.settings;
        await core.createNamespacedPersistentVolumeClaim({
            namespace,
            body: {
                metadata: { name },
                spec: {
                    storageClassName: storage.className,
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: "1Mi" } },
                },
            },
        });
        let volume: string | undefined;
        try {
            await core.createNamespacedPod({
                namespace,
                body: {
                    metadata: { name },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        securityContext: runAs(1000, 1000),
                        containers: [
                            {
                                name: "writer",
                                image: imageReference(images.helper, site),
                                command: ["sh", "-c", "echo written >/data/file && grep written /data/file"],
                                securityContext: unprivileged,
                                volumeMounts: [{ name: "data", mountPath: "/data" }],
                            },
                        ],
                        volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
                    },
                },
            });
            await eventually(async () => {
                const { status } = await core.readNamespacedPod({ name, namespace });
                expect(status?.phase).to.equal("Succeeded");
            }, 120);
            const claim = await core.readNamespacedPersistentVolumeClaim({ name, namespace });
            volume = claim.spec?.volumeName ?? expect.fail("the claim has no volume");
            const { spec } = await core.readPersistentVolume({ name: volume });
            expect(spec?.hostPath?.path ?? spec?.local?.path).to.match(new RegExp(`^${storage.path}/`));
        } finally {
            await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }).catch(() => undefined);
            await core.deleteNamespacedPersistentVolumeClaim({ name, namespace });
        }
        await eventually(async () => {
            const { items } = await core.listPersistentVolume();
            expect(items.map(({ metadata }) => metadata?.name)).not.to.include(volume);
        }, 60);
    });
});
