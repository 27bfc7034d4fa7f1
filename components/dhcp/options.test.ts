import { expect } from "chai";
import fc from "fast-check";

import { ofType, samples } from "./option-samples";
import { type DhcpOption, optionData, optionProblem, optionTypes, repeatProblem } from "./options";

const problem = (option: DhcpOption) => {
    const { field, remedy } = optionProblem(option) ?? {};
    return field && `${field} ${remedy}`;
};
/** What is wrong with this data of the option. */
const ofData = (name: string, data: string) => problem({ name, data });
/** Whether the option may not be configured at all. */
const isReserved = (option: DhcpOption) => ["name", "code"].includes(optionProblem(option)?.field ?? "data");

describe("DHCP options", () => {
    it("are there once, with a type that has samples", () => {
        for (const column of [0, 1] as const) {
            expect(new Set(optionTypes.map((option) => option[column])).size).to.equal(optionTypes.length);
        }
        expect([...new Set(optionTypes.map(([, , type]) => type))]).to.have.members(Object.keys(samples));
    });

    it("fit with good data, and not with bad", () => {
        for (const [type, { good, bad }] of Object.entries(samples)) {
            for (const [code, name] of ofType(type)) {
                if (isReserved({ name, data: "" })) {
                    continue;
                }
                for (const by of [{ name }, { code }]) {
                    for (const data of good) {
                        expect(problem({ ...by, data }), `${name} = ${data}`).to.equal(undefined);
                    }
                    for (const data of bad) {
                        expect(optionProblem({ ...by, data })?.field, `${name} = ${data}`).to.equal("data");
                    }
                }
            }
        }
    });

    it("are refused where Kea takes what no client can use", () => {
        for (const [name, data, remedy] of [
            ["interface-mtu", "67", /from 68 to 65535/],
            ["max-dgram-reassembly", "575", /from 576/],
            ["default-ip-ttl", "0", /from 1 to 255/],
            ["static-routes", "10.0.0.0, 192.0.2.1, 10.1.0.0", /write pairs of IPv4 addresses/],
            ["tftp-server-name", "a\nb", /has a line break/],
            ["boot-file-name", "x".repeat(1025), /no answer has room for; use at most 1024/],
        ] as const) {
            expect(ofData(name, data), name).to.match(remedy);
        }
    });

    it("are known by their names", () => {
        expect(problem({ name: "ntp-server", data: "192.0.2.1" })).to.equal(
            'name is not a DHCP option that Kea knows; did you mean "ntp-servers"?',
        );
        expect(problem({ name: "NTP-Servers", data: "192.0.2.1" })).to.equal(
            'name is not a DHCP option that Kea knows; did you mean "ntp-servers"?',
        );
        expect(problem({ name: "wpad", data: "http://192.0.2.1/" })).to.equal(
            "name is not a DHCP option that Kea knows; use a name of Kea's manual, or the option's code",
        );
        expect(problem({ data: "" })).to.equal("code is not the code of an option; use 1 to 254");
    });

    it("are known by their codes", () => {
        for (const code of [-1, 0, 1.5, 255, NaN]) {
            expect(problem({ code, data: "" })).to.equal("code is not the code of an option; use 1 to 254");
        }
        expect(problem({ name: "ntp-servers", code: 42, data: "192.0.2.1" })).to.equal(undefined);
        expect(problem({ name: "ntp-servers", code: 43, data: "192.0.2.1" })).to.equal(
            "code is not the code of ntp-servers; leave it out, or use 42",
        );
        expect(problem({ code: 42, data: "ntp.example.org" })).to.equal(
            "data does not fit ntp-servers (option 42); write an IPv4 address, or several separated by commas, like 192.0.2.1, 192.0.2.2",
        );
    });

    it("that this stack, Kea or a client sets are refused whatever their data", () => {
        for (const [code, remedy] of [
            [3, "is set by this stack itself (option 3); set router of the subnet instead"],
            [6, "is set by this stack itself (option 6); set noc:dhcp.resolvers instead"],
            [51, "is set by this stack itself (option 51); set noc:dhcp.validLifetime instead"],
            [54, "is set by this stack itself (option 54); set noc:dhcp.address instead"],
            [58, "is set by this stack itself (option 58); set noc:dhcp.renewTimer instead"],
            [59, "is set by this stack itself (option 59); set noc:dhcp.rebindTimer instead"],
            [12, "is set by Kea itself (option 12); set hostname of the client's reservation instead"],
            [1, "is set by Kea itself (option 1); leave it out"],
            [53, "is set by Kea itself (option 53); leave it out"],
            [55, "is for clients to send (option 55); leave it out"],
            [82, "is for relays to send (option 82); leave it out"],
            [151, "is for lease queries (option 151); leave it out"],
            [122, "is not the same in all versions of Kea (option 122); leave it out"],
        ] as const) {
            const [, name] = optionTypes.find(([each]) => each === code) ?? [];
            expect(optionProblem({ code, data: "" })).to.deep.equal({ field: "code", remedy });
            expect(name && optionProblem({ name, data: "" })).to.deep.equal(name && { field: "name", remedy });
        }
    });

    it("say what to write", () => {
        for (const [name, data, remedy] of [
            ["broadcast-address", "192.0.2.1, 192.0.2.2", "write an IPv4 address, like 192.0.2.1"],
            ["ip-forwarding", "yes", "write true or false"],
            ["default-ip-ttl", "256", "write a whole number from 1 to 255, like 64"],
            ["time-offset", "CET", "write a whole number from -2147483648 to 2147483647, like -3600"],
            [
                "path-mtu-plateau-table",
                "a lot",
                "write a whole number from 68 to 65535, or several separated by commas, like 1500, 576",
            ],
            ["tftp-server-name", "", "write some text, like example"],
            ["domain-search", ".", "write a domain name, or several separated by commas, like example.org, home.arpa"],
            [
                "classless-static-route",
                "10.0.0.0/8",
                "write a route, or several separated by commas, like 10.0.0.0/8 - 192.0.2.1, 0.0.0.0/0 - 192.0.2.2",
            ],
            [
                "slp-directory-agent",
                "192.0.2.1",
                "write true or false, then an IPv4 address, or several, all separated by commas, like true, 192.0.2.1, 192.0.2.2",
            ],
            [
                "user-class",
                "iPXE",
                "write its bytes as hexadecimal digits, like c0000201 for 192.0.2.1, or a text in single quotes, like 'example'",
            ],
            [
                "vendor-encapsulated-options",
                "192.0.2.1",
                "write its suboptions as hexadecimal digits, each as code, length and data, like 0104c0000201",
            ],
        ] as const) {
            const code = optionTypes.find((option) => option[1] === name)?.[0] ?? 0;
            expect(ofData(name, data)).to.equal(`data does not fit ${name} (option ${code}); ${remedy}`);
        }
        expect(problem({ code: 150, data: "192.0.2.1" })).to.equal(
            "data does not fit option 150; write its bytes as hexadecimal digits, like c0000201 for 192.0.2.1, or a text in single quotes, like 'example'",
        );
    });

    it("that Kea takes and then hands out otherwise are refused", () => {
        const comma = (option: string) =>
            `data has a comma, where Kea ends the text of ${option}; write \\, for a comma that belongs to it`;
        expect(ofData("boot-file-name", "a,b")).to.equal(comma("boot-file-name (option 67)"));
        expect(ofData("boot-file-name", "a\\\\,b")).to.equal(comma("boot-file-name (option 67)"));
        expect(ofData("slp-service-scope", "true, a,b")).to.equal(comma("slp-service-scope (option 79)"));
        // IPv6 addresses as four addresses each, no addresses as no data, the first one of two.
        for (const [name, data] of [
            ["ntp-servers", "2001:db8::1"],
            ["ntp-servers", ""],
            ["default-ip-ttl", "64, 128"],
            // Suboptions that are not whole, and none.
            ["vendor-encapsulated-options", "0104c000"],
            ["vendor-encapsulated-options", "ff"],
            ["vendor-encapsulated-options", ""],
        ] as const) {
            expect(optionProblem({ name, data })?.field, `${name} = ${data}`).to.equal("data");
        }
    });

    it("that are too long for Kea's answers are refused", () => {
        const many = (value: string, count: number) => Array(count).fill(value).join(",");
        expect(ofData("ntp-servers", many("192.0.2.1", 64))).to.equal(
            "data is more than the 253 bytes of ntp-servers (option 42); shorten it",
        );
        for (const [name, fits, exceeds] of [
            ["path-mtu-plateau-table", many("68", 126), many("68", 127)],
            ["classless-static-route", many("10.0.0.0/24 - 10.0.0.1", 31), many("10.0.0.0/24 - 10.0.0.1", 32)],
            ["slp-service-scope", `true, ${"x".repeat(252)}`, `true, ${"x".repeat(253)}`],
            ["v4-sztp-redirect", "x".repeat(251), "x".repeat(252)],
            ["vivco-suboptions", `1, f8${"00".repeat(248)}`, `1, f9${"00".repeat(249)}`],
            ["vendor-encapsulated-options", `01fb${"00".repeat(251)}`, `01fc${"00".repeat(252)}`],
        ] as const) {
            expect(ofData(name, fits), name).to.equal(undefined);
            expect(ofData(name, exceeds), name).to.match(/^data is more than the 253 bytes/);
        }
        expect(ofData("domain-search", many("home.arpa", 64))).to.equal(undefined);
    });

    it("have an answer to any text", () => {
        const codes = fc.integer({ min: 1, max: 254 });
        const characters = ["0", "1", "9", "a", "f", "x", ".", ",", ":", "/", "-", "|", "=", "\\", "'", " ", "\n", "é"];
        const texts = fc.string({ unit: fc.constantFrom(...characters) });
        fc.assert(
            fc.property(codes, texts, (code, data) => {
                const { remedy } = optionProblem({ code, data }) ?? {};
                expect(remedy ?? "is fine; yes").to.match(/^(is|does|has) .*; \S/);
            }),
        );
    });

    it("are in a list once", () => {
        const ntp = { name: "ntp-servers", data: "192.0.2.1" };
        const vendor = (data: string) => ({ name: "vivso-suboptions", data });
        expect(repeatProblem([ntp, { code: 66, data: "a" }, vendor("1"), vendor("2")])).to.equal(undefined);
        expect(repeatProblem([vendor("1"), ntp, { code: 42, data: "192.0.2.2" }])).to.deep.equal({
            index: 2,
            field: "code",
            remedy: "is the same option as entry 1; leave one of them out",
        });
        expect(repeatProblem([{ code: 42, data: "" }, ntp])?.field).to.equal("name");
    });

    it("replace the defaults, and say where they are bytes", () => {
        const domain = { name: "domain-name", data: "home.arpa" };
        const search = { name: "domain-search", data: "home.arpa" };
        const options = [
            { code: 119, data: "a.example, b.example" },
            { code: 150, data: "c0000201" },
            { code: 43, data: "0104c0000201" },
        ];
        expect(optionData(options, [domain, search])).to.deep.equal([
            domain,
            { code: 119, data: "a.example, b.example" },
            { code: 150, data: "c0000201", "csv-format": false },
            { code: 43, data: "0104c0000201", "csv-format": false },
        ]);
    });
});
