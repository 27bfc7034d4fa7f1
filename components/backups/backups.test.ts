import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Run, runProgram } from "../../tools/mock-engine";
import { installed, metadataOf, problemsWith, resource } from "../../tests/support";

interface Pod {
    hostNetwork?: boolean;
    nodeSelector?: Record<string, string>;
    automountServiceAccountToken: boolean;
    serviceAccountName?: string;
    initContainers?: Container[];
    containers: Container[];
    volumes: { name: string; hostPath?: { path: string }; projected?: unknown }[];
}
interface Container {
    name: string;
    command: string[];
    env?: { name: string; value?: string; valueFrom?: { secretKeyRef: { key: string } } }[];
    resources: { requests: object; limits: object };
    securityContext: object;
    volumeMounts: { name: string; readOnly?: boolean }[];
}
const on = { "backups.enabled": true, "backups.password": "a long secret of twenty characters" };
const s3 = {
    endpoint: "https://s3.example.org:9443",
    bucket: "backups",
    accessKey: "AKIAEXAMPLE",
    secretKey: "the key's secret",
};
const runs = new Map<object, Promise<Run>>();
const run = (settings: object): Promise<Run> => {
    const made = runs.get(settings) ?? runProgram("homelab", { settings: { ...on, ...settings } });
    runs.set(settings, made);
    return made;
};
/** With everything that can be switched on, and with as little as possible. */
const whole = { "backups.s3": s3 };
const little = { "backups.etcd": false, "sealedSecrets.enabled": false };
const podOf = (made: Run, kind: string) => {
    const { spec } = resource(made, `backup-${kind}`, "CronJob").inputs as {
        spec: { jobTemplate: { spec: { template: { spec: Pod } } } };
    };
    return spec.jobTemplate.spec.template.spec;
};

describe("backups", () => {
    it("are made of etcd, of the keys of sealed-secrets and of Kea's leases, of each if there is one", async () => {
        const kinds = async (settings: object) =>
            (await run(settings)).resources.filter(({ type }) => type.endsWith("CronJob")).map(({ name }) => name);
        expect(await kinds(whole)).to.have.members(["backup-etcd", "backup-sealed-secrets", "backup-leases"]);
        expect(await kinds(little)).to.deep.equal(["backup-leases"]);
    });

    it("of etcd use the client certificate for health checks alone, on a control-plane node", async () => {
        const pod = podOf(await run(whole), "etcd");
        expect(pod.hostNetwork).to.equal(true);
        expect(pod.nodeSelector).to.deep.equal({ "node-role.kubernetes.io/control-plane": "" });
        expect(pod.volumes.flatMap(({ hostPath }) => hostPath?.path ?? [])).to.deep.equal([
            "/etc/kubernetes/pki/etcd/ca.crt",
            "/etc/kubernetes/pki/etcd/healthcheck-client.crt",
            "/etc/kubernetes/pki/etcd/healthcheck-client.key",
        ]);
        expect(pod.initContainers?.map(({ command }) => command.slice(0, 1).join())).to.deep.equal([
            "etcdctl",
            "etcdutl",
        ]);
        const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
        expect(mounts, "the container that stores needs no certificate").not.to.include("healthcheck-client-key");
    });

    it("of keys mount a token only where they are read, which may do nothing else", async () => {
        const made = await run(whole);
        const pod = podOf(made, "sealed-secrets");
        expect(pod.automountServiceAccountToken).to.equal(false);
        const withToken = (containers: Container[] = []) =>
            containers.filter(({ volumeMounts }) => volumeMounts.some(({ name }) => name === "api"));
        expect(withToken(pod.initContainers)).to.have.length(1);
        expect(withToken(pod.containers)).to.deep.equal([]);
        const { rules } = resource(made, "backup-sealed-secrets", ":Role").inputs;
        expect(rules).to.deep.equal([{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }]);
    });

    it("run without privileges, and with requests and limits", async () => {
        const made = await run(whole);
        for (const kind of ["etcd", "sealed-secrets", "leases"]) {
            const { initContainers = [], containers } = podOf(made, kind);
            for (const { name, securityContext, resources } of [...initContainers, ...containers]) {
                expect(securityContext, `${kind} ${name}`).to.deep.include({
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ["ALL"] },
                });
                expect(resources.requests, name).to.include.keys("cpu", "memory");
                expect(resources.limits, name).to.include.keys("memory");
            }
        }
    });

    it("are admitted to a restricted namespace where no etcd is backed up", async () => {
        const level = async (settings: object) =>
            metadataOf(resource(await run(settings), "backups", "Namespace")).labels[
                "pod-security.kubernetes.io/enforce"
            ];
        expect(await level(whole)).to.equal("privileged");
        expect(await level(little)).to.equal("restricted");
    });

    it("reach the bucket and its name, and nothing without a bucket", async () => {
        const egress = async (settings: object) => {
            const { spec } = resource(await run(settings), "backup", "NetworkPolicy").inputs as {
                spec: { egress: { ports: { port: number }[] }[] };
            };
            return spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port));
        };
        expect(await egress(little)).to.deep.equal([]);
        expect(await egress(whole)).to.deep.equal([53, 53, 9443]);
    });

    it("get the bucket's key from a Secret, and keep it and the password secret", async () => {
        const made = await run(whole);
        const [container] = podOf(made, "etcd").containers;
        const value = (name: string) => container?.env?.find((variable) => variable.name === name);
        expect(value("TARGETS")?.value).to.equal("volume bucket");
        expect(value("RCLONE_CONFIG_S3_SECRET_ACCESS_KEY")?.valueFrom?.secretKeyRef.key).to.equal("secretKey");
        expect(made.secrets).to.include.members(["a long secret of twenty characters"]);
        expect(JSON.stringify(made.resources)).not.to.contain(s3.secretKey).and.not.to.contain("a long secret of");
    });

    it("need a target and a password that is long enough", () => {
        expect(problemsWith({ "backups.enabled": true, "backups.volume": false })).to.deep.equal([
            "error: noc:backups.volume = false leaves no target; set it to true, or set noc:backups.s3.",
        ]);
        expect(problemsWith({ "backups.password": "short" }).join()).to.contain("noc:backups.password");
    });
});

describe("the backup script", () => {
    let folder: string;
    const at = (...path: string[]) => join(folder, ...path);
    const script = (args: string[], environment: Record<string, string> = {}) =>
        spawnSync("sh", [join(__dirname, "backup.sh"), ...args], {
            encoding: "utf8",
            env: {
                PATH: process.env.PATH,
                TARGETS: "volume",
                KEEP_DAYS: "14",
                SOURCE: at("source"),
                ARCHIVE: at("archive"),
                RESTORED: at("restored"),
                PASSWORD_FILE: at("password"),
                RCLONE_CONFIG: "/dev/null",
                RCLONE_CONFIG_VOLUME_TYPE: "crypt",
                RCLONE_CONFIG_VOLUME_REMOTE: at("backups"),
                RCLONE_CONFIG_VOLUME_FILENAME_ENCRYPTION: "off",
                RCLONE_CONFIG_VOLUME_DIRECTORY_NAME_ENCRYPTION: "false",
                ...environment,
            },
        });
    /** As in a pod of its own. */
    const emptyArchive = () => {
        rmSync(at("archive"), { recursive: true });
        mkdirSync(at("archive"));
    };
    const stored = () => readdirSync(at("backups", "leases")).sort();

    beforeEach(function () {
        if (!installed("rclone")) {
            this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "noc-backup-"));
        ["source", "archive", "backups", "restored"].forEach((name) => mkdirSync(at(name)));
        writeFileSync(at("password"), "a long secret of twenty characters");
        writeFileSync(at("source", "leases.csv"), "192.168.1.10,plain text");
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("stores what cannot be read without the password, and restores it", () => {
        const { status, stdout, stderr } = script(["store", "leases"]);
        expect(status, stderr).to.equal(0);
        expect(stdout).to.match(/^leases-\d{8}T\d{6}Z\.tar\.gz is in volume; backups there: 1/);
        const [file = ""] = stored();
        expect(
            readFileSync(at("backups", "leases", file))
                .subarray(0, 6)
                .toString(),
        ).to.equal("RCLONE");
        emptyArchive();
        expect(script(["fetch", "leases"]).status).to.equal(0);
        expect(readFileSync(at("restored", "leases", "leases.csv"), "utf8")).to.equal("192.168.1.10,plain text");
    });

    it("does not read a backup with another password", () => {
        script(["store", "leases"]);
        writeFileSync(at("password"), "another secret of twenty characters");
        emptyArchive();
        expect(script(["fetch", "leases"]).status).not.to.equal(0);
        expect(readdirSync(at("restored"))).to.deep.equal([]);
    });

    it("deletes what is older than it is kept, and only after a new backup is stored", () => {
        mkdirSync(at("backups", "leases"));
        const [old, recent] = [15, 13].map((days) => {
            const name = `leases-${days}-days-old.tar.gz.bin`;
            writeFileSync(at("backups", "leases", name), "RCLONE\0\0");
            const then = Date.now() / 1000 - days * 86_400;
            utimesSync(at("backups", "leases", name), then, then);
            return name;
        });
        rmSync(at("source"), { recursive: true });
        expect(script(["store", "leases"]).status).not.to.equal(0);
        expect(stored()).to.include(old);
        mkdirSync(at("source"));
        emptyArchive();
        expect(script(["store", "leases"]).status).to.equal(0);
        expect(stored()).to.have.length(2).and.to.include(recent);
    });

    it("fails if one of the targets does, and stores in the others", () => {
        const { status, stdout, stderr } = script(["store", "leases"], { TARGETS: "missing volume" });
        expect(status).to.equal(1);
        expect(stderr).to.contain("could not be stored in missing");
        expect(stdout).to.contain("is in volume");
    });
});
