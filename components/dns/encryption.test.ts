import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installed, problemsWith, resource, stackRun, standIn } from "../../tests/support";
import { type Run, runProgram, type SettingChanges } from "../../tools/mock-engine";
import { addressesIn, ask } from "./dns-client";
import { encryptedPorts, reloadWhenRenewed } from "./encryption";
import { type RunningUnbound, startUnbound, unboundOptions } from "./unbound-client";

const name = "dns.home.arpa";
const encrypted: SettingChanges = { "dns.encryption": { name }, "certManager.enabled": true };

interface PodSpec {
    containers: { name: string; volumeMounts: { mountPath: string }[] }[];
    volumes: { name: string; secret?: { secretName: string } }[];
}
const podOf = (run: Run, name: string, kind: string): PodSpec =>
    (resource(run, name, kind).inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec;

describe("encrypted DNS", () => {
    let run: Run;
    before(async () => {
        run = await runProgram("poc", { settings: encrypted });
    });

    it("is off unless it is configured: no container, port or certificate of it", async () => {
        const plain = await stackRun("poc");
        expect(podOf(plain, "unbound", "Deployment").containers).to.have.length(2);
        expect(JSON.stringify(plain.resources)).not.to.match(/dns-tls|certificate-reload/);
    });

    it("asks cert-manager for a certificate of its name and addresses", () => {
        const { spec } = resource(run, "dns-tls-certificate").inputs as { spec: Record<string, unknown> };
        expect(spec).to.deep.include({
            secretName: "dns-tls",
            dnsNames: [name],
            ipAddresses: ["192.168.139.50"],
        });
    });

    it("gives Unbound and the check of its files that certificate, or an existing one", async () => {
        const secretsOf = (run: Run) =>
            (["Deployment", "Job"] as const).map((kind) => {
                const pod = podOf(run, kind === "Job" ? "unbound-check" : "unbound", kind);
                expect(pod.containers[0]?.volumeMounts.map(({ mountPath }) => mountPath)).to.include("/tls");
                return pod.volumes.find(({ name }) => name === "tls")?.secret?.secretName;
            });
        expect(secretsOf(run)).to.deep.equal(["dns-tls", "dns-tls"]);
        const own = await runProgram("poc", { settings: { "dns.encryption": { name, secret: "mine" } } });
        expect(secretsOf(own)).to.deep.equal(["mine", "mine"]);
        expect(own.resources.filter(({ type }) => type.endsWith(":Certificate"))).to.deep.equal([]);
    });

    it("is reached at ports 853 and 443 of the Service, which a network policy opens", () => {
        const { ports } = resource(run, "unbound", "v1:Service").inputs.spec as {
            ports: { port: number; targetPort: number }[];
        };
        expect(ports.slice(2).map(({ port, targetPort }) => [port, targetPort])).to.deep.equal([
            [853, encryptedPorts.tls],
            [443, encryptedPorts.https],
        ]);
        const { ingress } = resource(run, "unbound", "NetworkPolicy").inputs.spec as {
            ingress: { ports: { port: number; protocol: string }[] }[];
        };
        expect(ingress[0]?.ports).to.deep.include.members([
            { port: encryptedPorts.tls, protocol: "TCP" },
            { port: encryptedPorts.https, protocol: "TCP" },
        ]);
    });

    it("is told to DHCP clients (option 162)", () => {
        const { values } = resource(run, "kea-dhcp", "Release").inputs as { values: { config: string } };
        const { Dhcp4 } = JSON.parse(values.config) as { Dhcp4: { "option-data": object[] } };
        expect(Dhcp4["option-data"]).to.deep.include({
            name: "v4-dnr",
            data: String.raw`1, dns.home.arpa., 192.168.139.50, alpn=dot\,h2 dohpath=/dns-query{?dns}`,
        });
    });

    it("is probed at the address", () => {
        const probes = run.resources.filter(({ type }) => type.endsWith(":Probe"));
        const targets = probes.map(({ inputs }) => JSON.stringify((inputs.spec as { targets: object }).targets));
        expect(targets.filter((target) => target.includes(":853"))).to.have.length(1);
        // RFC 8484, section 4.1: a query with the identifier 0.
        const query = /https:\/\/192.168.139.50\/dns-query\?dns=([\w-]+)/.exec(targets.join())?.[1] ?? "";
        expect(Buffer.from(query, "base64url").toString("latin1")).to.equal(
            "\0\0\x01\0\0\x01\0\0\0\0\0\0\x06health\x03noc\x08internal\0\0\x01\0\x01",
        );
    });

    for (const [title, changes, problem] of [
        [
            "a certificate that nobody issues",
            { "dns.encryption": { name } },
            "noc:dns.encryption.secret is not set while noc:certManager.enabled is false, so there is no certificate; set that to true, or name a Secret that has one.",
        ],
        [
            "an address that is not known beforehand",
            { ...encrypted, "dns.address": undefined },
            "noc:dns.address is not set, but the certificate and the records by which clients find noc:dns.encryption name it; set it to an address of the pools.",
        ],
        [
            "a final dot",
            { ...encrypted, "dns.encryption": { name: `${name}.` } },
            `noc:dns.encryption.name = "dns.home.arpa." ends in a dot, which no certificate has; write dns.home.arpa.`,
        ],
        [
            "an alias of its name",
            { ...encrypted, "dns.localRecords": [{ name, type: "CNAME", value: "ns.home.arpa" }] },
            `noc:dns.localRecords[0].name = "dns.home.arpa" is noc:dns.encryption.name, which has the resolver's addresses; leave the alias out.`,
        ],
        [
            "too little memory for its connections",
            { ...encrypted, "dns.memory": "90Mi" },
            'noc:dns.memory = "90Mi" is too little for Unbound; set it to 96Mi or more.',
        ],
    ] as [string, SettingChanges, string][]) {
        it(`refuses ${title}`, () => expect(problemsWith(changes)).to.deep.equal([`error: ${problem}`]));
    }
});

describe("a renewed certificate", () => {
    const folder = mkdtempSync(join(tmpdir(), "noc-reload-"));
    after(() => rmSync(folder, { recursive: true }));

    it("is read once Unbound can be told to, and again after each change", () => {
        const program = (name: string, script: string) => standIn(folder, name, script);
        const [certificate, reloads, rounds] = ["tls.crt", "reloads", "rounds"].map((file) => join(folder, file));
        writeFileSync(certificate ?? "", "first");
        // Round 1: Unbound does not run yet. Round 5: the certificate changes. Round 8: the pod is stopped.
        program(
            "sleep",
            `echo x >> ${rounds}; case $(wc -l < ${rounds}) in 5) echo second > ${certificate};; 8) kill $PPID;; esac`,
        );
        program("nc", `test "$(wc -l < ${rounds})" -gt 1 || exit 1; cat >> ${reloads}; echo ok`);
        const { status, stdout } = spawnSync("sh", ["-c", reloadWhenRenewed.replaceAll("/tls/", `${folder}/`)], {
            encoding: "utf8",
            env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` },
            timeout: 10_000,
        });
        expect(status).to.equal(0);
        expect(readFileSync(reloads ?? "", "utf8")).to.equal("UBCT1 fast_reload\n".repeat(2));
        expect(stdout.trim().split("\n")).to.have.length(2);
    });
});

describe("the real Unbound, with a certificate", () => {
    const folder = mkdtempSync(join(tmpdir(), "noc-tls-"));
    const ports = { tls: 0, https: 0 };
    let unbound: RunningUnbound | undefined;

    before(async function () {
        if (!installed("unbound") || !installed("openssl")) {
            this.skip();
        }
        const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
        const files = ["-keyout", join(folder, "tls.key"), "-out", join(folder, "tls.crt")];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        expect(spawnSync("openssl", ["req", "-x509", ...key, ...files, ...subject]).status).to.equal(0);
        ports.tls = await freePort();
        ports.https = await freePort();
        const control = await freePort();
        const options = unboundOptions({
            encryption: { name },
            address: "192.0.2.1",
            furtherAddresses: ["192.0.2.2"],
        });
        unbound = await startUnbound(options, 1, {
            [`interface: 0.0.0.0@${encryptedPorts.tls}`]: `interface: 127.0.0.1@${ports.tls}`,
            [`tls-port: ${encryptedPorts.tls}`]: `tls-port: ${ports.tls}`,
            [`interface: 0.0.0.0@${encryptedPorts.https}`]: `interface: 127.0.0.1@${ports.https}`,
            [`https-port: ${encryptedPorts.https}`]: `https-port: ${ports.https}`,
            "control-port: 8953": `control-port: ${control}`,
            "/tls/": `${folder}/`,
        });
    });
    after(() => {
        unbound?.stop();
        rmSync(folder, { recursive: true });
    });

    for (const transport of ["tls", "https"] as const) {
        it(`answers over ${transport.toUpperCase()}, and proves its name`, async () => {
            const ca = readFileSync(join(folder, "tls.crt"), "utf8");
            const how = (name: string) => ({ [transport]: { name, ca }, port: ports[transport] });
            expect(addressesIn(await ask("127.0.0.1", name, "A", how(name)))).to.have.members([
                "192.0.2.1",
                "192.0.2.2",
            ]);
            const refused = await ask("127.0.0.1", name, "A", how("dns.example.org")).catch(String);
            expect(refused).to.contain("does not match certificate's altnames");
        });
    }

    it("says at _dns.resolver.arpa what it speaks", () => {
        const { stdout } = spawnSync(
            "dig",
            ["@127.0.0.1", "-p", String(unbound?.port), "+short", "_dns.resolver.arpa", "SVCB"],
            { encoding: "utf8" },
        );
        expect(stdout.trim().split("\n").sort()).to.deep.equal([
            '1 dns.home.arpa. alpn="dot" port=853 ipv4hint=192.0.2.1,192.0.2.2',
            '2 dns.home.arpa. alpn="h2" port=443 ipv4hint=192.0.2.1,192.0.2.2 key7="/dns-query{?dns}"',
        ]);
    });
});

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    return port;
}
