import { expect } from "chai";
import { parse } from "yaml";

import { dnsSettings } from "../dns/settings";
import { configFiles, dnsdistYaml } from "./config";
import { dnsdistSettings } from "./settings";

const resolver = { ...dnsSettings.parse({ allowFrom: ["192.168.1.0/24", "10.0.0.0/8"] }), cpu: "2" };
const name = "dnsdist.home.arpa";
const addresses = ["192.168.1.55", "192.168.1.56"];
const yaml = (settings: object = {}) => dnsdistYaml(dnsdistSettings.parse(settings), resolver);

interface Rule {
    readonly name: string;
    readonly selector: { readonly type: string; readonly selectors?: readonly object[] };
    readonly action: { readonly type: string; readonly parameters?: readonly object[] };
}
const rulesOf = (settings: object) => yaml(settings).query_rules as Rule[];
const named = (settings: object, wanted: string): Rule =>
    rulesOf(settings).find((rule) => rule.name === wanted) ?? expect.fail(`no rule ${wanted}`);
const listeners = (settings: object = {}) =>
    yaml(settings).binds.map((bind) => `${"protocol" in bind ? bind.protocol : "Do53"} ${bind.listen_address}`);

describe("dnsdist's configuration", () => {
    it("is YAML with the Lua file beside it, which dnsdist reads because of its name", () => {
        const files = configFiles(dnsdistSettings.parse({}), resolver);
        expect(Object.keys(files)).to.deep.equal(["dnsdist.yml", "dnsdist.lua"]);
        expect(parse(files["dnsdist.yml"] ?? "")).to.deep.equal(JSON.parse(JSON.stringify(yaml())));
    });

    it("answers only the resolver's clients", () => {
        expect(yaml().acl).to.deep.equal(["192.168.1.0/24", "10.0.0.0/8"]);
    });

    it("has no console and no way to change it at runtime", () => {
        expect(yaml()).not.to.have.property("console");
        expect(yaml().webserver).not.to.have.any.keys("api_key", "api_read_write", "api_requires_authentication");
    });

    it("has a thread for each whole core at each listener, with a socket of its own", () => {
        for (const [cpu, threads] of [
            ["500m", 1],
            ["1", 1],
            ["4", 4],
        ] as const) {
            for (const bind of yaml({ cpu }).binds) {
                expect(bind).to.include({ threads, reuseport: true });
            }
        }
    });

    it("has several sockets to each of the resolver's pods for each of their threads", () => {
        const lua = (cpu: string) => configFiles(dnsdistSettings.parse({}), { ...resolver, cpu })["dnsdist.lua"];
        expect(lua("1")).to.contain("sockets = 16,");
        expect(lua("4")).to.contain("sockets = 64,");
    });

    it("speaks plain DNS alone, unless it has a certificate", () => {
        expect(listeners()).to.deep.equal(["Do53 0.0.0.0:1053"]);
        const files = configFiles(dnsdistSettings.parse({}), resolver);
        expect(files["dnsdist.lua"]).not.to.contain("reloadAllCertificates");
    });

    it("speaks TLS and HTTPS with a certificate, over QUIC too unless told otherwise", () => {
        const overTcp = ["Do53 0.0.0.0:1053", "DoT 0.0.0.0:1853", "DoH 0.0.0.0:1443"];
        expect(listeners({ encryption: { name, quic: false } })).to.deep.equal(overTcp);
        expect(listeners({ encryption: { name } })).to.deep.equal([
            ...overTcp,
            "DoQ 0.0.0.0:1853",
            "DoH3 0.0.0.0:1443",
        ]);
        for (const bind of yaml({ encryption: { name } }).binds.slice(1)) {
            expect(bind).to.deep.include({
                tls: {
                    certificates: [{ certificate: "/tls/tls.crt", key: "/tls/tls.key" }],
                    minimum_version: "tls1.2",
                },
            });
        }
    });
});

describe("the rate limit of dnsdist", () => {
    const limited = (rateLimit: object) => rulesOf({ rateLimit }).filter((rule) => rule.name.startsWith("rate-limit"));

    it("counts each client once over all transports, and lets it send a burst", () => {
        const [first] = limited({ queriesPerSecond: 50, burst: 200 });
        expect(first?.selector).to.deep.equal({ type: "MaxQPSIP", qps: 50, burst: 200 });
        expect(limited({ queriesPerSecond: 50 })[0]?.selector).to.include({ burst: 50 });
    });

    it("truncates over UDP, and refuses over all else", () => {
        const [count, udp, other] = limited({ action: "truncate" });
        expect(count?.action).to.include({ type: "SetTag", tag: "rate-limit" });
        expect(udp?.selector.selectors).to.deep.equal([
            { type: "Tag", tag: "rate-limit" },
            { type: "TCP", tcp: false },
        ]);
        expect(udp?.action).to.deep.equal({ type: "TC" });
        expect(other?.selector).to.deep.equal({ type: "Tag", tag: "rate-limit" });
        expect(other?.action).to.include({ type: "RCode", rcode: "Refused" });
    });

    it("refuses or drops, if told so", () => {
        expect(limited({ action: "refuse" }).map(({ action }) => action)).to.have.nested.property(
            "[0].rcode",
            "Refused",
        );
        expect(limited({ action: "drop" }).map(({ action }) => action)).to.deep.equal([{ type: "Drop" }]);
    });

    it("comes before every other rule, and can be switched off", () => {
        expect(rulesOf({ blocked: ["ads.example"] })[0]?.name).to.equal("rate-limit");
        expect(limited({ queriesPerSecond: 0 })).to.deep.equal([]);
    });
});

describe("the response policy of dnsdist", () => {
    const policy = {
        blocked: ["Ads.Example", "tracker.example."],
        rewritten: [
            { names: ["a.example", "b.example"], address: "192.0.2.7" },
            { names: ["example"], address: "192.0.2.8" },
        ],
        exempt: ["good.ads.example"],
    };

    it("says NXDOMAIN for the blocked domains and below, and why", () => {
        const selector = { type: "QNameSuffix", suffixes: ["ads.example.", "tracker.example."], quiet: true };
        expect(named(policy, "blocked").selector).to.deep.equal(selector);
        expect(named(policy, "blocked").action).to.include({ type: "RCode", rcode: "NXDomain" });
        expect(named(policy, "blocked-reason").selector).to.deep.equal(selector);
        expect(named(policy, "blocked-reason").action).to.include({ type: "SetExtendedDNSError", info_code: 15 });
    });

    it("answers an address query of a rewritten domain, and no other type of record", () => {
        const { selector, action } = named(policy, "rewritten-0");
        const below = { type: "QNameSuffix", suffixes: ["a.example.", "b.example."], quiet: true };
        expect(selector.selectors).to.deep.equal([below, { type: "QType", qtype: "A" }]);
        expect(action).to.deep.include({ type: "Spoof", ips: ["192.0.2.7"] });
        expect(named(policy, "rewritten-0-other").selector).to.deep.equal(below);
        expect(named(policy, "rewritten-0-other").action).to.include({ type: "RCode", rcode: "NoError" });
    });

    it("applies exemptions first, then rewrites in their order, then blocks", () => {
        expect(rulesOf(policy).map((rule) => rule.name)).to.deep.equal([
            "rate-limit",
            "rate-limit-udp",
            "rate-limit-other",
            "discovery",
            "exempt",
            "rewritten-0",
            "rewritten-0-other",
            "rewritten-1",
            "rewritten-1-other",
            "blocked-reason",
            "blocked",
        ]);
        expect(named(policy, "exempt").action).to.deep.equal({ type: "Allow" });
    });

    it("has no rule for an empty list", () => {
        expect(rulesOf({ rateLimit: { queriesPerSecond: 0 } }).map((rule) => rule.name)).to.deep.equal(["discovery"]);
    });
});

describe("clients that ask what dnsdist speaks", () => {
    it("are told its name, transports and addresses", () => {
        const parameters = (encryption: object) =>
            named({ encryption: { name, ...encryption }, addresses }, "discovery").action.parameters;
        const hints = { target: `${name}.`, ipv4_hints: addresses };
        const path = [{ key: 7, value: "/dns-query{?dns}" }];
        expect(parameters({})).to.deep.equal([
            { priority: 1, alpns: ["dot", "doq"], port: 853, ...hints },
            { priority: 2, alpns: ["h2", "h3"], port: 443, ...hints, additional_params: path },
        ]);
        expect(parameters({ quic: false })).to.deep.equal([
            { priority: 1, alpns: ["dot"], port: 853, ...hints },
            { priority: 2, alpns: ["h2"], port: 443, ...hints, additional_params: path },
        ]);
        expect(named({ encryption: { name }, addresses }, "own-name").action).to.deep.include({ ips: addresses });
    });

    it("are told nothing without a certificate, and not what the resolver speaks", () => {
        expect(named({}, "discovery").action).to.include({ type: "RCode", rcode: "NoError" });
    });
});
