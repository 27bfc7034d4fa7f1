import { optionTypes } from "./options";

/** Of each type: data that Kea takes, and data that neither Kea nor this stack takes. */
export const samples: Record<string, { good: readonly string[]; bad: readonly string[] }> = {
    ipv4: {
        good: ["192.0.2.1", " 192.0.2.1 "],
        bad: ["", "192.0.2.256", "01.2.3.4", "ntp.example.org", "192.0.2.0/24"],
    },
    "ipv4[]": {
        good: ["192.0.2.1", "192.0.2.1, 192.0.2.2", "192.0.2.1,192.0.2.2", Array(63).fill("192.0.2.1").join(",")],
        bad: ["192.0.2.1 192.0.2.2", "192.0.2.1, ", "ntp.example.org"],
    },
    "ipv4 ipv4[]": { good: ["192.0.2.1, 255.255.255.0, 192.0.2.2, 255.255.255.0"], bad: ["192.0.2.1, example.org"] },
    boolean: { good: ["true", "FALSE", "1"], bad: ["yes", "", "2"] },
    uint8: { good: ["0", "255", "0xff", "ff"], bad: ["256", "-1", "1.5", "", "0x"] },
    "uint8[]": { good: ["1, 2"], bad: ["1, 256"] },
    uint16: { good: ["0", "65535"], bad: ["65536", "1 500"] },
    "uint16[]": { good: ["68, 576, 1500"], bad: ["68, 65536", ""] },
    mtu: { good: ["68", "1500"], bad: ["65536"] },
    "mtu[]": { good: ["68, 576, 1500"], bad: ["68, 65536", ""] },
    datagram: { good: ["576"], bad: ["65536"] },
    ttl: { good: ["1", "255"], bad: ["256"] },
    uint32: { good: ["0", "4294967295"], bad: ["4294967296", "1h"] },
    int32: { good: ["-3600", "2147483647"], bad: ["2147483648", "UTC"] },
    string: { good: ["undionly.kpxe", "a\\,b", "two words", "x".repeat(300)], bad: ["", " ", ","] },
    fqdn: { good: ["example.org", "_lost.example.org."], bad: ["", "example..org", `${"x".repeat(64)}.org`] },
    "fqdn[]": { good: ["example.org, home.arpa"], bad: ["", "example.org, ..", "example..org"] },
    hex: {
        good: ["0a0b", "0x0a0b", "0a:0b", "0a 0b", "abc", "'text'", ""],
        bad: ["text", "0a, 0b", "0g", "''", '"text"'],
    },
    suboptions: { good: ["0104c0000201", "01:04:c0:00:02:01", "0100"], bad: ["text", "192.0.2.1", "0104c000020g"] },
    "route[]": {
        good: ["10.0.0.0/8 - 192.0.2.1, 0.0.0.0/0 - 192.0.2.2", "10.0.0.0/8-192.0.2.1"],
        bad: ["", "10.0.0.0/8 192.0.2.1", "10.0.0.0/33 - 192.0.2.1", "10.0.0.0 - 192.0.2.1", "080a0a020301"],
    },
    "url[]": { good: ["https://example.org, https://example.com"], bad: [] },
    "boolean ipv4[]": { good: ["true, 192.0.2.1, 192.0.2.2"], bad: ["true", "192.0.2.1", "yes, 192.0.2.1"] },
    "boolean note": { good: ["true, a\\,b", "false, "], bad: ["true", "a, b"] },
    "uint8 note": { good: ["0, text"], bad: ["0", "256, text"] },
    "uint8 uint8 uint8": { good: ["1, 2, 3"], bad: ["1, 2", "1, 2, 256"] },
    "uint8 uint8 uint8 fqdn": { good: ["4, 0, 0, example.org."], bad: ["4, 0, 0"] },
    "uint8 digits": { good: ["0, 0a0b"], bad: ["0", "0, 0a0", "0, 0x0a"] },
    "uint32 counted": { good: ["4491, 020a0b"], bad: ["4491", "4491, 0a0b", "4491, text"] },
    "uint8 psid": { good: ["2, 3/4"], bad: ["2, 3", "2, 16/4", "2, 3/17"] },
    "uint8 ipv4 ipv4 fqdn[]": {
        good: ["0, 192.0.2.1, 192.0.2.2, example.org, home.arpa"],
        bad: ["0, 192.0.2.1, 192.0.2.2", "4, 192.0.2.1, example.org, example.org"],
    },
    "uint8 uint8 ipv6 ipv4[]": {
        good: ["4, 32, 2001:db8::, 192.0.2.1, 192.0.2.2"],
        bad: ["4, 32, 2001:db8::", "4, 32, 192.0.2.1, 192.0.2.2"],
    },
    resolvers: {
        good: [
            "100, dot.example.org",
            "100, dot.example.org., 192.0.2.1 192.0.2.2, alpn=dot\\,doq port=853",
            "1, a.example, 192.0.2.1 | 2, b.example, 192.0.2.2, alpn=h2 dohpath=/dns-query{?dns}",
        ],
        bad: [
            "",
            "dot.example.org",
            "65536, dot.example.org",
            "1, dot.example.org, 2001:db8::1",
            "1, dot.example.org, 192.0.2.1, alpn=h2",
            "1, dot.example.org, 192.0.2.1, alpn=dot alpn=doq",
            "1, dot.example.org, 192.0.2.1, alpn=dot, doq",
            "1, dot.example.org, 192.0.2.1, port=65536",
        ],
    },
};
export const sampleOf = (type: string) => samples[type] ?? { good: [], bad: [] };
/** The options of a type. */
export const ofType = (type: string) => optionTypes.filter(([, , each]) => each === type);
