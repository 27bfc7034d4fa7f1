import { expect } from "chai";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

import { engineEnvironment, findEngine, ipv4Subnet, networkOf, type Runner } from "../commands/sandbox/engine";
import { defaultNodeImage, findKind, kindConfig } from "../commands/sandbox/kind";
import { containerArguments } from "../commands/sandbox/inside";
import { clusterContext, sandboxSettings, topOf, withChanges } from "../commands/sandbox/stack";
import { parseSettings } from "../components/settings";
import { formatRange } from "../config/addresses";

/** A machine on which these command lines work, with what they print. */
const machine = (commands: Readonly<Record<string, string>>): Runner => ({
    read: (program, args) => commands[[program, ...args].join(" ")],
});

const asText = (settings: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)]));

describe("the sandbox", () => {
    describe("its container engine", () => {
        it("is the first that answers, not the first that is installed", () => {
            expect(findEngine(undefined, machine({ "podman ps -q": "" }))).to.equal("podman");
            expect(findEngine(undefined, machine({ "docker ps -q": "", "podman ps -q": "" }))).to.equal("docker");
        });

        it("is the one that is asked for", () => {
            const both = machine({ "docker ps -q": "", "podman ps -q": "" });
            expect(findEngine("podman", both)).to.equal("podman");
            expect(() => findEngine("podman", machine({ "docker ps -q": "" }))).to.throw('"podman" does not answer');
            expect(() => findEngine("lxc", both)).to.throw("use one of docker, nerdctl, podman");
        });

        it("is missed with a word on what to install", () => {
            expect(() => findEngine(undefined, machine({}))).to.throw("install and start Docker");
        });

        it("is told to kind, with a network of the sandbox's own where kind can have one", () => {
            expect(engineEnvironment("podman")).to.include({
                KIND_EXPERIMENTAL_PROVIDER: "podman",
                KIND_EXPERIMENTAL_PODMAN_NETWORK: networkOf("podman"),
            });
            expect(networkOf("nerdctl")).to.equal("kind");
        });
    });

    describe("its network", () => {
        it("is IPv4, as Docker and nerdctl tell it", () => {
            const text = '[{"IPAM":{"Config":[{"Subnet":"fc00:f853:ccd:e793::/64"},{"Subnet":"172.18.0.0/16"}]}}]';
            expect(ipv4Subnet(text)).to.equal("172.18.0.0/16");
        });

        it("is IPv4, as Podman tells it", () => {
            const text = '[{"subnets":[{"subnet":"fc00:f853::/64"},{"subnet":"10.89.0.0/24","gateway":"10.89.0.1"}]}]';
            expect(ipv4Subnet(text)).to.equal("10.89.0.0/24");
            expect(ipv4Subnet('[{"subnets":[{"subnet":"fc00:f853::/64"}]}]')).to.equal(undefined);
        });

        for (const [subnet, pool] of [
            ["172.18.0.0/16", "172.18.255.223-172.18.255.254"],
            ["10.89.0.0/24", "10.89.0.223-10.89.0.254"],
            ["192.168.0.0/27", "192.168.0.15-192.168.0.30"],
        ] as const) {
            it(`gives the load balancer the top of ${subnet}`, () => {
                expect(formatRange(topOf(subnet))).to.equal(pool);
            });
        }

        it("is refused where it is too small", () => {
            expect(() => topOf("10.0.0.0/29")).to.throw("10.0.0.0/29 has 8 addresses; it needs 16 or more");
        });
    });

    describe("its stack", () => {
        for (const [subnet, nodes] of [
            ["172.18.0.0/16", 1],
            ["10.89.0.0/24", 3],
            ["192.168.0.0/28", 1],
        ] as const) {
            it(`can be deployed to ${nodes} nodes in ${subnet}`, () => {
                const { site, dns } = parseSettings(asText(sandboxSettings(subnet, nodes)));
                expect(site.kubeContext).to.equal(clusterContext);
                expect(dns.replicas).to.equal(nodes === 1 ? 1 : 2);
            });
        }

        it("takes settings from the command line, whose values are YAML", () => {
            const settings = withChanges(sandboxSettings("10.89.0.0/24", 1), [
                "dns.dnssec=false",
                "site.chartMirror=http://127.0.0.1:8879",
                "dns.forwardZones=[{ name: ., addresses: [192.0.2.53] }]",
            ]);
            const { site, dns } = parseSettings(asText(settings));
            expect(site.chartMirror).to.equal("http://127.0.0.1:8879");
            expect(dns).to.include({ dnssec: false });
            expect(dns.forwardZones[0]?.addresses).to.deep.equal(["192.0.2.53"]);
            expect(() => withChanges({}, ["dns.dnssec"])).to.throw("--set dns.dnssec is not PATH=VALUE");
        });
    });

    describe("its kind", () => {
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "noc-"));
        });
        afterEach(() => rmSync(folder, { recursive: true }));

        const nothing = machine({});
        const silently = async <T>(call: () => Promise<T>): Promise<T> => {
            const { log } = console;
            console.log = () => undefined;
            try {
                return await call();
            } finally {
                console.log = log;
            }
        };
        const failureOf = async (call: () => Promise<unknown>): Promise<string> =>
            silently(call).then(
                () => "no error",
                (error: unknown) => (error as Error).message,
            );

        it("is the installed one", async () => {
            const fetch = () => Promise.reject(new Error("it is not to be fetched"));
            expect(await findKind(machine({ "kind version": "kind v0.20.0" }), fetch)).to.equal("kind");
        });

        it("is not installed where its checksum is wrong", async () => {
            const file = join(folder, "kind");
            const fetch = () => Promise.resolve(Buffer.from("something else"));
            expect(await failureOf(() => findKind(nothing, fetch, file))).to.match(/has the checksum \w+, not \w+/);
            expect(existsSync(file)).to.equal(false);
        });

        it("is missed with the way to install it, where there is no internet", async () => {
            const fetch = () => Promise.reject(new Error("ENOTFOUND"));
            expect(await failureOf(() => findKind(nothing, fetch, join(folder, "kind")))).to.match(
                /cannot be reached \(ENOTFOUND\); install kind: https/,
            );
        });

        it("makes one control plane, and workers", () => {
            const { nodes } = parse(kindConfig(3, "image")) as { nodes: { role: string; image: string }[] };
            expect(nodes.map(({ role }) => role)).to.deep.equal(["control-plane", "worker", "worker"]);
            expect(nodes[2]).to.include({ image: "image" });
        });

        it("takes node images by digest", () => {
            expect(defaultNodeImage).to.match(/:v1\.34\.\d+@sha256:[0-9a-f]{64}$/);
        });
    });

    it("is checked from inside with neither the state nor the engine", () => {
        const command = containerArguments("docker", "/tmp/x", ["dns"]);
        expect(command.join(" "))
            .to.contain("--network noc-sandbox")
            .and.contain("STACK_OUTPUTS=/given/outputs.json")
            .and.contain("node commands/run.mjs verify dns")
            .and.contain("/tmp/x:/given:ro");
    });
});
