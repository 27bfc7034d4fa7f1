import { expect } from "chai";
import fc from "fast-check";

import { problemsWith } from "../../tests/support";
import { testRefused } from "../../tests/dhcp-settings";
import { dnsSettings } from "../dns/settings";
import { leaseNames, reverseZones, trustedNames } from "./lease-names";
import { dhcpSettings } from "./settings";

const dhcp = dhcpSettings.parse({
    leaseNames: { enabled: true, takenNames: ["mail"] },
    domain: "Lan.example.",
    subnets: [{ id: 1, subnet: "10.1.0.0/24", pools: ["10.1.0.100-10.1.0.200"], router: "10.1.0.1" }],
});
const on = (more: Record<string, unknown> = {}) => ({ "dhcp.leaseNames": { enabled: true }, ...more });

describe("the reverse zones of a subnet", () => {
    it("end at an octet", () => {
        expect(reverseZones("10.0.0.0/8")).to.deep.equal(["10.in-addr.arpa"]);
        expect(reverseZones("192.168.122.0/24")).to.deep.equal(["122.168.192.in-addr.arpa"]);
        expect(reverseZones("10.1.4.0/22")).to.deep.equal(
            ["4", "5", "6", "7"].map((octet) => `${octet}.1.10.in-addr.arpa`),
        );
        expect(reverseZones("192.0.2.128/31")).to.deep.equal(["128.2.0.192.in-addr.arpa", "129.2.0.192.in-addr.arpa"]);
    });

    it("have the subnet's addresses and no others", () => {
        fc.assert(
            fc.property(fc.integer({ min: 8, max: 32 }), fc.integer({ min: 0, max: 255 }), (prefix, octet) => {
                const bits = 32 - prefix;
                const first = Math.floor((10 * 2 ** 24 + octet * 65537) / 2 ** bits) * 2 ** bits;
                const text = [24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join(".");
                const sizes = reverseZones(`${text}/${prefix}`).map((zone) => 2 ** (8 * (6 - zone.split(".").length)));
                expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(2 ** bits);
            }),
        );
    });
});

describe("lease names", () => {
    it("are off by default", () => {
        const off = dhcpSettings.parse({});
        expect(leaseNames({ dhcp: off, dns: dnsSettings.parse({}) })).to.equal(undefined);
    });

    it("are answered in the clients' domain and in the reverse zones of the subnets", () => {
        expect(leaseNames({ dhcp, dns: dnsSettings.parse({}) })?.zones).to.deep.equal({
            domain: "lan.example",
            reverse: ["0.1.10.in-addr.arpa"],
            pods: { "app.kubernetes.io/name": "kea-dhcp" },
            port: 5353,
            redundant: false,
        });
    });

    it("are not those that the resolver has, the settings list or programs trust", () => {
        const record = (name: string) => ({ name, type: "A", value: "10.1.0.2" }) as const;
        const dns = dnsSettings.parse({
            localRecords: [record("WWW.lan.example"), record("a.b.lan.example"), record("other.example")],
            encryption: { name: "dns.lan.example" },
        });
        expect(leaseNames({ dhcp, dns })?.taken).to.have.members([...trustedNames, "mail", "www", "b", "dns"]);
    });

    it("leave reverse zones to the servers that are configured for them", () => {
        const dns = dnsSettings.parse({ stubZones: [{ name: "10.in-addr.arpa", addresses: ["10.9.9.9"] }] });
        expect(leaseNames({ dhcp, dns })?.zones.reverse).to.deep.equal([]);
        const root = dnsSettings.parse({ forwardZones: [{ name: ".", addresses: ["10.9.9.9"] }] });
        expect(leaseNames({ dhcp, dns: root })?.zones.reverse).to.have.length(1);
    });

    testRefused([
        [
            "lease names without the resolver",
            on({ "dns.enabled": false, "dhcp.resolvers": ["192.0.2.53"] }),
            "noc:dhcp.leaseNames.enabled = true needs this stack's resolver, and noc:dns.enabled is false; set that to true, or this to false",
        ],
        [
            "a domain that is sent elsewhere",
            on({ "dhcp.domain": "home.arpa", "dns.forwardZones": [{ name: "Home.arpa.", addresses: ["192.0.2.1"] }] }),
            "noc:dhcp.leaseNames.enabled = true takes the zone home.arpa, which noc:dns sends to other servers; remove that zone, or set noc:dhcp.domain to a domain of the clients' own",
        ],
        [
            "a name that is none",
            { "dhcp.leaseNames": { enabled: true, takenNames: ["www.home.arpa"] } },
            'noc:dhcp.leaseNames.takenNames[0] = "www.home.arpa" is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens',
        ],
    ]);

    it("warn of settings that take their effect away", () => {
        expect(problemsWith(on({ "dhcp.resolvers": ["192.0.2.53"] }))).to.deep.equal([
            "warning: noc:dhcp.leaseNames.enabled = true helps only those who ask this stack's resolver, and noc:dhcp.resolvers names others; remove that, or let them forward the domain.",
        ]);
        const stubZones = [{ name: "168.192.in-addr.arpa", addresses: ["192.0.2.1"] }];
        expect(problemsWith(on({ "dns.stubZones": stubZones }))).to.deep.equal([
            "warning: noc:dhcp.leaseNames.enabled = true has no effect on the addresses in 168.192.in-addr.arpa, which noc:dns sends to other servers; remove that zone if leases are to have PTR records.",
        ]);
        expect(problemsWith({ "dhcp.leaseNames": { takenNames: ["www"] } })).to.deep.equal([
            'warning: noc:dhcp.leaseNames.takenNames = ["www"] has no effect while noc:dhcp.leaseNames.enabled is false; remove it.',
        ]);
    });
});
