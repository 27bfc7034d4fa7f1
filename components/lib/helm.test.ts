import { expect } from "chai";

import { stackRun } from "../../tests/support";
import { chartSource } from "./helm";
import { type InstalledRelease, isInterrupted, recoverInterrupted } from "./helm-recovery";

describe("a Helm release whose last operation was killed", () => {
    const release: InstalledRelease = { name: "metallb", namespace: "metallb-system", kubeContext: "lab" };
    const inUse = "cannot re-use a name that is still in use";
    const inProgress = "another operation (install/upgrade/rollback) is in progress";
    const failure = (message: string) => ({ errors: [message] }) as never;

    before(() => stackRun("poc")); // an ErrorHook registers itself with the engine

    it("is told from every other failure", () => {
        expect([inUse, inProgress].map(isInterrupted)).to.deep.equal([true, true]);
        expect(isInterrupted("timed out waiting for the condition")).to.equal(false);
    });

    it("is tried again once its record is removed", async () => {
        const forgotten: InstalledRelease[] = [];
        const hook = recoverInterrupted(release, (it) => Promise.resolve(forgotten.push(it)));
        expect(await hook.callback(failure(inUse))).to.equal(true);
        expect(forgotten).to.deep.equal([release]);
    });

    it("is left alone where no operation is pending, as when somebody else installed it", async () => {
        expect(await recoverInterrupted(release, () => Promise.resolve(0)).callback(failure(inUse))).to.equal(false);
    });

    it("is not looked for when it failed for another reason", async () => {
        const hook = recoverInterrupted(release, () => expect.fail("it was looked for"));
        expect(await hook.callback(failure("timed out waiting for the condition"))).to.equal(false);
    });
});

describe("a chart's source", () => {
    const chart = { name: "kea", repository: "https://charts.example.org", version: "1.0.0" };
    const oci = { ...chart, repository: "oci://registry.example.org/charts" };

    it("is its repository, or the site's mirror", () => {
        expect(chartSource(chart, {})).to.deep.equal({ chart: "kea", repositoryOpts: { repo: chart.repository } });
        expect(chartSource(chart, { chartMirror: "http://mirror:80" })).to.deep.equal({
            chart: "kea",
            repositoryOpts: { repo: "http://mirror:80" },
        });
    });

    it("is one URL where an OCI registry has it, which a mirror may also be", () => {
        expect(chartSource(oci, {})).to.deep.equal({ chart: "oci://registry.example.org/charts/kea" });
        expect(chartSource(chart, { chartMirror: "oci://mirror/" })).to.deep.equal({ chart: "oci://mirror/kea" });
        expect(chartSource(oci, { chartMirror: "http://mirror" })).to.have.property("chart", "kea");
    });
});
