import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse, parseAllDocuments } from "yaml";

import { kubeadmFiles } from "../commands/kubeadm";
import { installed } from "./support";

interface Arguments {
    extraArgs: { name: string; value: string }[];
}
interface ClusterConfiguration {
    apiServer: Arguments & { extraVolumes: { mountPath: string }[] };
    controllerManager: Arguments;
    scheduler: Arguments;
    etcd: { local: Arguments };
}

describe("the control plane's settings for kubeadm", () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    const files = kubeadmFiles(key);
    const [cluster, proxy, kubelet] = parseAllDocuments(files["cluster.yaml"] ?? "").map(
        (document) => document.toJS() as unknown,
    );
    const { apiServer, controllerManager, scheduler, etcd } = cluster as ClusterConfiguration;
    const value = ({ extraArgs }: Arguments, flag: string) => extraArgs.find(({ name }) => name === flag)?.value ?? "";

    it("are what the doctor looks for: metrics beyond loopback, an audit log, encryption", () => {
        expect(value(controllerManager, "bind-address")).to.equal("0.0.0.0");
        expect(value(scheduler, "bind-address")).to.equal("0.0.0.0");
        expect(value(etcd.local, "listen-metrics-urls")).not.to.contain("127.0.0.1");
        expect(proxy).to.include({ metricsBindAddress: "0.0.0.0:10249" });
        expect(value(apiServer, "audit-log-path")).not.to.equal("");
        expect(value(apiServer, "encryption-provider-config")).not.to.equal("");
    });

    it("are the limits that the documentation explains", () => {
        expect(value(apiServer, "max-requests-inflight")).to.equal("400");
        expect(value(apiServer, "max-mutating-requests-inflight")).to.equal("200");
        expect(value(etcd.local, "quota-backend-bytes")).to.equal("8589934592");
        expect(kubelet).to.include({ maxPods: 110 });
    });

    it("name only files that the API server's container mounts", () => {
        const mounts = apiServer.extraVolumes.map(({ mountPath }) => mountPath);
        for (const flag of ["audit-policy-file", "audit-log-path", "encryption-provider-config"]) {
            expect(
                mounts.some((mount) => value(apiServer, flag).startsWith(`${mount}/`)),
                flag,
            ).to.equal(true);
        }
        expect(Object.keys(files)).to.include.members(
            ["audit-policy-file", "encryption-provider-config"].map((flag) => value(apiServer, flag).split("/").at(-1)),
        );
    });

    it("never write a secret's contents into the audit log", () => {
        const { rules } = parse(files["audit-policy.yaml"] ?? "") as {
            rules: { level: string; verbs?: string[]; resources?: { group: string; resources: string[] }[] }[];
        };
        const first = rules.findIndex(({ resources = [] }) =>
            resources.some(({ group, resources: names }) => group === "" && names.includes("secrets")),
        );
        expect(rules[first]?.level).to.equal("Metadata");
        const before = rules.slice(0, first).map(({ level }) => level);
        expect(before.filter((level) => level !== "None")).to.deep.equal([]);
    });

    it("encrypt with the key first, and still read what is not encrypted", () => {
        const { resources } = parse(files["encryption.yaml"] ?? "") as { resources: { providers: object[] }[] };
        expect(resources[0]?.providers).to.deep.equal([
            { secretbox: { keys: [{ name: "key1", secret: key }] } },
            { identity: {} },
        ]);
    });

    it("are read by kubeadm", function () {
        if (!installed("kubeadm")) {
            this.skip();
        }
        const folder = mkdtempSync(join(tmpdir(), "noc-kubeadm-"));
        try {
            const file = join(folder, "cluster.yaml");
            writeFileSync(file, files["cluster.yaml"] ?? "");
            const { status, stderr } = spawnSync("kubeadm", ["config", "validate", "--config", file], {
                encoding: "utf8",
            });
            expect(status, stderr).to.equal(0);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
