/** Validation of trust anchors: DS or DNSKEY records of signed zones, as in a zone file. */
import { domainNameProblem } from "./zones";

/** The algorithms that Unbound supports, by number. It ignores trust anchors of others, and then validates nothing below. */
const algorithms: ReadonlyMap<number, string> = new Map([
    [5, "RSASHA1"],
    [7, "RSASHA1-NSEC3-SHA1"],
    [8, "RSASHA256"],
    [10, "RSASHA512"],
    [13, "ECDSAP256SHA256"],
    [14, "ECDSAP384SHA384"],
    [15, "ED25519"],
    [16, "ED448"],
]);

/** Hexadecimal digits of a digest, by its type: SHA-1, SHA-256 and SHA-384. */
const digestLengths: ReadonlyMap<number, number> = new Map([
    [1, 40],
    [2, 64],
    [4, 96],
]);

/** Length of a public key in bytes, by algorithm. RSA keys vary in length. */
const keyLengths: ReadonlyMap<number, number> = new Map([
    [13, 64],
    [14, 96],
    [15, 32],
    [16, 57],
]);

const shape = /^(\S+)\s+(?:(?:\d+[smhdw]?)+\s+)?(?:IN\s+)?(DS|DNSKEY)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S.*)$/i;

/** The problem of a trust anchor; undefined if there is none. */
export function trustAnchorProblem(text: string): string | undefined {
    const [, owner, type, ...fields] = (/[\x00-\x1f\x7f]/.test(text) ? null : shape.exec(text)) ?? [];
    if (owner === undefined || type === undefined) {
        return 'is not a DS or DNSKEY record; write it on one line, like "corp.example. DS 12345 13 2 49FD46…"';
    }
    const problem = domainNameProblem(owner);
    if (problem) {
        return `is for ${owner}, which ${problem}`;
    }
    const [first = "", second = "", third = "", data = ""] = fields;
    return type.toUpperCase() === "DS"
        ? dsProblem(first, second, third, data.replace(/\s/g, ""))
        : dnskeyProblem(first, second, third, data.replace(/\s/g, ""));
}

function dsProblem(tag: string, algorithm: string, digestType: string, digest: string): string | undefined {
    const length = digestLengths.get(integer(digestType));
    if (!(integer(tag) <= 0xffff)) {
        return `has the key tag ${tag}; write a number from 0 to 65535`;
    }
    if (algorithmNumber(algorithm) === undefined) {
        return unknownAlgorithm(algorithm);
    }
    if (length === undefined) {
        return `has the digest type ${digestType}; use 1, 2 or 4 (SHA-1, SHA-256 or SHA-384)`;
    }
    if (!/^[0-9a-f]*$/i.test(digest)) {
        return "has a digest that is not hexadecimal; copy it again, without comments";
    }
    return digest.length === length
        ? undefined
        : `has a digest of ${digest.length} digits where type ${digestType} has ${length}; copy it again, as a whole`;
}

function dnskeyProblem(flags: string, protocol: string, algorithm: string, key: string): string | undefined {
    const number = algorithmNumber(algorithm);
    const { length } = Buffer.from(key, "base64");
    if (![256, 257].includes(integer(flags))) {
        return `has the flags ${flags}; use a key with 257 (or 256), the others sign no zone or are revoked`;
    }
    if (integer(protocol) !== 3) {
        return `has the protocol ${protocol}; write 3, there is no other`;
    }
    if (number === undefined) {
        return unknownAlgorithm(algorithm);
    }
    if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key)) {
        return "has a key that is not base64; copy it again, as a whole and without comments";
    }
    // The shortest RSA modulus is 512 bits; its exponent stands before it.
    const expected = keyLengths.get(number);
    const whole = expected === undefined ? length > 64 : length === expected;
    return whole
        ? undefined
        : `has a key of ${length} bytes where algorithm ${algorithm} has ${expected ?? "more than 64"}; copy it again, as a whole`;
}

const unknownAlgorithm = (algorithm: string): string =>
    `has the algorithm ${algorithm}, which Unbound does not validate; use one of ${[...algorithms.keys()].join(", ")}`;

function algorithmNumber(text: string): number | undefined {
    return [...algorithms].find(([number, name]) => number === integer(text) || name === text.toUpperCase())?.[0];
}

const integer = (text: string): number => (/^\d{1,5}$/.test(text) ? Number(text) : Number.NaN);
