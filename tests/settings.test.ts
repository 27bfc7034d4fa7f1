import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { checkSettings, definitions, parseSettings, settingsSchema } from "../components/settings";
import { holdsSecret, partOf } from "../config/schema";
import { generated } from "../tools/generate";
import { type SettingChanges, withSettings } from "../tools/mock-engine";
import { projectFolder, stackConfig } from "../tools/stack-config";
import { invalidSettings, pool } from "./invalid-settings";
import { messageOf, problemsWith } from "./support";

const poc = stackConfig("poc");
const homelab = stackConfig("homelab");
const changed = (changes: SettingChanges) => parseSettings(withSettings(poc, changes));

describe("settings", () => {
    for (const { file, content } of generated()) {
        it(`stand in ${file} as the schemas declare them; after a change: npm run generate`, () => {
            expect(readFileSync(join(projectFolder, file), "utf8")).to.equal(content);
        });
    }

    it("have a description and, where they are secret, an example", () => {
        const bare = definitions.flatMap(({ name, settings }) =>
            Object.entries(settings.shape)
                .filter(([, schema]) => !/^[A-Za-z].*\.$/s.test(schema.description ?? ""))
                .map(([key]) => `${name}.${key}`),
        );
        expect(bare).to.deep.equal([]);
    });

    it("read the poc stack", () => {
        const { site, metallb, dns, dhcp, monitoring } = parseSettings(poc);
        expect(site).to.include({
            kubeContext: "orbstack",
            namespace: "noc-poc",
            loadBalancerClass: "metallb.io/metallb",
        });
        expect(metallb.pools).to.deep.equal([{ ...pool, reserved: [] }]);
        expect(dns).to.include({ enabled: true, address: "192.168.139.50", replicas: 1, dnssec: true });
        expect(dhcp).to.include({ domain: "noc.local", validLifetime: 4000, renewTimer: 1000, rebindTimer: 2000 });
        expect(dhcp.subnets[0]).to.deep.include({
            subnet: "192.168.1.0/24",
            router: "192.168.1.1",
            pools: ["192.168.1.100-192.168.1.200"],
        });
        expect(monitoring)
            .to.include({ controlPlane: false, retention: "7d" })
            .and.not.have.property("grafanaPassword");
    });

    it("read the homelab stack", () => {
        const { metallb, dns, monitoring } = parseSettings(homelab);
        expect(metallb.pools).to.deep.equal([
            { name: "default-pool", addresses: ["192.168.122.100-192.168.122.150"], reserved: [] },
        ]);
        expect(dns.replicas).to.equal(2);
        expect(monitoring.controlPlane).to.equal(true);
    });

    it("cannot be changed", () => {
        const { dhcp } = parseSettings(poc);
        expect(() => (dhcp.subnets as unknown[]).push({})).to.throw(TypeError);
        expect(() => Object.assign(dhcp.subnets[0] ?? {}, { id: 7 })).to.throw(TypeError);
    });

    it("ignore the keys of the engine and of the providers, and refuse those that nothing reads", () => {
        expect(() => parseSettings({ ...poc, "pulumi:tags": "{}", "kubernetes:anything": "x" })).not.to.throw();
        for (const [key, line] of [
            ["nco:dns", "nco:dns is read by nothing; did you mean noc:dns?"],
            ["ncc:owner", "ncc:owner is read by nothing; this project's keys begin with noc:."],
            ["noc:noc.dns", "noc:noc.dns is not a setting; there are: "],
            [
                "noc:dns.address",
                "noc:dns.address is a key with a dot in it; set the field with: pulumi config set --path 'noc:dns.address' VALUE.",
            ],
        ] as const) {
            expect(messageOf(() => parseSettings({ ...poc, [key]: "{}" }))).to.contain(`\n  ${line}`);
        }
    });

    for (const [change, value, because] of [
        ["monitoring.controlPlaneEndpoints", { etcd: ["192.0.2.2"] }, "noc:monitoring.controlPlane is false"],
    ] as const) {
        it(`are warned of where they have no effect, and deployed: ${change}`, () => {
            const { settings, problems } = checkSettings(withSettings(poc, { [change]: value }));
            expect(settings).not.to.equal(undefined);
            expect(problems).to.have.length(1);
            expect(problems[0]).to.include({
                severity: "warning",
                remedy: `has no effect while ${because}; remove it`,
            });
        });
    }

    it("are warned of where nobody has said whether the component is enabled", () => {
        const lines = (storage: object) => problemsWith({ storage });
        expect(lines({ className: "fast" })).to.deep.equal([
            "warning: noc:storage has no effect while noc:storage.enabled is not set; set it to true, or to false to keep these settings for later.",
        ]);
        expect(lines({ className: "fast", enabled: false })).to.deep.equal([]);
    });

    it("are shown by their beginning where they are long", () => {
        const message = messageOf(() => changed({ "dhcp.domain": "a".repeat(70_000) }));
        expect(message).to.match(/domain = "a{149}… is longer than a domain name may be;/);
    });

    it("may have the names of what every object has", () => {
        for (const key of ["__proto__", "constructor", "toString"]) {
            const config = { ...poc, [`noc:${key}`]: "{}", "noc:dns": `{"thresholds":{${JSON.stringify(key)}:1}}` };
            expect(
                messageOf(() => parseSettings(config)),
                key,
            )
                .to.contain(`noc:${key} is not a setting; there are: site`)
                .and.to.contain(`noc:dns.thresholds.${key} is not a setting; there are: servfailRatio`);
        }
    });

    it("take numbers as pulumi config set --path writes them, and quantities as YAML reads them", () => {
        const { dns } = changed({ "dns.cpu": 2, "dns.thresholds": { servfailRatio: "0.1" } });
        expect([dns.cpu, dns.thresholds.servfailRatio]).to.deep.equal(["2", 0.1]);
    });

    it("name every problem at once", () => {
        const message = messageOf(() => changed({ "dns.replicas": 0, "dns.cpu": "x" }));
        expect(message.split("\n")).to.have.length(3);
    });

    it("are missed by the name that pulumi config set --path takes", () => {
        expect(messageOf(() => parseSettings({}))).to.contain(
            "noc:site.kubeContext is not set; run: pulumi config set --path 'noc:site.kubeContext' VALUE",
        );
    });

    for (const [title, change, message] of invalidSettings) {
        it(`refuse ${title}`, () => {
            expect(messageOf(() => changed(change))).to.equal(
                `the stack's configuration cannot be deployed:\n  ${message}${message.endsWith("?") ? "" : "."}`,
            );
        });
    }
});

describe("secret settings", () => {
    const ciphertext = { secure: "v1:abc" };
    const slack = { name: "chat", slack: { url: ciphertext, channel: "#noc" } };

    it("are marked in the schema", () => {
        const schema = partOf(settingsSchema, "monitoring");
        const marked = ["grafanaPassword", "heartbeat", "receivers", "retention"].filter((key) => {
            const part = schema && partOf(schema, key);
            return part && holdsSecret(part);
        });
        expect(marked).to.deep.equal(["grafanaPassword", "heartbeat", "receivers"]);
    });

    it("stay out of errors, with whatever holds them", () => {
        for (const change of [
            { "monitoring.grafanaPassword": "hunter2" },
            { "monitoring.receivers": [{ name: "chat", slack: { url: "hunter2", channel: "#noc" } }] },
            { "monitoring.receivers": [{ name: "chat", slack: "hunter2" }] },
            { "monitoring.receivers": "hunter2" },
        ]) {
            const message = messageOf(() => changed(change));
            expect(message).to.contain("noc:monitoring.").and.not.to.contain("hunter2");
        }
    });

    it("may be encrypted anywhere in an object for the commands that cannot decrypt them", () => {
        const { monitoring } = changed({ "monitoring.receivers": [slack], "monitoring.grafanaPassword": ciphertext });
        expect(monitoring.receivers[0]?.slack).to.include({ channel: "#noc" });
        expect(monitoring.receivers[0]?.slack?.url).to.match(/^https:/);
    });

    it("may be any setting, even one that the rules compare with others", () => {
        expect(() => changed({ "dns.address": ciphertext })).not.to.throw();
        expect(() => changed({ "dns.address": "192.0.2.1" })).to.throw("noc:dns.address");
        expect(() => changed({ "dns.address": { secure: 5 } })).to.throw("noc:dns.address");
    });
});
