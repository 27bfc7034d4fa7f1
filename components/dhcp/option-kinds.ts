/** The kinds of values that DHCP options have, as Kea reads them. */
import { isIPv4, isIPv6 } from "node:net";

/** What a value of an option is: an address, a number, a name. */
export interface Kind {
    readonly what: string;
    readonly like?: readonly string[];
    /** How many bytes the text becomes; false where it is no such value. */
    readonly bytes: (text: string) => number | false;
}

/** The kind of a word of an option's type, such as `ipv4[]`. */
export const kindOf = (word = ""): Kind => kinds[word.replace("[]", "") as keyof typeof kinds];

const whole = (low: number, high: number, bytes: number, ...like: string[]): Kind => ({
    what: `a whole number from ${low} to ${high}`,
    like,
    bytes: (text) => numberIn(text) >= low && numberIn(text) <= high && bytes,
});

/** Kea also reads hexadecimal numbers, with 0x or without. */
function numberIn(text: string): number {
    const [, sign, digits = ""] = /^([+-]?)(\d+|(?:0x)?[\da-f]+)$/i.exec(text) ?? [];
    return (sign === "-" ? -1 : 1) * (/^\d+$/.test(digits) ? Number(digits) : Number.parseInt(digits, 16));
}

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
const domain = new RegExp(`^(?=.{1,253}\\.?$)${label}(\\.${label})*\\.?$`, "i");
const pairs = /^([\da-f]{2})*$/i;
const octets = /^(0x(?=.))?[\da-fA-F]*$|^[\da-fA-F]{1,2}(:[\da-fA-F]{1,2})*$|^[\da-fA-F]{1,2}( [\da-fA-F]{1,2})*$/;
const quoted = /^[ \t\n]*'[ \t\n]*[^ \t\n][^]*'[ \t\n]*$/;

const kinds = {
    // Kea takes an IPv6 address as well, and hands it out as four IPv4 addresses.
    ipv4: { what: "an IPv4 address", like: ["192.0.2.1", "192.0.2.2"], bytes: (text) => isIPv4(text) && 4 },
    ipv6: { what: "an IPv6 address", like: ["2001:db8::"], bytes: (text) => isIPv6(text) && !text.includes("%") && 16 },
    boolean: { what: "true or false", bytes: (text) => /^(true|false|0|1)$/i.test(text) && 1 },
    uint8: whole(0, 255, 1, "64"),
    uint16: whole(0, 65535, 2, "1500", "576"),
    // The least that RFC 2132 allows.
    mtu: whole(68, 65535, 2, "1500", "576"),
    datagram: whole(576, 65535, 2, "1500"),
    ttl: whole(1, 255, 1, "64"),
    uint32: whole(0, 4294967295, 4, "3600"),
    int32: whole(-2147483648, 2147483647, 4, "-3600"),
    fqdn: { what: "a domain name", like: ["example.org", "home.arpa"], bytes: (text) => domain.test(text) && 1 },
    string: { what: "some text", like: ["example"], bytes: (data) => /[^ \t\n\0]/.test(data) && 1 },
    /** The last of several values, which may be empty. */
    note: { what: "a text", like: ["example"], bytes: (text) => Buffer.byteLength(text) },
    url: { what: "a URL", like: ["https://example.org"], bytes: (text) => text !== "" && 2 + Buffer.byteLength(text) },
    route: { what: "a route", like: ["10.0.0.0/8 - 192.0.2.1", "0.0.0.0/0 - 192.0.2.2"], bytes: routeBytes },
    psid: { what: "a port set with its length in bits", like: ["3/4"], bytes: portSetBytes },
    digits: { what: "hexadecimal digits", like: ["0a0b"], bytes: (text) => pairs.test(text) && text.length / 2 },
    counted: { what: "length and bytes as hexadecimal digits", like: ["020a0b"], bytes: countedBytes },
    hex: {
        what: "its bytes as hexadecimal digits, like c0000201 for 192.0.2.1, or a text in single quotes",
        like: ["'example'"],
        bytes: (data) => (octets.test(data) || quoted.test(data)) && 1,
    },
    suboptions: {
        what: "its suboptions as hexadecimal digits, each as code, length and data",
        like: ["0104c0000201"],
        bytes: suboptionBytes,
    },
    resolvers: {
        what: "priority, name, addresses and parameters of a resolver, or of several with | between them",
        like: ["100, dot.example.org, 192.0.2.1 192.0.2.2, alpn=dot port=853"],
        bytes: (data) => total(data.split("|").map(resolverBytes)),
    },
} satisfies Record<string, Kind>;

/** The sum of the sizes; false where one is. */
export const total = (sizes: readonly (number | false)[]): number | false =>
    !sizes.includes(false) && sizes.reduce<number>((sum, size) => sum + Number(size), 0);

function routeBytes(text: string): number | false {
    const [, subnet = "", length = "", router = ""] = /^([\d.]+)\/(\d{1,2}) *- *([\d.]+)$/.exec(text) ?? [];
    return isIPv4(subnet) && Number(length) <= 32 && isIPv4(router) && 5 + Math.ceil(Number(length) / 8);
}

function portSetBytes(text: string): number | false {
    const [set = NaN, length = NaN, ...more] = text.split("/").map(numberIn);
    return more.length === 0 && length >= 0 && length <= 16 && set >= 0 && set < 2 ** length && 3;
}

/** Bytes behind one that says how many they are. */
function countedBytes(text: string): number | false {
    return pairs.test(text) && Number.parseInt(text.slice(0, 2), 16) === text.length / 2 - 1 && text.length / 2;
}

/** Kea takes suboptions that are not whole, and then leaves them out. Code 255 is the end. */
function suboptionBytes(data: string): number | false {
    const groups = octets.test(data) ? data.replace(/^0x/, "").split(/[: ]/) : [];
    const bytes = Buffer.from(groups.map((group) => (group.length % 2 === 0 ? group : `0${group}`)).join(""), "hex");
    let end = 0;
    while (end < bytes.length && bytes[end] !== 0 && bytes[end] !== 255) {
        end += 2 + (bytes[end + 1] ?? NaN);
    }
    return end > 0 && (end === bytes.length || (end === bytes.length - 1 && bytes[end] === 255)) && end;
}

/** An encrypted resolver (RFC 9463). Who speaks HTTP has to say under which path. */
function resolverBytes(text: string): number | false {
    const [, priority, name = "", addresses = "0.0.0.0", parameters = ""] = resolver.exec(text) ?? [];
    const hosts = addresses.split(" ").filter(Boolean);
    const given = parameters.split(" ").filter(Boolean);
    const keys = new Set(given.map((parameter) => parameter.split("=")[0]));
    const fits =
        Number(priority) <= 65535 &&
        domain.test(name) &&
        hosts.length > 0 &&
        hosts.every((host) => isIPv4(host)) &&
        given.every((each) => parameter.test(each) && Number(/^port=(\d+)/.exec(each)?.[1] ?? 0) <= 65535) &&
        keys.size === given.length &&
        (keys.has("dohpath") || !given.some((each) => /^alpn=.*\bh/.test(each)));
    return fits && 8 + name.length + 4 * hosts.length + parameters.length;
}

const resolver = /^ *(\d{1,5}) *, *([^ ,]+) *(?:,([\d. ]+)(?:,((?:[^\\,]|\\,)*))?)?$/;
const alpn = "(dot|doq|h2|h3|http/1\\.1)";
const parameter = new RegExp(`^(alpn=${alpn}(\\\\,${alpn})*|port=\\d+|dohpath=[^=]*\\{\\?dns\\}[^=]*)$`);
