/**
 * Validation of domain names and of the servers of forward and stub zones. A problem completes the sentence
 * "<key> = <value> ..." and ends with the remedy; undefined means that there is none.
 */
import { IPv6 } from "ip-num";
import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";

/** 4 or 6, or 0 if the text is no address. Addresses with a scope (`fe80::1%eth0`) have no meaning in the DNS. */
export const addressFamily = (text: string): number => (text.includes("%") ? 0 : isIP(text));

/** The name with its final dot, as Unbound's files have it. */
export const absolute = (name: string): string => (name.endsWith(".") ? name : `${name}.`);

/** The canonical form of a name: lower case, with its final dot and without needless escapes. */
export const canonical = (name: string): string =>
    absolute(name)
        .replace(escape, (octet, code: string) => {
            const character = String.fromCharCode(Number(code));
            return plain.test(character) ? character : octet;
        })
        .toLowerCase();

/** One octet of a name in zone-file syntax: `\032` is the space in "My\032Printer._ipp._tcp.example.com". */
const escape = /\\([01]\d\d|2[0-4]\d|25[0-5])/g;
/** Reverse names of networks with fewer than 256 addresses have a slash (RFC 2317). */
const plain = /^[A-Za-z0-9_/-]*$/;

/** The problem of a domain name, with or without its final dot. A single dot is the root. */
export function domainNameProblem(name: string): string | undefined {
    if (name === ".") {
        return undefined;
    }
    const octets = name.replace(escape, "x").replace(/\.$/, "");
    const labels = octets.split(".");
    const longest = Math.max(...labels.map((label) => label.length));
    if (name === "") {
        return "is empty; write a domain name, like www.example.com";
    }
    if (addressFamily(octets) !== 0) {
        return "is an address and not a name; write a domain name, like www.example.com";
    }
    if (/^\d+(\.\d+){3}\/\d+$/.test(name)) {
        return "is a network and not a name; write a domain name, or the reverse zone, like 168.192.in-addr.arpa";
    }
    if (/[^\x20-\x7e]/.test(name)) {
        const ascii = domainToASCII(name);
        const hint = domainNameProblem(ascii) ? "" : `, ${ascii}`;
        return `has letters that the DNS does not; write it in Punycode${hint}`;
    }
    if (labels.includes("*")) {
        return "has a wildcard, which Unbound does not support; list each name";
    }
    if (labels.includes("")) {
        return "has an empty label; write single dots, and only between labels";
    }
    if (!labels.every((label) => plain.test(label) && !/^-|-$/.test(label))) {
        return "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots";
    }
    if (longest > 63) {
        return `has a label of ${longest} characters; use at most 63 between two dots`;
    }
    return octets.length > 253 ? `has ${octets.length} characters; use at most 253` : undefined;
}

/** The name of an address' PTR record. */
export function reverseName(address: string): string {
    return addressFamily(address) === 4
        ? `${address.split(".").reverse().join(".")}.in-addr.arpa`
        : `${nibbles(address).reverse().join(".")}.ip6.arpa`;
}

/** The canonical form of an address: IPv6 as in RFC 5952. */
export const normalAddress = (address: string): string =>
    addressFamily(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

const nibbles = (address: string): string[] =>
    IPv6.fromString(normalAddress(address)).getValue().toString(16).padStart(32, "0").split("");

const family = (address: string) => (addressFamily(address) === 6 ? "ipv6" : "ipv4");

/** Addresses that cannot be a server's, by their kind. */
const unusable: [string, BlockList][] = [
    ["a loopback address, at which each pod reaches only itself", networks(["127.0.0.0", 8], ["::1", 128])],
    ["the unspecified address", networks(["0.0.0.0", 8], ["::", 128])],
    ["a multicast address", networks(["224.0.0.0", 4], ["ff00::", 8])],
    ["a reserved or broadcast address", networks(["240.0.0.0", 4])],
    ["a link-local address, which is valid on one link only", networks(["fe80::", 10])],
];

function networks(...list: [string, number][]): BlockList {
    const blocks = new BlockList();
    list.forEach(([address, prefix]) => blocks.addSubnet(address, prefix, family(address)));
    return blocks;
}

/**
 * The problem of a server that queries are sent to: `address` or `address@port`.
 * @param own the resolver's own addresses. Queries sent there would loop until they time out.
 */
export function serverProblem(text: string, own: readonly string[] = []): string | undefined {
    const [address = "", port, ...more] = text.split("@");
    if (addressFamily(address) === 0) {
        return text.includes("#")
            ? "has the server's name in it; write the address alone, and the name as tls"
            : "is not the address of a server; write it like 192.168.1.1, 192.168.1.1@5353 or 2001:db8::1@5353";
    }
    if (more.length > 0 || (port !== undefined && !(/^\d{1,5}$/.test(port) && +port > 0 && +port < 65536))) {
        return `has no port from 1 to 65535 behind its @; write it like ${address}@5353`;
    }
    const kind = unusable.find(([, blocks]) => blocks.check(address, family(address)))?.[0];
    if (kind) {
        return `is ${kind}; name a server that the pods can reach`;
    }
    return own.some((mine) => normalAddress(mine) === normalAddress(address))
        ? "is the resolver's own address, so its queries would loop; name another server"
        : undefined;
}

/** The problem of a name in a server's certificate. OpenSSL compares it literally, and no certificate has a final dot. */
export function tlsNameProblem(name: string): string | undefined {
    if (addressFamily(name) !== 0) {
        return undefined;
    }
    if (name.endsWith(".")) {
        const bare = name.replace(/\.+$/, "");
        return `ends in a dot, which no certificate has; write ${bare || "the name in the server's certificate"}`;
    }
    return /^[\w.-]*$/.test(name) ? domainNameProblem(name) : "is not a server's name; write it like dns.example.com";
}

/** The problem of an unsigned zone that has a trust anchor: it takes precedence over `domain-insecure`. */
export function insecureZoneProblem(
    { name, insecure }: { readonly name: string; readonly insecure: boolean },
    { dnssec, trustAnchors }: { readonly dnssec: boolean; readonly trustAnchors: readonly string[] },
): string | undefined {
    if (!insecure || !dnssec) {
        return undefined;
    }
    if (name === ".") {
        return "has no effect on the root's trust anchor, so unsigned answers still fail validation; set noc:dns.dnssec to false";
    }
    return trustAnchors.some((anchor) => canonical(anchor.split(/\s/)[0] ?? "") === canonical(name))
        ? "has no effect on the zone's trust anchor, so unsigned answers still fail validation; remove it, or the zone's entry in noc:dns.trustAnchors"
        : undefined;
}
