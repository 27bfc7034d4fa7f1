import { z } from "zod";

import { parseAddress } from "../../config/addresses";
import {
    address,
    clientNetwork,
    count,
    domain,
    json,
    number,
    objective,
    optional,
    positive,
    quantity,
    ratio,
} from "../../config/fields";

const server = z.string().superRefine((text, context) => {
    const [host = "", port, ...more] = text.split("@");
    try {
        parseAddress(host);
        if (more.length > 0 || (port !== undefined && !(/^\d+$/.test(port) && +port > 0 && +port < 65536))) {
            throw new Error("has no such port; write address@port, like 192.168.1.1@5353");
        }
    } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
    }
});

const servers = z.array(server).min(1, { error: "is empty; list at least one server" });

const stubZone = z.strictObject({ name: domain, addresses: servers, insecure: z.boolean().default(false) });
const forwardZone = stubZone.extend({ tls: domain.optional() });

const recordTypes = ["A", "AAAA", "CNAME", "PTR", "TXT", "SRV", "MX"] as const;
const localRecord = z
    .strictObject({
        name: domain,
        type: z.enum(recordTypes, { error: `is not a record type; use one of ${recordTypes.join(", ")}` }),
        // It stands within quotes in unbound.conf, on a line of its own.
        value: z.string().regex(/^[^"'\\\n\r]+$/, { error: "has a quote, backslash or line break in it, or is empty" }),
        ttl: count(0).default(3600),
    })
    .superRefine((record, context) => {
        const check = {
            A: address,
            AAAA: z.ipv6({ error: "is not an IPv6 address; write it like 2001:db8::1" }),
            CNAME: domain,
            PTR: domain,
            TXT: z.string(),
            SRV: z.string(),
            MX: z.string(),
        }[record.type];
        for (const issue of check.safeParse(record.value).error?.issues ?? []) {
            context.addIssue({ code: "custom", path: ["value"], message: issue.message });
        }
    });

const trustAnchor = z.string().regex(/^[^\s"']+\s+(\d+\s+)?(IN\s+)?(DS|DNSKEY)\s+[^"'\n]+$/, {
    error: 'is not a DS or DNSKEY record; write it like "corp.example. DS 12345 13 2 49FD46…"',
});

/** From where on the alerts fire. */
const thresholds = z.strictObject({
    /** Share of the answers that are SERVFAIL, 0 to 1. Defaults to 0.05. */
    servfailRatio: ratio.default(0.05),
    /** Share of the lookups that are never answered, 0 to 1. Defaults to 0.1. */
    unansweredRatio: ratio.default(0.1),
    /** Share of the answers that fail DNSSEC validation, 0 to 1. Defaults to 0.01. */
    bogusRatio: ratio.default(0.01),
    /** Time that nine in ten recursions take at most, in seconds. Defaults to 1. */
    recursionSeconds: positive.default(1),
    /** Time that the answer to a probe takes on average, in seconds. Defaults to 0.2. */
    answerSeconds: positive.default(0.2),
    /** Share of the queries that are answered from memory, 0 to 1. Defaults to 0.5. */
    cacheHitRatio: ratio.default(0.5),
    /** Share of the busiest replica's queries that another busy one gets, 0 to 1. Defaults to 0.2. */
    replicaShare: ratio.default(0.2),
    /** What all clients together ask at least, in queries a second. Defaults to 0.1. */
    clientQueries: positive.default(0.1),
    /** Share of Redis' memory that is in use, 0 to 1. Defaults to 0.95. */
    redisMemoryRatio: ratio.default(0.95),
    /** Answers that Redis forgets for want of memory, a second. Defaults to 10. */
    redisEvictions: positive.default(10),
    /** Share of the answers in Redis that never expire, 0 to 1. Defaults to 0.05. */
    redisUnexpiringRatio: ratio.default(0.05),
});

/** The buckets of Unbound's histogram that are of use, in seconds. */
const latencies = [0.016384, 0.032768, 0.065536, 0.131072, 0.262144, 0.524288];

/** What the resolver is meant to achieve over 30 days. */
const objectives = z.strictObject({
    /** Share of the probes of the resolver's address, for a name of its own, that are answered; from 0.94 to below 1. Defaults to 0.999. */
    availability: objective.default(0.999),
    /** Share of the queries that are answered within `latencySeconds`, from 0.94 to below 1. Defaults to 0.99. */
    latency: objective.default(0.99),
    /** One of the buckets of Unbound's histogram, in seconds. Defaults to 0.262144. */
    latencySeconds: number(
        z.union(
            latencies.map((seconds) => z.literal(seconds)),
            { error: `is not a bucket of Unbound's histogram; use one of ${latencies.join(", ")}` },
        ),
    ).default(0.262144),
});

/** The `noc:dns…` keys of the stack's configuration. */
export const dnsKeys = {
    dnsEnabled: json(z.boolean()),
    dnsAddress: optional(address),
    dnsReplicas: json(count(1)),
    dnsCpu: quantity,
    dnsMemory: quantity,
    dnsRedisMemory: quantity,
    dnsAllowFrom: json(z.array(clientNetwork)),
    dnsDnssec: json(z.boolean()),
    dnsTrustAnchors: json(z.array(trustAnchor)),
    dnsForwardZones: json(z.array(forwardZone)),
    dnsStubZones: json(z.array(stubZone)),
    dnsLocalRecords: json(z.array(localRecord)),
    dnsIpv6: json(z.boolean()),
    dnsProbeNames: json(z.array(domain)),
    dnsLog: z.enum(["errors", "queries"], { error: "is not a level; use errors or queries" }),
    dnsThresholds: json(thresholds),
    dnsObjectives: json(objectives),
};

export type DnsThresholds = z.infer<typeof thresholds>;
export type DnsObjectives = z.infer<typeof objectives>;

export type ForwardZone = z.infer<typeof forwardZone>;
export type StubZone = z.infer<typeof stubZone>;
export type LocalRecord = z.infer<typeof localRecord>;
