/**
 * Local records, which the resolver itself answers with: validation, and Unbound's configuration for them. A remedy
 * completes the sentence "<key> = <value> ...".
 */
import { recordData, recordTypes, type RecordType } from "./record-values";
import { absolute, addressFamily, canonical, domainNameProblem, reverseName } from "./zones";

export interface LocalRecord {
    readonly name: string;
    /** One of `recordTypes`. */
    readonly type: string;
    /** As in a zone file; the value of a TXT record is its text, without quotes around it. */
    readonly value: string;
    /** Time to live, in seconds. */
    readonly ttl: number;
}

export interface RecordProblem {
    readonly field: keyof LocalRecord;
    readonly remedy: string;
}

/** The problems of a single record. */
export function recordProblems(record: LocalRecord): RecordProblem[] {
    const { type, ttl } = record;
    const problems: [keyof LocalRecord, string | undefined][] = [
        ["name", nameProblem(record)],
        ["type", isRecordType(type) ? undefined : `is not a local record's type; use one of ${typeNames.join(", ")}`],
        ["value", valueProblem(record)],
        [
            "ttl",
            Number.isInteger(ttl) && ttl >= 0 && ttl <= maximumTtl
                ? undefined
                : `is not a time to live; write whole seconds from 0 to ${maximumTtl}`,
        ],
    ];
    return problems.flatMap(([field, remedy]) => (remedy === undefined ? [] : [{ field, remedy }]));
}

const typeNames = Object.keys(recordTypes);

const isRecordType = (type: string): type is RecordType => Object.hasOwn(recordTypes, type);

/** RFC 2181, section 8: 31 bits. */
const maximumTtl = 2 ** 31 - 1;

function nameProblem({ name, type }: LocalRecord): string | undefined {
    const bare = name.replace(/\.$/, "");
    if (type === "PTR" && addressFamily(bare) !== 0) {
        return `is an address and not a name; write its reverse name, ${reverseName(bare)}`;
    }
    if (name === ".") {
        return "is the root; write a domain name, like www.example.com";
    }
    if (type === "PTR" && reverseOctets(bare).some((octet) => Number(octet) > 255 || /^0\d/.test(octet))) {
        return "is no address' reverse name; write each number from 0 to 255, like 10.1.168.192.in-addr.arpa";
    }
    const problem = domainNameProblem(name);
    if (problem === undefined && type === "CNAME" && bare.length > longestAlias) {
        return `has ${bare.length} characters; use at most ${longestAlias} for an alias`;
    }
    return problem ?? (type === "CNAME" ? policyName(name) : undefined);
}

/** The numbers of a name below in-addr.arpa. A label of a smaller network (RFC 2317) is no number. */
const reverseOctets = (name: string): string[] =>
    /\.in-addr\.arpa$/i.test(name)
        ? name
              .split(".")
              .slice(0, -2)
              .filter((octet) => /^\d+$/.test(octet))
        : [];

function valueProblem({ name, type, value }: LocalRecord): string | undefined {
    if (!isRecordType(type)) {
        return undefined;
    }
    try {
        recordData(type, value);
    } catch (error) {
        return (error as Error).message;
    }
    if (type !== "CNAME") {
        return undefined;
    }
    return canonical(name) === canonical(value) ? "is its own alias; name another host" : policyName(value);
}

/** Aliases are entries of a response policy zone, in which such names are actions: `rpz-drop` drops the query. */
const policyName = (name: string): string | undefined =>
    /(^|\.)rpz-[^.]*\.?$/i.test(name)
        ? "ends in a label that Unbound reads as an action of a response policy zone; use another name"
        : undefined;

/**
 * The problems between records. Of two that conflict, the later one has the problem.
 * @param named returns the name, in messages, of the record at the index.
 */
export function recordSetProblems(
    records: readonly LocalRecord[],
    named = (index: number): string => `record ${index + 1}`,
): (RecordProblem & { readonly index: number })[] {
    const earlier = new Map<string, Entry[]>();
    const beside = records.flatMap((record, index) => {
        const owner = canonical(record.name);
        const entry = { index, type: record.type, data: normalData(record) };
        const others = earlier.get(owner) ?? [];
        earlier.set(owner, [...others, entry]);
        const problem = problemBeside(entry, others, named);
        return problem ? [{ index, ...problem }] : [];
    });
    return [...beside, ...aliasLoops(records)].sort((a, b) => a.index - b.index);
}

interface Entry {
    readonly index: number;
    readonly type: string;
    readonly data: string;
}

function problemBeside(
    entry: Entry,
    others: readonly Entry[],
    named: (index: number) => string,
): RecordProblem | undefined {
    const same = others.find(({ type, data }) => type === entry.type && data === entry.data);
    if (same) {
        return { field: "value", remedy: `repeats ${named(same.index)}; leave one of them out` };
    }
    const alias = others.find(({ type }) => type === "CNAME");
    if (alias && entry.type === "CNAME") {
        return { field: "name", remedy: `is already an alias, by ${named(alias.index)}; leave one of them out` };
    }
    const clash = alias ?? (entry.type === "CNAME" ? others[0] : undefined);
    if (clash) {
        const remedy = `has a CNAME and other records (${named(clash.index)}); leave the one or the others out`;
        return { field: "name", remedy };
    }
    const nullMx = [entry, ...others].find(({ type, data }) => type === "MX" && data.endsWith(" ."));
    const mx = others.find(({ type }) => type === "MX");
    return nullMx && mx && entry.type === "MX"
        ? { field: "value", remedy: `contradicts ${named(mx.index)}: a "." says that there is none; leave one out` }
        : undefined;
}

/** A canonical form of the value: equal for equal data. An invalid value is returned as it is. */
function normalData({ type, value }: LocalRecord): string {
    try {
        const data = isRecordType(type) ? recordData(type, value) : value;
        return caseMatters.has(type) ? data : data.toLowerCase();
    } catch {
        return value;
    }
}

const caseMatters: ReadonlySet<string> = new Set(["TXT", "CAA", "NAPTR", "SVCB", "HTTPS"]);

/** One problem for each loop of aliases, at the first alias of the loop. */
function aliasLoops(records: readonly LocalRecord[]): (RecordProblem & { index: number })[] {
    const aliases = records.flatMap(({ name, type, value }, index) =>
        type === "CNAME" ? [{ index, name, owner: canonical(name), target: canonical(value) }] : [],
    );
    const byOwner = new Map(aliases.map((alias) => [alias.owner, alias]));
    return aliases.flatMap((first) => {
        const path = [first];
        for (let next = byOwner.get(first.target); next && !path.includes(next); next = byOwner.get(next.target)) {
            path.push(next);
        }
        const closes = path.length > 1 && path.at(-1)?.target === first.owner;
        const remedy = `leads back to itself (${path.map(({ name }) => name).join(" → ")}); name a host at its end`;
        return closes && path.every(({ index }) => index >= first.index)
            ? [{ index: first.index, field: "value", remedy }]
            : [];
    });
}

/** The line of unbound.conf that holds the record. */
export function localDataLine({ name, type, value, ttl }: LocalRecord): string {
    return `local-data: '${absolute(name)} ${ttl} IN ${type} ${recordData(type as RecordType, value)}'`;
}

export interface LocalRecordsConf {
    /** Lines of the server: clause. */
    readonly server: string[];
    /** The `rpz:` clause that loads the aliases; it needs `respip` as the first module. Empty if there are no aliases. */
    readonly clauses: string;
    /** Contents of the file that the clause names. Empty if there are no aliases. */
    readonly aliases: string;
}

/** Name of the response policy zone with the aliases. Clients cannot query it. */
const aliasZone = "rpz.";
/** The alias and the name of the zone together form a name of at most 255 bytes. */
const longestAlias = 253 - aliasZone.length;

/**
 * Renders the records. For a CNAME in its local data, Unbound answers with the CNAME alone, but stub resolvers expect the
 * address in the same answer. So an alias of a local name gets copies of that name's records. An alias of any other name
 * becomes an entry of a response policy zone, whose CNAMEs Unbound follows; a redirect zone would also alias all names
 * below it.
 */
export function localRecordsConf(
    records: readonly LocalRecord[],
    aliasFile = "/config/aliases.zone",
): LocalRecordsConf {
    const byOwner = new Map<string, LocalRecord[]>();
    for (const record of records) {
        const owner = canonical(record.name);
        byOwner.set(owner, [...(byOwner.get(owner) ?? []), record]);
    }
    const resolved = records.map((record) => resolve(record, byOwner));
    const outward = resolved.flatMap(({ outward: alias }) => (alias ? [alias] : []));
    return {
        server: [
            ...resolved.flatMap(({ local }) => local.map(localDataLine)),
            // Otherwise Unbound's built-in zones, such as the reverse zones of private addresses, answer NXDOMAIN.
            ...outward.map(({ name }) => `local-zone: "${absolute(name)}" transparent`),
        ],
        clauses: outward.length > 0 ? `rpz:\n  name: "${aliasZone}"\n  zonefile: "${aliasFile}"\n` : "",
        aliases:
            outward.length > 0
                ? [
                      `${aliasZone} 3600 IN SOA localhost. nobody.invalid. 1 3600 1200 604800 3600`,
                      `${aliasZone} 3600 IN NS localhost.`,
                      ...outward.map(
                          ({ name, value, ttl }) => `${absolute(name)}${aliasZone} ${ttl} IN CNAME ${absolute(value)}`,
                      ),
                      "",
                  ].join("\n")
                : "",
    };
}

/** What a record becomes: local data, or, of an alias of a name elsewhere, an entry of the response policy zone. */
function resolve(
    record: LocalRecord,
    byOwner: ReadonlyMap<string, readonly LocalRecord[]>,
): { local: LocalRecord[]; outward?: LocalRecord } {
    if (record.type !== "CNAME") {
        return { local: [record] };
    }
    const passed = new Set<string>();
    let end = record;
    for (;;) {
        const owner = canonical(end.value);
        const found = byOwner.get(owner) ?? [];
        const next = found.find(({ type }) => type === "CNAME");
        if (!next || passed.has(owner)) {
            const { ttl } = end;
            const local = next
                ? []
                : found.map((other) => ({ ...other, name: record.name, ttl: Math.min(ttl, other.ttl) }));
            return { local, outward: local.length > 0 ? undefined : end };
        }
        passed.add(owner);
        end = { ...record, value: next.value, ttl: Math.min(end.ttl, next.ttl) };
    }
}
