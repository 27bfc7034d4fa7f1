import { expect } from "chai";
import type { V1StatefulSet } from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";

import { stackRun } from "../../tests/support";
import { refuseVolumeChange, volumeProblem } from "./claim-template";

const statefulSet = (storage: string, storageClassName?: string) =>
    ({
        spec: { volumeClaimTemplates: [{ spec: { storageClassName, resources: { requests: { storage } } } }] },
    }) as unknown as V1StatefulSet;
const wanted = (size: string, storageClass?: string) => ({
    size,
    storageClass,
    key: "noc:dhcp.leaseStorage",
    wayOut: "see the runbook",
});
const wayOut = "set it back, or see the runbook";

describe("a change of a volume that a StatefulSet claims", () => {
    it("is none if the size is only written in another way, or nothing is deployed yet", () => {
        expect(volumeProblem(wanted("1Gi"), statefulSet("1024Mi"))).to.equal(undefined);
        expect(volumeProblem(wanted("1Gi", "a"), statefulSet("1Gi", "a"))).to.equal(undefined);
        expect(volumeProblem(wanted("1Gi"), undefined)).to.equal(undefined);
    });

    it("names the setting, the existing volume and the way out", () => {
        expect(volumeProblem(wanted("200Mi"), statefulSet("100Mi"))).to.equal(
            `noc:dhcp.leaseStorage = "200Mi" differs from the size of the existing volume (100Mi); ${wayOut}`,
        );
        expect(volumeProblem(wanted("1Gi", "fast"), statefulSet("1Gi"))).to.equal(
            `noc:site.storageClass = "fast" differs from the class of the existing volume (the default class); ${wayOut}`,
        );
        expect(volumeProblem(wanted("1Gi"), statefulSet("1Gi", "fast"))).to.equal(
            `noc:site.storageClass = the default class differs from the class of the existing volume ("fast"); ${wayOut}`,
        );
    });

    describe("before an update", () => {
        before(() => stackRun("poc")); // a ResourceHook registers itself with the engine

        const server = { name: "kea-dhcp", namespace: "noc", kubeContext: "lab" };
        const update = async (read: () => Promise<V1StatefulSet>) =>
            refuseVolumeChange(wanted("200Mi"), server, read).callback({} as pulumi.ResourceHookArgs);

        it("is refused, in a preview as well", async () => {
            const failure = await update(() => Promise.resolve(statefulSet("100Mi"))).then(String, String);
            expect(failure).to.contain("noc:dhcp.leaseStorage");
            const hook = refuseVolumeChange(wanted("200Mi"), server, () => Promise.reject(new Error("no cluster")));
            expect(hook.opts).to.deep.equal({ onDryRun: true });
        });

        it("is not looked for without a cluster", async () => {
            await update(() => Promise.reject(new Error("no cluster")));
        });
    });
});
