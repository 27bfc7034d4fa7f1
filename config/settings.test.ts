import { expect } from "chai";

import { declaredSettings, stackConfig } from "../commands/stack-config";
import { invalidSettings, pool } from "../tests/invalid-settings";
import { messageOf } from "../tests/support";
import { parseSettings, schema } from "./settings";

const poc = stackConfig("poc");
const homelab = stackConfig("homelab");
describe("settings", () => {
    it("are declared in Pulumi.yaml and known to the schema alike", () => {
        expect(Object.keys(declaredSettings()).sort()).to.deep.equal(Object.keys(schema.shape).sort());
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
        expect(monitoring).to.include({ controlPlane: false, retention: "7d", grafanaPassword: undefined });
    });

    it("read the homelab stack", () => {
        const { metallb, dns, monitoring } = parseSettings(homelab);
        expect(metallb.pools).to.deep.equal([
            { name: "default-pool", addresses: ["192.168.122.100-192.168.122.150"], reserved: ["192.168.122.100"] },
        ]);
        expect(dns.replicas).to.equal(2);
        expect(monitoring.controlPlane).to.equal(true);
    });

    it("cannot be changed", () => {
        const { dhcp } = parseSettings(poc);
        expect(() => (dhcp.subnets as unknown[]).push({})).to.throw(TypeError);
        expect(() => Object.assign(dhcp.subnets[0] ?? {}, { id: 7 })).to.throw(TypeError);
    });

    it("leave other namespaces alone", () => {
        expect(() => parseSettings({ ...poc, "pulumi:tags": "{}", "kubernetes:anything": "x" })).not.to.throw();
    });

    it("keep a fixed password out of the error", () => {
        expect(messageOf(() => parseSettings({ ...poc, "noc:monitoringGrafanaPassword": "hunter2" }))).not.to.contain(
            "hunter2",
        );
    });

    it("name every problem at once", () => {
        const message = messageOf(() => parseSettings({ ...poc, "noc:dnsReplicas": "0", "noc:dnsCpu": "x" }));
        expect(message.split("\n")).to.have.length(3);
    });

    for (const [title, change, message] of invalidSettings) {
        it(`refuse ${title}`, () => {
            expect(messageOf(() => parseSettings({ ...poc, ...change }))).to.equal(
                `the stack's configuration cannot be deployed:\n  ${message}.`,
            );
        });
    }
});
