/**
 * The records that the resolver answers itself: what is wrong with them, and how Unbound is told of them. A remedy
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
    /** How long clients may keep the record, in seconds. */
    readonly ttl: number;
}

export interface RecordProblem {
    readonly field: keyof LocalRecord;
    readonly remedy: string;
}

/** What is wrong with a record in itself. */
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

/** RFC 2181: the first of the 32 bits is not used. */
const maximumTtl = 2 ** 31 - 1;

function nameProblem({ name, type }: LocalRecord): string | undefined {
    const bare = name.replace(/\.$/, "");
    if (type === "PTR" && addressFamily(bare) !== 0) {
        return `is an address and not a name; write its reverse name, ${reverseName(bare)}`;
    }
    if (name === ".") {
        return "is the root; write a domain name, like www.example.com";
    }
    const problem = domainNameProblem(name);
    if (problem === undefined && type === "CNAME" && bare.length > longestAlias) {
        return `has ${bare.length} characters; use at most ${longestAlias} for an alias`;
    }
    return problem ?? (type === "CNAME" ? policyName(name) : undefined);
}

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

/** Aliases are in a response policy zone, where such names stand for actions: `rpz-drop` answers nothing. */
const policyName = (name: string): string | undefined =>
    /(^|\.)rpz-[^.]*\.?$/i.test(name)
        ? "ends in a name that stands for an action of Unbound; use another name"
        : undefined;

/**
 * What is wrong with the records beside each other, at the later of them.
 * @param named What to call the record at the index.
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

/** The value in a form that is the same for equal ones. A value that is none of the type stands for itself. */
function normalData({ type, value }: LocalRecord): string {
    try {
        const data = isRecordType(type) ? recordData(type, value) : value;
        return caseMatters.has(type) ? data : data.toLowerCase();
    } catch {
        return value;
    }
}

const caseMatters: ReadonlySet<string> = new Set(["TXT", "CAA", "NAPTR", "SVCB", "HTTPS"]);

/** One problem for each loop of two or more aliases, at the first of them. */
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
    /** The clause that loads the aliases; it needs `respip` as the first of the modules. Empty where there are none. */
    readonly clauses: string;
    /** The file that the clause names. Empty where there are no aliases. */
    readonly aliases: string;
}

/** The response policy zone with the aliases. Nobody can ask for it. */
const aliasZone = "rpz.";
/** An alias and the zone behind it are one name of at most 255 bytes. */
const longestAlias = 253 - aliasZone.length;

/**
 * Renders the records. Unbound answers a CNAME of its local data as it stands, and clients do not ask on: they need the
 * address in the same answer. So an alias of a local name has that name's records itself. An alias of any other name is
 * in a response policy zone, whose CNAMEs Unbound follows; a redirect zone would alias all names below it as well.
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
            // Unbound's own zones, such as those of private addresses, would deny the name.
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

/** The records that stand for the given one: those of a local name, or an alias of a name elsewhere. */
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
