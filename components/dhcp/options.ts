/**
 * The DHCP options that can be configured, and whether Kea takes what is configured for one: it refuses its whole file
 * over a single option, and then nobody gets a lease.
 *
 * Manual: https://kea.readthedocs.io/en/kea-3.0.3/arm/dhcp4-srv.html#standard-dhcpv4-options
 */
import { nearest } from "../../config/nearest";
import { kindOf, total } from "./option-kinds";

/** An option as the stack's configuration gives it: by its name or by its code. */
export interface DhcpOption {
    readonly name?: string;
    readonly code?: number;
    readonly data: string;
}

/** What is wrong with an option. */
export interface OptionProblem {
    readonly field: "name" | "code" | "data";
    /** Completes the sentence "<key> = <value> ...": what is wrong, and how to correct it. */
    readonly remedy: string;
}

/**
 * The standard options that Kea knows: code, name and type. A type is the kinds of the values in turn; the last one may
 * be repeated where it ends in []. Kea knows no type for the codes that are not here, but takes their bytes.
 */
// prettier-ignore
export const optionTypes: readonly (readonly [code: number, name: string, type: string])[] = [
    [1, "subnet-mask", "ipv4"], [2, "time-offset", "int32"], [3, "routers", "ipv4[]"], [4, "time-servers", "ipv4[]"],
    [5, "name-servers", "ipv4[]"], [6, "domain-name-servers", "ipv4[]"], [7, "log-servers", "ipv4[]"],
    [8, "cookie-servers", "ipv4[]"], [9, "lpr-servers", "ipv4[]"], [10, "impress-servers", "ipv4[]"],
    [11, "resource-location-servers", "ipv4[]"], [12, "host-name", "string"], [13, "boot-size", "uint16"],
    [14, "merit-dump", "string"], [15, "domain-name", "string"], [16, "swap-server", "ipv4"],
    [17, "root-path", "string"], [18, "extensions-path", "string"], [19, "ip-forwarding", "boolean"],
    [20, "non-local-source-routing", "boolean"], [21, "policy-filter", "ipv4 ipv4[]"],
    [22, "max-dgram-reassembly", "datagram"], [23, "default-ip-ttl", "ttl"], [24, "path-mtu-aging-timeout", "uint32"],
    [25, "path-mtu-plateau-table", "mtu[]"], [26, "interface-mtu", "mtu"], [27, "all-subnets-local", "boolean"],
    [28, "broadcast-address", "ipv4"], [29, "perform-mask-discovery", "boolean"], [30, "mask-supplier", "boolean"],
    [31, "router-discovery", "boolean"], [32, "router-solicitation-address", "ipv4"], [33, "static-routes", "ipv4 ipv4[]"],
    [34, "trailer-encapsulation", "boolean"], [35, "arp-cache-timeout", "uint32"],
    [36, "ieee802-3-encapsulation", "boolean"], [37, "default-tcp-ttl", "ttl"],
    [38, "tcp-keepalive-interval", "uint32"], [39, "tcp-keepalive-garbage", "boolean"], [40, "nis-domain", "string"],
    [41, "nis-servers", "ipv4[]"], [42, "ntp-servers", "ipv4[]"], [43, "vendor-encapsulated-options", "suboptions"],
    [44, "netbios-name-servers", "ipv4[]"], [45, "netbios-dd-server", "ipv4[]"], [46, "netbios-node-type", "uint8"],
    [47, "netbios-scope", "string"], [48, "font-servers", "ipv4[]"], [49, "x-display-manager", "ipv4[]"],
    [50, "dhcp-requested-address", "ipv4"], [51, "dhcp-lease-time", "uint32"], [52, "dhcp-option-overload", "uint8"],
    [53, "dhcp-message-type", "uint8"], [54, "dhcp-server-identifier", "ipv4"],
    [55, "dhcp-parameter-request-list", "uint8[]"], [56, "dhcp-message", "string"],
    [57, "dhcp-max-message-size", "uint16"], [58, "dhcp-renewal-time", "uint32"], [59, "dhcp-rebinding-time", "uint32"],
    [60, "vendor-class-identifier", "string"], [61, "dhcp-client-identifier", "hex"],
    [62, "nwip-domain-name", "string"], [63, "nwip-suboptions", "hex"], [64, "nisplus-domain-name", "string"],
    [65, "nisplus-servers", "ipv4[]"], [66, "tftp-server-name", "string"], [67, "boot-file-name", "string"],
    [68, "mobile-ip-home-agent", "ipv4[]"], [69, "smtp-server", "ipv4[]"], [70, "pop-server", "ipv4[]"],
    [71, "nntp-server", "ipv4[]"], [72, "www-server", "ipv4[]"], [73, "finger-server", "ipv4[]"],
    [74, "irc-server", "ipv4[]"], [75, "streettalk-server", "ipv4[]"],
    [76, "streettalk-directory-assistance-server", "ipv4[]"], [77, "user-class", "hex"],
    [78, "slp-directory-agent", "boolean ipv4[]"], [79, "slp-service-scope", "boolean note"],
    [81, "fqdn", "uint8 uint8 uint8 fqdn"], [82, "dhcp-agent-options", "suboptions"], [85, "nds-servers", "ipv4[]"],
    [86, "nds-tree-name", "string"], [87, "nds-context", "string"], [88, "bcms-controller-names", "fqdn[]"],
    [89, "bcms-controller-address", "ipv4[]"], [90, "authenticate", "hex"],
    [91, "client-last-transaction-time", "uint32"], [92, "associated-ip", "ipv4[]"], [93, "client-system", "uint16[]"],
    [94, "client-ndi", "uint8 uint8 uint8"], [97, "uuid-guid", "uint8 digits"], [98, "uap-servers", "string"],
    [99, "geoconf-civic", "hex"], [100, "pcode", "string"], [101, "tcode", "string"],
    [108, "v6-only-preferred", "uint32"], [112, "netinfo-server-address", "ipv4[]"],
    [113, "netinfo-server-tag", "string"], [114, "v4-captive-portal", "string"], [116, "auto-config", "uint8"],
    [117, "name-service-search", "uint16[]"], [118, "subnet-selection", "ipv4"], [119, "domain-search", "fqdn[]"],
    [121, "classless-static-route", "route[]"], [124, "vivco-suboptions", "uint32 counted"],
    [125, "vivso-suboptions", "uint32"], [136, "pana-agent", "ipv4[]"], [137, "v4-lost", "fqdn"],
    [138, "capwap-ac-v4", "ipv4[]"], [141, "sip-ua-cs-domains", "fqdn[]"], [143, "v4-sztp-redirect", "url[]"],
    [146, "rdnss-selection", "uint8 ipv4 ipv4 fqdn[]"], [151, "status-code", "uint8 note"],
    [152, "base-time", "uint32"], [153, "start-time-of-state", "uint32"], [154, "query-start-time", "uint32"],
    [155, "query-end-time", "uint32"], [156, "dhcp-state", "uint8"], [157, "data-source", "uint8"],
    [159, "v4-portparams", "uint8 psid"], [162, "v4-dnr", "resolvers"], [212, "option-6rd", "uint8 uint8 ipv6 ipv4[]"],
    [213, "v4-access-domain", "fqdn"],
];

const byCode = new Map(optionTypes.map((option) => [option[0], option]));
const byName = new Map(optionTypes.map((option) => [option[1], option]));

/** Options that are not for configuring. Kea takes most of them all the same, and hands them out as they are. */
const reserved: readonly (readonly [codes: readonly number[], problem: string, remedy: string])[] = [
    [[3], "is set by this stack itself", "set router of the subnet instead"],
    [[6], "is set by this stack itself", "set noc:dhcp.resolvers instead"],
    [[51], "is set by this stack itself", "set noc:dhcp.validLifetime instead"],
    [[54], "is set by this stack itself", "set noc:dhcp.address instead"],
    [[58], "is set by this stack itself", "set noc:dhcp.renewTimer instead"],
    [[59], "is set by this stack itself", "set noc:dhcp.rebindTimer instead"],
    [[12], "is set by Kea itself", "set hostname of the client's reservation instead"],
    [[1, 52, 53, 81], "is set by Kea itself", "leave it out"],
    [[50, 55, 57, 61, 90, 91, 92, 118], "is for clients to send", "leave it out"],
    [[82], "is for relays to send", "leave it out"],
    [[151, 152, 153, 154, 155, 156, 157], "is for lease queries", "leave it out"],
    // Kea 2.5 and 2.6 take any bytes, Kea 3.0 only suboptions that it knows.
    [[122], "is not the same in all versions of Kea", "leave it out"],
];

/** What is wrong with an option; undefined where Kea takes it and hands out what is written. */
export function optionProblem({ name, code, data }: DhcpOption): OptionProblem | undefined {
    const field = name === undefined ? "code" : "name";
    const [known, title, type] = (name === undefined ? byCode.get(code ?? 0) : byName.get(name)) ?? [code, "", "hex"];
    if (name !== undefined && title === "") {
        return { field, remedy: `is not a DHCP option that Kea knows; ${hint(name)}` };
    }
    if (known === undefined || !Number.isInteger(known) || known < 1 || known > 254) {
        return { field, remedy: "is not the code of an option; use 1 to 254" };
    }
    if (code !== undefined && code !== known) {
        return { field: "code", remedy: `is not the code of ${title}; leave it out, or use ${known}` };
    }
    const [, problem, instead] = reserved.find(([codes]) => codes.includes(known)) ?? [];
    if (problem !== undefined && instead !== undefined) {
        return { field, remedy: `${problem} (option ${known}); ${instead}` };
    }
    const remedy = dataProblem(title === "" ? `option ${known}` : `${title} (option ${known})`, type, data);
    return remedy === undefined ? undefined : { field: "data", remedy };
}

/** An option that a list has twice: Kea 2.6 hands out the last one, Kea 3.0 the first. */
export function repeatProblem(options: readonly DhcpOption[]): (OptionProblem & { index: number }) | undefined {
    const codes = options.map(codeOf);
    // 124 and 125 have an entry for each enterprise.
    const index = codes.findIndex((code, i) => code && code !== 124 && code !== 125 && codes.indexOf(code) < i);
    const field = options[index]?.name === undefined ? "code" : "name";
    const first = codes.indexOf(codes[index]);
    return index < 0
        ? undefined
        : { index, field, remedy: `is the same option as entry ${first}; leave one of them out` };
}

/**
 * Options as Kea's file has them. Defaults give way to the options. Bytes are marked: without that, Kea refuses every
 * code that it knows no type for, and reads other data as values.
 */
export function optionData(options: readonly DhcpOption[], defaults: readonly DhcpOption[] = []) {
    const codes = options.map(codeOf);
    return [...defaults.filter((option) => !codes.includes(codeOf(option))), ...options].map((option) => {
        const type = byCode.get(codeOf(option) ?? 0)?.[2] ?? "hex";
        return { ...option, ...(["hex", "suboptions"].includes(type) && { "csv-format": false }) };
    });
}

const codeOf = ({ name, code }: DhcpOption): number | undefined => (name === undefined ? code : byName.get(name)?.[0]);

function hint(name: string): string {
    const guess = nearest(name, [...byName.keys()]);
    return guess === undefined ? "use a name of Kea's manual, or the option's code" : `did you mean "${guess}"?`;
}

function dataProblem(option: string, type: string, data: string): string | undefined {
    const words = type.split(" ");
    const values = undivided.includes(type) ? [data] : divided(data);
    if (type === "string" ? bareComma.test(data) : type.endsWith("note") && values.length > words.length) {
        return `has a comma, where Kea ends the text of ${option}; write \\, for a comma that belongs to it`;
    }
    if (/\p{Cc}/u.test(data)) {
        return "has a line break or another control character; write one line of text";
    }
    if (type === pairedAddresses && values.length % 2 === 1) {
        return `does not fit ${option}; write pairs of IPv4 addresses, all separated by commas`;
    }
    const fits = type.endsWith("[]") ? values.length >= words.length : values.length === words.length;
    const size = total(values.map((value, i) => kindOf(words[Math.min(i, words.length - 1)]).bytes(value)));
    if (!fits || size === false) {
        return `does not fit ${option}; write ${wanted(words)}`;
    }
    // Kea loads a longer one as well, and then its answers end where it should stand: without a lease time.
    if (data.length > mostCharacters) {
        return `has ${data.length} characters, which no answer has room for; use at most ${mostCharacters}`;
    }
    return limited.test(type) && size > 253 ? `is more than the 253 bytes of ${option}; shorten it` : undefined;
}

/** Addresses of which two belong together. */
const pairedAddresses = "ipv4 ipv4[]";
/** Types whose data is one value, commas and all. */
const undivided = ["string", "hex", "suboptions", "resolvers"];
/** Types that Kea does not spread over several options where one cannot hold them. */
const limited = /^(ipv4 ipv4|ipv4|mtu|uint16|url|route)\[\]$|^(suboptions|resolvers)$|note$|counted$/;
/** An answer that fits into an Ethernet frame has room for some 1200 bytes of options. */
const mostCharacters = 1024;
/** A comma that no backslash stands in front of. */
const bareComma = /(?<!\\)(?:\\\\)*,/;

/** The values of a list. Kea skips what is empty between two commas, but not blanks. */
const divided = (data: string): string[] =>
    (data.match(/(?:\\[^]?|[^\\,])+/g) ?? []).map((value) => value.replace(/^[ \t\n]+|[ \t\n]+$/g, ""));

/** What to write for the kinds in turn, with examples. */
function wanted(words: readonly string[]): string {
    const list = words.at(-1)?.endsWith("[]") ? ", or several" : "";
    const what = words.map((word) => kindOf(word).what).join(", then ");
    const like = words.flatMap((word) => (kindOf(word).like ?? ["true"]).slice(0, word.endsWith("[]") ? 2 : 1));
    const separated = words.length > 1 ? ", all separated by commas" : list ? " separated by commas" : "";
    return `${what}${list}${separated}${words[0] === "boolean" && !words[1] ? "" : `, like ${like.join(", ")}`}`;
}
