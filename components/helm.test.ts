import { expect } from "chai";

import { stackRun } from "../tests/support";
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
