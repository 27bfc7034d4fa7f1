/** The configurations as the programs themselves read them, where they are installed. */
import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { ruleGroupsOf } from "../tools/queries";
import { stackSettings } from "../tools/stack-config";
import { keaConfig } from "../components/dhcp/kea-config";
import { redisConf } from "../components/dns/redis";
import {
    cachedbConf,
    forwardZonesConf,
    unboundConf,
    type UnboundConfigOptions,
} from "../components/dns/unbound-config";
import { installed, stackRun } from "./support";

/** Every kind of setting that reaches Unbound's files. */
const everything: UnboundConfigOptions = {
    cpu: "2",
    memory: "1Gi",
    allowFrom: ["10.0.0.0/8"],
    dnssec: true,
    trustAnchors: ["corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000"],
    forwardZones: [{ name: ".", addresses: ["9.9.9.9"], tls: "dns.quad9.net", insecure: false }],
    stubZones: [{ name: "1.168.192.in-addr.arpa", addresses: ["10.0.0.1@5353"], insecure: true }],
    localRecords: [
        { name: "a.example", type: "A", value: "10.0.0.1", ttl: 60 },
        { name: "a.example", type: "AAAA", value: "2001:db8::1", ttl: 60 },
        { name: "b.example", type: "CNAME", value: "a.example", ttl: 60 },
        { name: "1.0.0.10.in-addr.arpa", type: "PTR", value: "a.example", ttl: 60 },
        { name: "example", type: "TXT", value: "v=spf1 -all; two words", ttl: 60 },
        { name: "_sip._udp.example", type: "SRV", value: "0 5 5060 a.example.", ttl: 60 },
        { name: "example", type: "MX", value: "10 a.example.", ttl: 60 },
    ],
    ipv6: true,
    log: "queries",
};

const rootAnchor = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";

describe("the real programs", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "noc-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const write = (name: string, text: string): string => {
        mkdirSync(folder, { recursive: true });
        const file = join(folder, name);
        writeFileSync(file, text);
        return file;
    };
    /** Runs the program and expects it to be content. */
    const accepts = (program: string, args: string[], env: Record<string, string> = {}) => {
        const { status, stdout, stderr } = spawnSync(program, args, {
            encoding: "utf8",
            env: { ...process.env, ...env },
        });
        expect(status, `${stdout}${stderr}`).to.equal(0);
    };

    for (const [title, options] of [
        ["everything at once", everything],
        ["the poc stack", stackSettings("poc").dns],
        ["the homelab stack", stackSettings("homelab").dns],
    ] as const) {
        it(`Unbound reads the files of ${title}`, function () {
            if (!installed("unbound-checkconf")) {
                this.skip();
            }
            const here = (text: string) =>
                text.replaceAll('"/config', `"${folder}`).replaceAll("/var/unbound/root.key", `${folder}/root.key`);
            write("root.key", rootAnchor);
            write("forward-zones.conf", here(forwardZonesConf(options)));
            write("cachedb.conf", cachedbConf({ host: "10.96.0.9", password: "p", seed: "s" }));
            const file = write("unbound.conf", here(unboundConf(options)));
            const { stderr } = spawnSync("unbound-checkconf", [file], { encoding: "utf8" });
            if (/cachedb.*(not available|unknown)|not compiled/i.test(stderr)) {
                console.log("    not run: this unbound-checkconf is built without cachedb");
                this.skip();
            }
            accepts("unbound-checkconf", [file]);
        });
    }

    for (const stack of ["poc", "homelab"]) {
        it(`Kea reads the configuration of ${stack}`, function () {
            if (!installed("kea-dhcp4")) {
                this.skip();
            }
            const { dhcp } = stackSettings(stack);
            const told = { resolvers: ["192.0.2.53"], serverIdentifier: "192.0.2.67" };
            // Later versions allow only folders that they know.
            const folders = { KEA_DHCP_DATA_DIR: "/data", KEA_CONTROL_SOCKET_DIR: "/run/kea" };
            for (const log of ["errors", "leases", "packets"] as const) {
                const config = keaConfig({ ...dhcp, ...told, log });
                accepts("kea-dhcp4", ["-t", write("kea-dhcp4.conf", JSON.stringify(config))], folders);
            }
        });
    }

    it("promtool reads the rules of both stacks", async function () {
        if (!installed("promtool")) {
            this.skip();
        }
        for (const stack of ["poc", "homelab"]) {
            const groups = ruleGroupsOf(await stackRun(stack));
            expect(groups).not.to.deep.equal([]);
            accepts("promtool", ["check", "rules", write("rules.yaml", stringify({ groups }))]);
        }
    });

    it("Redis starts with its file, and its limits stand", async function () {
        if (!installed("redis-server") || !installed("redis-cli")) {
            this.skip();
        }
        const socket = join(folder, "redis.sock");
        const file = write("redis.conf", redisConf("256Mi", "secret"));
        const server = spawn("redis-server", [file, "--port", "0", "--unixsocket", socket, "--dir", folder]);
        const ask = (...command: string[]) =>
            spawnSync("redis-cli", ["-s", socket, "--no-auth-warning", "-a", "secret", ...command], {
                encoding: "utf8",
            }).stdout;
        try {
            await new Promise<void>((resolve, reject) => {
                let log = "";
                server.stdout.on("data", (chunk: Buffer) => {
                    log += chunk.toString();
                    if (/Ready to accept connections/i.test(log)) {
                        resolve();
                    }
                });
                server.on("exit", () => reject(new Error(log)));
            });
            expect(ask("config", "get", "maxmemory")).to.contain(String(192 * 2 ** 20));
            expect(ask("config", "get", "maxmemory-policy")).to.contain("allkeys-lru");
            expect(ask("config", "get", "save").trim()).to.equal("save");
            expect(spawnSync("redis-cli", ["-s", socket, "ping"], { encoding: "utf8" }).stdout).to.contain("NOAUTH");
        } finally {
            server.removeAllListeners("exit");
            server.kill();
        }
    });
});
