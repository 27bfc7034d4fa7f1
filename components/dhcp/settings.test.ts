import { expect } from "chai";

import {
    client,
    inSubnet,
    key,
    networkOf,
    parsed,
    type Refused,
    reserved,
    subnet,
    testRefused,
} from "../../tests/dhcp-settings";
import { messageOf } from "../../tests/support";
import type { SettingChanges } from "../../tools/mock-engine";

const second = { id: 2, subnet: "192.168.2.0/24", pools: ["192.168.2.10"], router: "192.168.2.1" };

const refused: Refused[] = [
    // single values
    [
        "a subnet without an id",
        inSubnet({ id: undefined }),
        `${key}.id is not set; run: pulumi config set --path '${key}.id' VALUE`,
    ],
    [
        "a hardware address that is none",
        reserved({ ...client, hwAddress: "02-00" }),
        `${key}.reservations[0].hwAddress = "02-00" is not a hardware address; write it like 02:00:5e:10:00:01`,
    ],
    ...["01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"].map((hwAddress): Refused => [
        `the hardware address ${hwAddress}`,
        reserved({ ...client, hwAddress }),
        `${key}.reservations[0].hwAddress = "${hwAddress}" is not the address of a single network card; write the client's own address`,
    ]),
    [
        "a host name with a space",
        reserved({ ...client, hostname: "big printer" }),
        `${key}.reservations[0].hostname = "big printer" is not a host name; use letters, digits and inner hyphens, at most 63 between two dots`,
    ],
    [
        "a relay that is no address",
        inSubnet({ relays: ["router"] }),
        `${key}.relays[0] = "router" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1`,
    ],
    [
        "no relay",
        { "dhcp.relayFrom": [] },
        "noc:dhcp.relayFrom = [] lets no relay in; list the networks that relays send from, or leave it out",
    ],
    [
        "the root as the clients' domain",
        { "dhcp.domain": "." },
        'noc:dhcp.domain = "." is the root; name a domain of the clients, like home.arpa',
    ],
    [
        "an address as the clients' domain",
        { "dhcp.domain": "192.168.1.1" },
        'noc:dhcp.domain = "192.168.1.1" ends in a number, as an address does; name a domain of the clients, like home.arpa',
    ],
    ...["100", "100k", "1e3", ".5Ki"].map((size): Refused => [
        `a volume of ${size}`,
        { "dhcp.leaseStorage": size },
        `noc:dhcp.leaseStorage = "${size}" is too little; set it to 10Mi or more`,
    ]),
    [
        "a warning after the critical alert",
        { "dhcp.thresholds": { poolWarning: 0.95 } },
        "noc:dhcp.thresholds.poolWarning = 0.95 is not below poolCritical; set it lower, because the warning comes first",
    ],

    [
        "an address as a client's name",
        reserved({ ...client, hostname: "192.168.1.9" }),
        `${key}.reservations[0].hostname = "192.168.1.9" is an address and not a name; write a name, like printer`,
    ],
    [
        "a resolver twice",
        { "dhcp.resolvers": ["192.0.2.53", "192.0.2.53"] },
        'noc:dhcp.resolvers[1] = "192.0.2.53" is also noc:dhcp.resolvers[0]; list it once',
    ],
    [
        "relays on loopback",
        { "dhcp.relayFrom": ["127.0.0.0/8"] },
        'noc:dhcp.relayFrom[0] = "127.0.0.0/8" overlaps 127.0.0.0/8 (loopback), where no relay is; list the networks that relays send from',
    ],
    [
        "a relay of two subnets",
        {
            "dhcp.subnets": [
                { ...subnet, relays: ["10.9.0.1"] },
                { ...second, relays: ["10.9.0.1"] },
            ],
        },
        'noc:dhcp.subnets[1].relays[0] = "10.9.0.1" is also noc:dhcp.subnets[0].relays[0]; give each relay to one subnet',
    ],
    [
        "a relay that is another subnet's router",
        { "dhcp.subnets": [{ ...subnet, relays: ["192.168.2.1"] }, second] },
        `${key}.relays[0] = "192.168.2.1" is also noc:dhcp.subnets[1].router, whose clients would get addresses of this subnet; leave it out, or let the relay use another address`,
    ],

    // options
    [
        "an option with neither name nor code",
        { "dhcp.options": [{ data: "x" }] },
        'noc:dhcp.options[0] = {"data":"x"} needs either a name or a code; Kea\'s manual lists the names of the standard options',
    ],
    [
        "an option with both",
        { "dhcp.options": [{ name: "ntp-servers", code: 42, data: "192.0.2.1" }] },
        'noc:dhcp.options[0] = {"name":"ntp-servers","code":42,"data":"192.0.2.1"} needs either a name or a code; Kea\'s manual lists the names of the standard options',
    ],
    [
        "an option that Kea does not know",
        { "dhcp.options": [{ name: "ntp-server", data: "192.0.2.1" }] },
        'noc:dhcp.options[0].name = "ntp-server" is not a DHCP option that Kea knows; did you mean "ntp-servers"?',
    ],
    [
        "data that does not fit an option of a subnet",
        inSubnet({ options: [{ name: "ntp-servers", data: "ntp.example.org" }] }),
        `${key}.options[0].data = "ntp.example.org" does not fit ntp-servers (option 42); write an IPv4 address, or several separated by commas, like 192.0.2.1, 192.0.2.2`,
    ],
    [
        "an option of the stack's own, for one client",
        reserved({ ...client, options: [{ code: 6, data: "192.0.2.1" }] }),
        `${key}.reservations[0].options[0].code = 6 is set by this stack itself (option 6); set noc:dhcp.resolvers instead`,
    ],
    [
        "an option twice, once by its code",
        inSubnet({
            options: [
                { name: "ntp-servers", data: "192.0.2.1" },
                { code: 42, data: "192.0.2.2" },
            ],
        }),
        `${key}.options[1].code = 42 is the same option as entry 0; leave one of them out`,
    ],

    // times and resolvers
    [
        "a lease renewed after it is rebound",
        { "dhcp.renewTimer": 2000 },
        "noc:dhcp.renewTimer = 2000 is not before noc:dhcp.rebindTimer (2000); set renewTimer < rebindTimer < validLifetime",
    ],
    [
        "a lease rebound after it has ended",
        { "dhcp.rebindTimer": 5000 },
        "noc:dhcp.rebindTimer = 5000 is not before noc:dhcp.validLifetime (4000); set renewTimer < rebindTimer < validLifetime",
    ],
    [
        "no resolver for the clients",
        { "dns.enabled": false },
        "noc:dhcp.resolvers = [] names no resolver while noc:dns.enabled is false; list those that clients are to use",
    ],
    [
        "clients whose queries the resolver refuses",
        { "dns.allowFrom": ["192.168.1.0/25", "10.0.0.0/8"] },
        `${key}.subnet = "192.168.1.0/24" is not in noc:dns.allowFrom, so its clients' queries would be refused; add it there, or name other resolvers in noc:dhcp.resolvers`,
    ],
];

/** Unusual, but fine. */
const accepted: [title: string, change: SettingChanges][] = [
    ["a pool of one address", inSubnet({ pools: ["192.168.1.100"] })],
    [
        "a pool as a network, and one with blanks",
        inSubnet({ pools: ["192.168.1.64/26", "192.168.1.10 - 192.168.1.20"] }),
    ],
    ["a hardware address with hyphens and capitals", reserved({ ...client, hwAddress: "02-00-5E-10-00-0A" })],
    ["a host name in capitals or below a domain", reserved({ ...client, hostname: "Printer-1.Office" })],
    ["a reservation in a pool", reserved({ ...client, address: "192.168.1.150" })],
    [
        "one client in two subnets, under one name",
        {
            "dhcp.subnets": [
                { ...subnet, reservations: [{ ...client, hostname: "laptop" }] },
                {
                    ...second,
                    reservations: [{ ...client, address: "192.168.2.20", hostname: "laptop" }],
                },
            ],
        },
    ],
    ["a subnet of two addresses", networkOf("192.168.1.0/31", "192.168.1.0", "192.168.1.1")],
    ["a pool with .0 and .255 inside a large subnet", networkOf("10.0.0.0/16", "10.0.0.1", "10.0.0.200-10.0.2.10")],
    ["a relay at another device of a subnet", { "dhcp.subnets": [{ ...subnet, relays: ["192.168.2.7"] }, second] }],
    ["relays in other networks", inSubnet({ relays: ["10.9.0.1", "192.0.2.1"] })],
    ["relays from anywhere", { "dhcp.relayFrom": ["0.0.0.0/0"] }],
    ["a domain with a final dot", { "dhcp.domain": "home.arpa." }],
    ["a domain of one label", { "dhcp.domain": "lan" }],
    ["leases without an end", { "dhcp.validLifetime": 4294967295 }],
    ["a declined address that is leased again after a second", { "dhcp.declineProbation": 1 }],
    [
        "a subnet that several networks of the resolver cover",
        { "dns.allowFrom": ["192.168.1.128/25", "192.168.1.0/25"] },
    ],
    [
        "clients outside the resolver's networks, with resolvers of others",
        { "dns.allowFrom": ["10.0.0.0/8"], "dhcp.resolvers": ["192.0.2.53"] },
    ],
    [
        "options of every level",
        {
            "dhcp.options": [{ name: "ntp-servers", data: "192.0.2.1" }],
            ...inSubnet({
                options: [
                    { name: "ntp-servers", data: "192.0.2.2" },
                    { code: 224, data: "0a0b" },
                ],
                reservations: [{ ...client, options: [{ name: "boot-file-name", data: "pxe.0" }] }],
            }),
        },
    ],
    ["a router that is foreign", { "site.foreignRanges": ["192.168.1.1"] }],
    [
        "as many free addresses as Services",
        { "metallb.pools": [{ name: "a", addresses: ["192.168.139.50-192.168.139.51"] }], "dhcp.address": undefined },
    ],
    ["a volume of 10Mi", { "dhcp.leaseStorage": "10Mi" }],
];

describe("DHCP's settings", () => {
    testRefused(refused);

    for (const [title, change] of accepted) {
        it(`accept ${title}`, () => {
            expect(messageOf(() => parsed(change))).to.equal("no error");
        });
    }

    describe("of a large site", () => {
        const large = (count: number, options?: object[]) => ({
            "dns.allowFrom": ["10.0.0.0/8"],
            ...inSubnet({
                subnet: "10.0.0.0/8",
                pools: ["10.200.0.0-10.200.255.255"],
                router: "10.0.0.1",
                reservations: Array.from({ length: count }, (_, i) => ({
                    hwAddress: `02:${((0x5bd1e995 * (i + 1)) % 2 ** 40).toString(16).padStart(10, "0").match(/../g)?.join(":") ?? ""}`,
                    address: `10.1.${i >> 8}.${i & 255}`,
                    hostname: `host-${i}`,
                    options,
                })),
            }),
        });

        it("accept 10,000 reservations", () => {
            expect(parsed(large(10_000)).dhcp.subnets[0]?.reservations).to.have.length(10_000);
        });

        it("refuse more than Kubernetes stores in one object, with the size", () => {
            expect(messageOf(() => parsed(large(20_000)))).to.match(
                /noc:dhcp\.subnets has 20000 reservations, which make Kea's configuration \d+ KiB large, and Kubernetes stores at most 1024 KiB in one object; remove reservations or their options\.$/,
            );
        });
    });
});
