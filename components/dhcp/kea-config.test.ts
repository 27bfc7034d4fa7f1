import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { keaInstalled } from "../../tests/support";
import { controlSocket, keaConfig, type KeaConfigOptions, keaConfigText } from "./kea-config";

const subnet = {
    id: 7,
    subnet: "10.1.0.0/24",
    pools: ["10.1.0.100-10.1.0.200", "10.1.0.50", "10.1.0.64/29"],
    router: "10.1.0.1",
    relays: ["10.9.0.1"],
    options: [{ name: "ntp-servers", data: "10.0.0.123" }],
    reservations: [
        { hwAddress: "02:aa:00:00:00:01", address: "10.1.0.10", hostname: "printer", options: [] },
        { hwAddress: "02:aa:00:00:00:02", address: "10.1.0.11", options: [{ code: 66, data: "tftp.home.arpa" }] },
    ],
};
const options: KeaConfigOptions = {
    resolvers: ["10.0.0.53"],
    serverIdentifier: "10.0.0.67",
    domain: "home.arpa",
    validLifetime: 4000,
    renewTimer: 1000,
    rebindTimer: 2000,
    declineProbation: 600,
    log: "errors",
    options: [],
    subnets: [subnet],
    leaseNames: { enabled: false, takenNames: [] },
};

describe("Kea's configuration", () => {
    const { Dhcp4 } = keaConfig(options);

    it("hands out the resolver, and the address to renew at", () => {
        expect(Dhcp4["option-data"]).to.deep.include({ name: "domain-name-servers", data: "10.0.0.53" });
        expect(Dhcp4["option-data"]).to.deep.include({ name: "dhcp-server-identifier", data: "10.0.0.67" });
    });

    it("hands out several resolvers in an order for each part of the clients, by the last digit of their addresses", () => {
        const resolvers = ["10.0.0.53", "10.0.0.54", "10.0.0.55"];
        const spread = keaConfig({ ...options, resolvers, spreadClients: true }).Dhcp4;
        const order = (digit: string) =>
            (spread["client-classes"] ?? []).find(({ test }) => test.includes(`== '${digit}'`)) ?? spread;
        const first = Array.from(
            "0123456789abcdef",
            (digit) =>
                order(digit)
                    ["option-data"].find(({ name }) => name === "domain-name-servers")
                    ?.data.split(", ")[0] ?? "",
        );
        expect(resolvers.map((resolver) => first.filter((one) => one === resolver).length)).to.deep.equal([6, 5, 5]);
        expect(order("1")["option-data"]).to.deep.equal([
            { name: "domain-name-servers", data: "10.0.0.54, 10.0.0.55, 10.0.0.53" },
        ]);
    });

    it("has one order for a single resolver, and for resolvers that are not to be spread over", () => {
        expect(keaConfig({ ...options, spreadClients: true }).Dhcp4).not.to.have.property("client-classes");
        expect(keaConfig({ ...options, resolvers: ["10.0.0.53", "10.0.0.54"] }).Dhcp4).not.to.have.property(
            "client-classes",
        );
    });

    it("hands out the domain without its final dot, or the one that an option gives", () => {
        const domains = (change: Partial<KeaConfigOptions>) =>
            keaConfig({ ...options, ...change })
                .Dhcp4["option-data"].filter(
                    ({ name }) => name?.startsWith("domain-") && name !== "domain-name-servers",
                )
                .map(({ name, data }) => `${name ?? ""} ${data}`);
        const expected = ["domain-name home.arpa", "domain-search home.arpa"];
        expect(domains({ domain: "home.arpa." })).to.deep.equal(expected);
        expect(domains({ options: [{ name: "domain-search", data: "a.example, b.example" }] })).to.deep.equal([
            "domain-name home.arpa",
            "domain-search a.example, b.example",
        ]);
    });

    it("listens to relays by plain UDP", () => {
        expect(Dhcp4["interfaces-config"]).to.deep.equal({ interfaces: ["*"], "dhcp-socket-type": "udp" });
    });

    it("has pools as ranges, relays, and reservations in their subnet", () => {
        expect(Dhcp4).to.include({ "reservations-global": false, "reservations-in-subnet": true });
        expect(Dhcp4.subnet4[0]).to.deep.equal({
            id: 7,
            subnet: "10.1.0.0/24",
            pools: [
                { pool: "10.1.0.100-10.1.0.200" },
                { pool: "10.1.0.50-10.1.0.50" },
                { pool: "10.1.0.64-10.1.0.71" },
            ],
            relay: { "ip-addresses": ["10.9.0.1"] },
            "option-data": [
                { name: "routers", data: "10.1.0.1" },
                { name: "ntp-servers", data: "10.0.0.123" },
            ],
            reservations: [
                { "hw-address": "02:aa:00:00:00:01", "ip-address": "10.1.0.10", hostname: "printer" },
                {
                    "hw-address": "02:aa:00:00:00:02",
                    "ip-address": "10.1.0.11",
                    "option-data": [{ code: 66, data: "tftp.home.arpa" }],
                },
            ],
        });
    });

    it("keeps leases on the volume, and declined addresses out of use for minutes", () => {
        expect(Dhcp4["lease-database"]).to.include({ type: "memfile", persist: true, name: "/data/dhcp4.leases" });
        expect(Dhcp4).to.include({ "valid-lifetime": 4000, "renew-timer": 1000, "rebind-timer": 2000 });
        expect(Dhcp4).to.include({ "decline-probation-period": 600 });
    });

    it("logs what its level names, and only warnings and errors of everything else", () => {
        const levels = (log: KeaConfigOptions["log"]) =>
            keaConfig({ ...options, log }).Dhcp4.loggers.map(({ name, severity, debuglevel }) =>
                [name, severity, debuglevel].filter(Boolean).join(" "),
            );
        expect(levels("errors")).to.deep.equal(["kea-dhcp4 WARN", "kea-dhcp4.packets FATAL"]);
        const leases = ["kea-dhcp4 WARN", "kea-dhcp4.leases INFO", "kea-dhcp4.alloc-engine INFO"];
        expect(levels("leases")).to.deep.equal([...leases, "kea-dhcp4.packets FATAL"]);
        expect(levels("packets")).to.deep.equal([
            ...leases,
            "kea-dhcp4.packets DEBUG 45",
            "kea-dhcp4.bad-packets DEBUG 50",
        ]);
    });

    it("refuses to hand out a host name as a resolver", () => {
        expect(() => keaConfig({ ...options, resolvers: ["lb.example.org"] })).to.throw("lb.example.org");
    });

    it("leaves the server identifier to Kea if the load balancer gives only a host name", () => {
        const names = keaConfig({ ...options, serverIdentifier: "lb.example.org" }).Dhcp4["option-data"].map(
            (option) => option.name,
        );
        expect(names).not.to.include("dhcp-server-identifier");
    });

    it("is a file with one line for each reservation", () => {
        const config = keaConfig(options);
        const text = keaConfigText(config);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(config)));
        expect(text.split("\n").filter((line) => line.includes("hw-address"))).to.have.length(2);
    });

    it("has the commands that host names are looked up with, once, where they are answered", () => {
        const hooks = (more: Partial<KeaConfigOptions>) =>
            (keaConfig({ ...options, ...more }).Dhcp4["hooks-libraries"] ?? []).map(({ library }) =>
                library.replace(/.*\//, ""),
            );
        const leaseNames = { enabled: true, takenNames: [] };
        expect(hooks({})).to.deep.equal([]);
        expect(hooks({ leaseNames })).to.deep.equal(["libdhcp_lease_cmds.so"]);
        expect(hooks({ leaseNames, role: "primary" })).to.deep.equal(hooks({ role: "primary" }));
    });

    const variants: Record<string, Partial<KeaConfigOptions>> = {
        "of one server": { log: "packets" },
        "of one of two servers": { role: "standby" },
        "with host names of leases": { leaseNames: { enabled: true, takenNames: [] } },
    };
    for (const [which, change] of Object.entries(variants)) {
        it(`${which} is accepted by Kea`, function () {
            if (!keaInstalled()) {
                this.skip();
            }
            const folder = mkdtempSync(join(tmpdir(), "noc-kea-"));
            try {
                const file = join(folder, "kea-dhcp4.conf");
                writeFileSync(file, keaConfigText(keaConfig({ ...options, ...change })));
                // The folders that the chart names.
                const folders = {
                    KEA_LOCKFILE_DIR: "none",
                    KEA_DHCP_DATA_DIR: "/data",
                    KEA_CONTROL_SOCKET_DIR: dirname(controlSocket),
                };
                const env = { ...process.env, ...folders };
                const { status, stdout, stderr } = spawnSync("kea-dhcp4", ["-t", file], { env, encoding: "utf8" });
                expect(status, stdout + stderr).to.equal(0);
            } finally {
                rmSync(folder, { recursive: true });
            }
        });
    }
});
