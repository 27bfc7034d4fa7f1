/**
 * The values of local records: validation by record type, and the form that Unbound reads. Unbound itself accepts values
 * that clients cannot use: it serves port 99999 as 34463, and an MX record without a host as a malformed message.
 */
import { bytesOf, fieldsOf, quoted } from "./zone-file";
import { absolute, addressFamily, domainNameProblem, normalAddress } from "./zones";

/** Converts a value to the form that Unbound reads. Throws an Error with the remedy if the value is invalid. */
type Reader = (value: string) => string;

/** The text of a TXT record, split into strings of at most 255 bytes. */
const text: Reader = (value) => {
    const bytes = Buffer.from(value);
    const strings: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
        let end = Math.min(start + 255, bytes.length);
        // Not within a UTF-8 character (continuation bytes are 10xxxxxx): some programs decode each string separately.
        while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
            end -= 1;
        }
        strings.push(bytes.subarray(start, end));
        start = end;
    }
    // A DNS message has at most 65535 bytes, with the question and the name.
    if (bytes.length + strings.length > 65000) {
        throw new Error(`has ${bytes.length} bytes, which fit no DNS message; use at most 64700`);
    }
    return strings.map(quoted).join(" ");
};

const address =
    (family: 4 | 6, remedy: string): Reader =>
    (value) => {
        if (addressFamily(value) !== family) {
            throw new Error(remedy);
        }
        return normalAddress(value);
    };

/** The name of another host. */
const host: Reader = (value) => {
    const problem = value === "." ? "is the root; write a domain name, like www.example.com" : domainNameProblem(value);
    if (problem) {
        throw new Error(problem);
    }
    return absolute(value);
};

/** A host name within a longer value. A dot means that there is no host. */
const target = (value: string): string => {
    const problem = domainNameProblem(value);
    if (problem) {
        throw new Error(`names "${value}", which ${problem}`);
    }
    return absolute(value);
};

const number = (field: string, what: string, most: number): string => {
    if (!/^\d{1,5}$/.test(field) || Number(field) > most) {
        throw new Error(`has the ${what} "${field}"; write a number from 0 to ${most}`);
    }
    return String(Number(field));
};

/** A number that has to be one of the given ones. */
const choice = (field: string, what: string, choices: Record<number, string>): number => {
    if (!/^\d{1,3}$/.test(field) || choices[Number(field)] === undefined) {
        const list = Object.entries(choices).map(([value, meaning]) => `${value} (${meaning})`);
        throw new Error(`has the ${what} "${field}"; use ${list.join(", ")}`);
    }
    return Number(field);
};

/** A digest in hexadecimal digits: of the given length, or of any number of whole bytes. */
const hex = (fields: string[], digits: number | undefined): string => {
    const digest = fields.join("");
    if (!/^([0-9a-f]{2})+$/i.test(digest) || (digits !== undefined && digest.length !== digits)) {
        throw new Error(
            `has a digest of ${digest.length} digits; write ${digits ?? "an even number of"} hexadecimal digits`,
        );
    }
    return digest.toLowerCase();
};

/** The fields of a value, of which there have to be `count`; or more, if `rest` is true. */
const split = (value: string, count: number, remedy: string, rest = false): string[] => {
    const fields = fieldsOf(value);
    if (fields.length < count || (!rest && fields.length > count)) {
        throw new Error(remedy);
    }
    return fields;
};

const mx: Reader = (value) => {
    const [preference = "", name = ""] = split(
        value,
        2,
        'is not a mail server; write its preference and its name, like "10 mail.example.com"',
    );
    return `${number(preference, "preference", 0xffff)} ${target(name)}`;
};

const srv: Reader = (value) => {
    const [priority = "", weight = "", port = "", name = ""] = split(
        value,
        4,
        'is not the place of a service; write priority, weight, port and host, like "0 5 5060 sip.example.com"',
    );
    return [
        number(priority, "priority", 0xffff),
        number(weight, "weight", 0xffff),
        number(port, "port", 0xffff),
        target(name),
    ].join(" ");
};

const caa: Reader = (value) => {
    const [flags = "", tag = "", authority = ""] = split(
        value,
        3,
        'is not a CAA record; write flags, tag and value, like: 0 issue "letsencrypt.org"',
    );
    if (!/^[a-z0-9]{1,15}$/i.test(tag)) {
        throw new Error(`has the tag "${tag}"; use issue, issuewild, iodef or another of letters and digits`);
    }
    return `${number(flags, "flags", 255)} ${tag} ${quoted(bytesOf(authority))}`;
};

const naptr: Reader = (value) => {
    const [order = "", preference = "", flags = "", services = "", expression = "", name = ""] = split(
        value,
        6,
        'is not a NAPTR record; write order, preference, flags, services, expression and replacement, like: 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
    );
    const strings = [flags, services, expression].map(bytesOf);
    if (/[^a-z0-9]/i.test(String(strings[0]))) {
        throw new Error(`has the flags ${flags}; use letters and digits, or "" for none`);
    }
    if (strings[2]?.length && name !== ".") {
        throw new Error('has both an expression and a replacement; write "" for the first or a dot for the second');
    }
    if (strings.some(({ length }) => length > 255)) {
        throw new Error("has a field of more than 255 bytes; shorten it");
    }
    return [
        number(order, "order", 0xffff),
        number(preference, "preference", 0xffff),
        ...strings.map(quoted),
        target(name),
    ].join(" ");
};

const sshfp: Reader = (value) => {
    const [algorithm = "", type = "", ...digest] = split(
        value,
        3,
        'is not the fingerprint of an SSH key; write what "ssh-keygen -r" prints behind SSHFP',
        true,
    );
    const kind = choice(type, "fingerprint type", { 1: "SHA-1", 2: "SHA-256" });
    const key = choice(algorithm, "algorithm", { 1: "RSA", 2: "DSA", 3: "ECDSA", 4: "Ed25519", 6: "Ed448" });
    return `${key} ${kind} ${hex(digest, { 1: 40, 2: 64 }[kind])}`;
};

const tlsa: Reader = (value) => {
    const [usage = "", selector = "", matching = "", ...digest] = split(
        value,
        4,
        'is not a TLSA record; write usage, selector, matching type and digest, like "3 1 1 49fd46…"',
        true,
    );
    const usages = { 0: "PKIX-TA", 1: "PKIX-EE", 2: "DANE-TA", 3: "DANE-EE" };
    const kind = choice(matching, "matching type", { 0: "the whole", 1: "SHA-256", 2: "SHA-512" });
    return [
        choice(usage, "usage", usages),
        choice(selector, "selector", { 0: "certificate", 1: "public key" }),
        kind,
        hex(digest, { 1: 64, 2: 128 }[kind]),
    ].join(" ");
};

const each =
    (fits: (item: string) => boolean) =>
    (list: string): boolean =>
        list.split(",").every(fits);

/** The service parameters by name: the number of each, and what its value has to fit (RFC 9460 and RFC 9461). */
const parameters: Record<string, { readonly key: number; readonly fits: (value: string) => boolean }> = {
    mandatory: { key: 0, fits: each((item) => parameterKey(item) > 0) },
    alpn: { key: 1, fits: each(({ length }) => length > 0 && length < 256) },
    "no-default-alpn": { key: 2, fits: (value) => value === "" },
    port: { key: 3, fits: (value) => /^\d{1,5}$/.test(value) && Number(value) < 65536 },
    ipv4hint: { key: 4, fits: each((item) => addressFamily(item) === 4) },
    ech: {
        key: 5,
        fits: (value) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}[A-Za-z0-9+/=])$/.test(value),
    },
    ipv6hint: { key: 6, fits: each((item) => addressFamily(item) === 6) },
    dohpath: { key: 7, fits: (value) => /^\/.*\{\?dns\}/.test(value) },
};

/** The number of a parameter, given by its name or as `key<number>`. NaN if it is unknown. */
const parameterKey = (name: string): number =>
    parameters[name]?.key ??
    (/^key(0|[1-9]\d{0,4})$/.test(name) && Number(name.slice(3)) < 0xffff ? Number(name.slice(3)) : Number.NaN);

const service: Reader = (value) => {
    const [first = "", name = "", ...rest] = split(
        value,
        2,
        'is not a service binding; write priority, host and parameters, like "1 . alpn=h2,h3"',
        true,
    );
    const priority = number(first, "priority", 0xffff);
    const provider = target(name);
    const given = rest.map((written) => {
        const parameter = bytesOf(written).toString();
        const [, label = "", setting = ""] = /^([^=]*)=?(.*)$/s.exec(parameter) ?? [];
        const key = parameterKey(label);
        const form = Object.values(parameters).find((known) => known.key === key);
        if (Number.isNaN(key) || form?.fits(setting) === false || /[^!-~]|["'\\;()]/.test(parameter)) {
            throw new Error(`has the parameter "${parameter}"; write it as in RFC 9460, like alpn=h2,h3 or port=8443`);
        }
        return { key, setting, parameter };
    });
    const keys = given.map(({ key }) => key);
    const mandatory = given
        .filter(({ key }) => key === 0)
        .flatMap(({ setting }) => setting.split(",").map(parameterKey));
    if ([keys, mandatory].some((list) => new Set(list).size < list.length)) {
        throw new Error("has a parameter twice; write each once");
    }
    if (!mandatory.every((key) => keys.includes(key)) || (keys.includes(2) && !keys.includes(1))) {
        throw new Error("lacks a parameter that another one refers to; add it, or leave the other one out");
    }
    if (priority === "0" && given.length > 0) {
        throw new Error("has the priority 0, an alias, which takes no parameters; leave them out, or write 1");
    }
    return [
        priority,
        provider,
        // Unbound knows dohpath by its name only since 1.18.
        ...given.map(({ key, parameter }) =>
            key === 0 || key === 7 ? parameter.replace("dohpath", "key7") : parameter,
        ),
    ].join(" ");
};

/** The types of local records. Zones with NS and SOA records need servers of their own, see `stubZones`. */
export const recordTypes = {
    A: address(4, "is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1"),
    AAAA: address(6, "is not an IPv6 address; write it like 2001:db8::1"),
    CNAME: host,
    PTR: host,
    TXT: text,
    SRV: srv,
    MX: mx,
    CAA: caa,
    HTTPS: service,
    NAPTR: naptr,
    SSHFP: sshfp,
    SVCB: service,
    TLSA: tlsa,
} satisfies Record<string, Reader>;

export type RecordType = keyof typeof recordTypes;

/**
 * Converts the value of a record to the form that Unbound reads.
 * @throws Error with the remedy if the value is invalid.
 */
export function recordData(type: RecordType, value: string): string {
    if (value === "") {
        throw new Error("is empty; write the record's value");
    }
    if (/[\p{Cc}\p{Cs}]/u.test(value)) {
        throw new Error("has a line break or another control character; write one line of text");
    }
    return recordTypes[type](value);
}
