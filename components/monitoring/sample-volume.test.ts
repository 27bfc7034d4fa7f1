import { expect } from "chai";
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";

import { stackRun } from "../../tests/support";
import { refuseSampleVolumeChange, sampleVolumeProblem } from "./sample-volume";

const claim = (storage: string, storageClassName = "local-path") =>
    ({ spec: { storageClassName, resources: { requests: { storage } } } }) as unknown as V1PersistentVolumeClaim;
const wayOut = 'set it back, or see "Change the volume of the samples" in components/monitoring/runbook.md';

describe("a change of the volume of the samples", () => {
    before(() => stackRun("poc")); // a ResourceHook registers itself with the engine

    it("is none if nothing differs, if there is no volume yet, or if the volume is given up", () => {
        expect(sampleVolumeProblem({ size: "20Gi" }, claim("20480Mi"))).to.equal(undefined);
        expect(sampleVolumeProblem({ size: "20Gi", storageClass: "local-path" }, claim("20Gi"))).to.equal(undefined);
        expect(sampleVolumeProblem({ size: "20Gi" }, undefined)).to.equal(undefined);
        expect(sampleVolumeProblem({}, claim("20Gi"))).to.equal(undefined);
    });

    it("names the setting, the existing volume and the way out", () => {
        expect(sampleVolumeProblem({ size: "30Gi" }, claim("20Gi"))).to.equal(
            `noc:monitoring.storage = "30Gi" differs from the size of the existing volume (20Gi); ${wayOut}`,
        );
        expect(sampleVolumeProblem({ size: "20Gi", storageClass: "fast" }, claim("20Gi"))).to.equal(
            `noc:site.storageClass = "fast" differs from the class of Prometheus' existing volume ("local-path"); ${wayOut}`,
        );
    });

    it("is refused before an update, in a preview as well", async () => {
        const hook = refuseSampleVolumeChange({ size: "30Gi" }, "lab", () => Promise.resolve(claim("20Gi")));
        const failure = await Promise.resolve(hook.callback({} as pulumi.ResourceHookArgs)).then(String, String);
        expect(failure).to.contain("noc:monitoring.storage");
        expect(hook.opts).to.deep.equal({ onDryRun: true });
    });

    it("is not looked for without a cluster", async () => {
        const hook = refuseSampleVolumeChange({ size: "30Gi" }, "lab", () => Promise.reject(new Error("no cluster")));
        await hook.callback({} as pulumi.ResourceHookArgs);
    });
});
