import { z } from "zod";

import { parseAddress } from "../../config/addresses";
import {
    address,
    choice,
    clientNetwork,
    count,
    domain,
    objective,
    positive,
    quantity,
    ratio,
} from "../../config/fields";

const server = z
    .string()
    .superRefine((text, context) => {
        const [host = "", port, ...more] = text.split("@");
        try {
            parseAddress(host);
            if (more.length > 0 || (port !== undefined && !(/^\d+$/.test(port) && +port > 0 && +port < 65536))) {
                throw new Error("has no such port; write address@port, like 192.168.1.1@5353");
            }
        } catch (error) {
            context.addIssue({ code: "custom", message: (error as Error).message });
        }
    })
    .meta({ examples: ["192.168.1.1", "192.168.1.1@5353"] });

const servers = z.array(server).min(1, { error: "is empty; list at least one server" });

const stubZone = z.strictObject({
    name: domain.describe("Name of the zone."),
    addresses: servers.describe("Servers to ask: address or address@port."),
    insecure: z.boolean().default(false).describe("The zone is not signed: do not validate its answers."),
});
const forwardZone = stubZone.extend({
    tls: domain.optional().describe("Ask over TLS, and require this name in the servers' certificates."),
});

const recordTypes = ["A", "AAAA", "CNAME", "PTR", "TXT", "SRV", "MX"] as const;
const localRecord = z
    .strictObject({
        name: domain.describe("Name that the resolver answers for."),
        type: z
            .enum(recordTypes, { error: `is not a record type; use one of ${recordTypes.join(", ")}` })
            .describe("Type of the record."),
        // It stands within quotes in unbound.conf, on a line of its own.
        value: z
            .string()
            .regex(/^[^"'\\\n\r]+$/, { error: "has a quote, backslash or line break in it, or is empty" })
            .describe("Data of the record, as in a zone file.")
            .meta({ examples: ["192.168.1.1"] }),
        ttl: count(0).default(3600).describe("Time to live, in seconds."),
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

const trustAnchor = z
    .string()
    .regex(/^[^\s"']+\s+(\d+\s+)?(IN\s+)?(DS|DNSKEY)\s+[^"'\n]+$/, {
        error: 'is not a DS or DNSKEY record; write it like "corp.example. DS 12345 13 2 49FD46…"',
    })
    .meta({
        examples: ["corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000"],
    });

const thresholds = z.strictObject({
    servfailRatio: ratio.default(0.05).describe("Share of the answers that are SERVFAIL, 0 to 1."),
    unansweredRatio: ratio.default(0.1).describe("Share of the lookups that are never answered, 0 to 1."),
    bogusRatio: ratio.default(0.01).describe("Share of the answers that fail DNSSEC validation, 0 to 1."),
    recursionSeconds: positive.default(1).describe("Time that nine in ten recursions take at most, in seconds."),
    answerSeconds: positive.default(0.2).describe("Time that the answer to a probe takes on average, in seconds."),
    cacheHitRatio: ratio.default(0.5).describe("Share of the queries that are answered from memory, 0 to 1."),
    replicaShare: ratio
        .default(0.2)
        .describe("Share of the busiest replica's queries that another busy one gets, 0 to 1."),
    clientQueries: positive.default(0.1).describe("What all clients together ask at least, in queries a second."),
    redisMemoryRatio: ratio.default(0.95).describe("Share of Redis' memory that is in use, 0 to 1."),
    redisEvictions: positive.default(10).describe("Answers that Redis forgets for want of memory, a second."),
    redisUnexpiringRatio: ratio.default(0.05).describe("Share of the answers in Redis that never expire, 0 to 1."),
});

/** The buckets of Unbound's histogram that are of use, in seconds. */
const latencies = [0.016384, 0.032768, 0.065536, 0.131072, 0.262144, 0.524288];

const objectives = z.strictObject({
    availability: objective
        .default(0.999)
        .describe(
            "Share of the probes of the resolver's address, for a name of its own, that are answered; from 0.94 to below 1.",
        ),
    latency: objective
        .default(0.99)
        .describe("Share of the queries that are answered within `latencySeconds`, from 0.94 to below 1."),
    latencySeconds: z
        .union(
            latencies.map((seconds) => z.literal(seconds)),
            { error: `is not a bucket of Unbound's histogram; use one of ${latencies.join(", ")}` },
        )
        .default(0.262144)
        .describe("One of the buckets of Unbound's histogram, in seconds."),
});

export const dnsSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy Unbound and its Redis cache."),
    address: address
        .optional()
        .describe("The resolver's load-balancer address, from one of the pools. Any free one if not set."),
    replicas: count(1).default(1).describe("Number of Unbound pods."),
    cpu: quantity
        .default("1")
        .describe("CPU limit of an Unbound pod, a Kubernetes quantity. It decides the number of threads."),
    memory: quantity
        .default("512Mi")
        .describe("Memory limit of an Unbound pod, a Kubernetes quantity. It decides the size of the caches."),
    redisMemory: quantity
        .default("256Mi")
        .describe("Memory limit of Redis, a Kubernetes quantity. Three quarters of it hold the shared cache."),
    allowFrom: z
        .array(clientNetwork)
        .default([])
        .describe("Networks (CIDR) whose clients may ask. All others are refused."),
    dnssec: z.boolean().default(true).describe("Validate answers with DNSSEC."),
    trustAnchors: z
        .array(trustAnchor)
        .default([])
        .describe("DS or DNSKEY records of signed zones that no public chain of trust leads to."),
    forwardZones: z.array(forwardZone).default([]).describe("Zones that are forwarded to other resolvers."),
    stubZones: z.array(stubZone).default([]).describe("Zones whose authoritative servers are asked directly."),
    localRecords: z.array(localRecord).default([]).describe("Records that the resolver answers itself."),
    ipv6: z.boolean().default(false).describe("Ask and answer over IPv6 as well. Needs a dual-stack cluster."),
    probeNames: z
        .array(domain)
        .default([])
        .describe(
            "Names with an A record that monitoring looks up every 15 seconds, at the resolver's address and at each pod.",
        ),
    log: choice("a log level", ["errors", "queries"])
        .default("errors")
        .describe(
            "errors: starts, warnings and errors. queries: also a line for every answer, with the client's address and the name, which is personal data and costs throughput (docs/logs.md).",
        ),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
    objectives: objectives.prefault({}).describe("Service-level objectives over 30 days."),
});

export type DnsSettings = z.output<typeof dnsSettings>;
export type DnsThresholds = DnsSettings["thresholds"];
export type DnsObjectives = DnsSettings["objectives"];

export type LocalRecord = DnsSettings["localRecords"][number];
