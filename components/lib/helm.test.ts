import { expect } from "chai";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stackRun } from "../../tests/support";
import { chartHash, chartSource } from "./helm";
import {
    type InstalledRelease,
    isInterrupted,
    type PendingOperation,
    pendingOperation,
    recoverInterrupted,
} from "./helm-recovery";

describe("a Helm release with a pending operation", () => {
    const release: InstalledRelease = {
        name: "metallb",
        namespace: "metallb-system",
        kubeContext: "lab",
        timeout: 300,
    };
    const inUse = "cannot re-use a name that is still in use";
    const inProgress = "another operation (install/upgrade/rollback) is in progress";
    const failure = (message: string) => ({ errors: [message] }) as never;
    const began = (secondsAgo: number): PendingOperation => ({
        record: `began-${secondsAgo}`,
        began: new Date(Date.now() - secondsAgo * 1000),
    });

    /** Helm's records; `afterPause` gives those that are left after each pause. */
    const helm = (first: PendingOperation[], ...afterPause: PendingOperation[][]) => {
        let now = first;
        const removed: string[] = [];
        return {
            removed,
            list: () => Promise.resolve(now),
            remove: ({ record }: PendingOperation) => Promise.resolve(removed.push(record)),
            pause: () => Promise.resolve((now = afterPause.shift() ?? expect.fail("paused too often"))),
        };
    };
    const recovered = (records: ReturnType<typeof helm>, message = inProgress) =>
        recoverInterrupted(release, records, records.pause).callback(failure(message));

    before(() => stackRun("poc")); // an ErrorHook registers itself with the engine

    it("is recognized by Helm's two messages", () => {
        expect([inUse, inProgress].map(isInterrupted)).to.deep.equal([true, true]);
        expect(isInterrupted("timed out waiting for the condition")).to.equal(false);
    });

    it("is tried again after the record of an operation older than the timeout is removed", async () => {
        const records = helm([began(301)]);
        expect(await recovered(records, inUse)).to.equal(true);
        expect(records.removed).to.deep.equal(["began-301"]);
    });

    it("keeps the record of a younger operation, and is tried again when that has ended", async () => {
        const records = helm([began(10)], [began(15)], []);
        expect(await recovered(records)).to.equal(true);
        expect(records.removed).to.deep.equal([]);
    });

    it("loses the record of an operation that reaches the timeout while it is waited for", async () => {
        const records = helm([began(10)], [began(301)]);
        expect(await recovered(records)).to.equal(true);
        expect(records.removed).to.deep.equal(["began-301"]);
    });

    it("fails where no operation is pending, as when somebody else installed it", async () => {
        expect(await recovered(helm([]), inUse)).to.equal(false);
    });

    it("fails without a look at its records where the error is another one", async () => {
        const records = { ...helm([]), list: () => expect.fail("the records were read") };
        expect(await recovered(records, "timed out waiting for the condition")).to.equal(false);
    });

    it("began when its record was last changed", () => {
        const metadata = {
            name: "sh.helm.release.v1.metallb.v1",
            creationTimestamp: new Date("2026-01-01T00:00:00Z"),
            labels: { createdAt: "1767225600", modifiedAt: "1767229200" },
        };
        expect(pendingOperation({ metadata }).began).to.deep.equal(new Date("2026-01-01T01:00:00Z"));
        expect(pendingOperation({ metadata: { ...metadata, labels: {} } }).began).to.deep.equal(
            metadata.creationTimestamp,
        );
    });
});

describe("a chart's source", () => {
    const chart = { name: "kea", repository: "https://charts.example.org", version: "1.0.0" };
    const oci = { ...chart, repository: "oci://registry.example.org/charts" };

    it("is its repository, or the site's mirror", () => {
        const { name, version, repository } = chart;
        expect(chartSource(chart, {})).to.deep.equal({ chart: name, version, repositoryOpts: { repo: repository } });
        expect(chartSource(chart, { chartMirror: "http://mirror:80" })).to.deep.equal({
            chart: name,
            version,
            repositoryOpts: { repo: "http://mirror:80" },
        });
    });

    it("is one URL where an OCI registry has it, which a mirror may also be", () => {
        const { version } = chart;
        expect(chartSource(oci, {})).to.deep.equal({ chart: "oci://registry.example.org/charts/kea", version });
        expect(chartSource(chart, { chartMirror: "oci://mirror/" })).to.deep.equal({
            chart: "oci://mirror/kea",
            version,
        });
        expect(chartSource(oci, { chartMirror: "http://mirror" })).to.have.property("chart", "kea");
    });

    it("is its folder, whatever the mirror, if it is a chart of this project", () => {
        const local = { name: "kea", folder: "./components/dhcp/chart" };
        expect(chartSource(local, { chartMirror: "http://mirror" })).to.deep.equal({ chart: local.folder });
    });
});

describe("the hash of a local chart", () => {
    const folder = mkdtempSync(join(tmpdir(), "noc-chart-"));
    const hash = () => chartHash({ name: "a", folder: "./chart" }, folder);

    after(() => rmSync(folder, { recursive: true }));

    it("changes with each of its files, and with nothing else", () => {
        mkdirSync(join(folder, "chart", "templates"), { recursive: true });
        const write = (file: string, content: string) => writeFileSync(join(folder, file), content);
        write("chart/Chart.yaml", "name: a");
        const hashes = [hash(), hash()];
        write("beside.yaml", "");
        hashes.push(hash());
        expect(new Set(hashes)).to.have.property("size", 1);
        write("chart/templates/a.yaml", "x");
        hashes.push(hash());
        write("chart/templates/a.yaml", "y");
        hashes.push(hash());
        renameSync(join(folder, "chart/templates/a.yaml"), join(folder, "chart/templates/b.yaml"));
        hashes.push(hash());
        expect(new Set(hashes)).to.have.property("size", 4);
    });
});
