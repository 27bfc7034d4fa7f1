import { z } from "zod";

import { checked } from "../../config/checked";
import { address, choice, count, objective, positive, ratio, subdomain, subnet } from "../../config/fields";
import { bytes, cpu } from "../../config/quantities";
import { recordTypes } from "./record-values";
import { recordProblems } from "./records";
import { leastMemory, leastRedisMemory, mostMemory, mostThreads, podCpuRequest } from "./sizing";
import { trustAnchorProblem } from "./trust-anchors";
import { domainNameProblem, serverProblem, tlsNameProblem } from "./zones";

const name = checked(domainNameProblem, "home.arpa");
const server = checked((text) => serverProblem(text), "192.168.1.1", "192.168.1.1@5353", "2001:db8::53");

const servers = z.array(server).min(1, { error: "is empty; list at least one server" });

const stubZone = z.strictObject({
    name: name.describe("Name of the zone."),
    addresses: servers.describe("Servers to query: address or address@port."),
    insecure: z.boolean().default(false).describe("Whether the zone is unsigned: its answers are not validated."),
});
const forwardZone = stubZone.extend({
    tls: checked(tlsNameProblem, "dns.example.com")
        .optional()
        .describe("Name in the servers' certificates. If set, the zone is queried over TLS, and only with that name."),
});

const typeNames = Object.keys(recordTypes) as (keyof typeof recordTypes)[];
const localRecord = z
    .strictObject({
        name: z
            .string()
            .describe("Owner name of the record.")
            .meta({ examples: ["www.home.arpa"] }),
        type: z
            .enum(typeNames, { error: `is not a record type; use one of ${typeNames.join(", ")}` })
            .describe("Type of the record."),
        value: z
            .string()
            .describe("Data of the record, as in a zone file; of a TXT record, the text without quotes around it.")
            .meta({ examples: ["192.168.1.1"] }),
        ttl: z.int().default(3600).describe("Time to live, in seconds."),
    })
    .superRefine((record, context) => {
        for (const { field, remedy } of recordProblems(record)) {
            context.addIssue({ code: "custom", path: [field], message: remedy });
        }
    });

const trustAnchor = checked(
    trustAnchorProblem,
    "corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000",
);

/** A name without its final dot, which no certificate has. */
const certificateName = checked((text) => domainNameProblem(text) ?? tlsNameProblem(text), "dns.home.arpa");

/** A name and its certificate, also of a proxy in front of the resolver. */
export const encryption = z.strictObject({
    name: certificateName.describe(
        "Name of the resolver in its certificate. Clients are told it, and the resolver answers it with its own addresses.",
    ),
    secret: subdomain("the name of a Secret", "dns-tls")
        .optional()
        .describe(
            "Existing Secret (type kubernetes.io/tls, in the namespace noc:site.namespace) with a certificate for that name. If not set, cert-manager issues one, which needs noc:certManager.enabled.",
        ),
});

const thresholds = z.strictObject({
    servfailRatio: ratio.default(0.05).describe("Fraction of the answers that are SERVFAIL, 0 to 1."),
    unansweredRatio: ratio.default(0.1).describe("Fraction of the lookups that get no answer, 0 to 1."),
    bogusRatio: ratio.default(0.01).describe("Fraction of the answers that fail DNSSEC validation, 0 to 1."),
    recursionSeconds: positive.default(1).describe("90th percentile of the duration of a lookup, in seconds."),
    answerSeconds: positive.default(0.2).describe("Average duration of a probe, in seconds."),
    cacheHitRatio: ratio.default(0.5).describe("Fraction of the queries that a pod answers from its memory, 0 to 1."),
    replicaShare: ratio
        .default(0.2)
        .describe("Queries that a busy replica gets, as a fraction of those that the busiest one gets, 0 to 1."),
    clientQueries: positive.default(0.1).describe("Queries that all clients together send, per second."),
    redisMemoryRatio: ratio.default(0.95).describe("Fraction of Redis' memory that is in use, 0 to 1."),
    redisEvictions: positive.default(10).describe("Answers that Redis evicts because its memory is full, per second."),
    redisUnexpiringRatio: ratio.default(0.05).describe("Fraction of the answers in Redis without an expiry, 0 to 1."),
});

/** Upper bounds of buckets of Unbound's histogram, in seconds. */
const latencies = [0.016384, 0.032768, 0.065536, 0.131072, 0.262144, 0.524288];

const objectives = z.strictObject({
    availability: objective
        .default(0.999)
        .describe("Fraction of the probes of the resolver's address, for its own name, that succeed; 0.94 to below 1."),
    latency: objective
        .default(0.99)
        .describe("Fraction of the queries that are answered within `latencySeconds`, 0.94 to below 1."),
    latencySeconds: z
        .union(
            latencies.map((seconds) => z.literal(seconds)),
            { error: `is not a bucket of Unbound's histogram; use one of ${latencies.join(", ")}` },
        )
        .default(0.262144)
        .describe("Upper bound of one of the buckets of Unbound's histogram, in seconds."),
});

export const dnsSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy Unbound and its Redis cache."),
    address: address
        .optional()
        .describe("Load-balancer address of the resolver, from one of the pools. Any free one if not set."),
    furtherAddresses: z
        .array(address)
        .max(15, { error: "has more than 15 addresses; clients try two or three" })
        .default([])
        .describe(
            "More addresses of the resolver, from the pools. DHCP hands out all of them, to some clients in another order. Each is announced by one node, which serves it: with addresses on different nodes, several nodes share the load. `npm run doctor -- resolver-nodes` names addresses that do.",
        )
        .meta({ examples: [["192.168.1.54"]] }),
    path: choice("a path", ["service", "node"])
        .default("service")
        .describe(
            "service: queries go through the Service to the pods. node: UDP queries of clients go to an Unbound in the network of the node that announces the address, which answers about a fifth more with the same CPU time, and to the pods while it does not run. It is privileged, and needs address, noc:site.nodeAddresses and a cluster without IPVS (docs/dns-path.md).",
        ),
    replicas: count(1, 100).default(1).describe("Number of Unbound pods, 1 to 100."),
    cpu: cpu(podCpuRequest, mostThreads, "1", "500m")
        .default("1")
        .describe("CPU limit of an Unbound pod, a Kubernetes quantity. It sets the number of threads."),
    memory: bytes(`${leastMemory(podCpuRequest)}Mi`, mostMemory, "512Mi")
        .default("512Mi")
        .describe("Memory limit of an Unbound pod, a Kubernetes quantity. It sets the size of the caches."),
    redisMemory: bytes(leastRedisMemory, mostMemory, "256Mi")
        .default("256Mi")
        .describe("Memory limit of Redis, a Kubernetes quantity. Three quarters of it hold the shared cache."),
    encryption: encryption
        .optional()
        .describe(
            "Answer DNS over TLS (port 853) and DNS over HTTPS (port 443, path /dns-query) as well. Needs address. Off if not set: the pods then start without a certificate.",
        ),
    allowFrom: z
        .array(subnet)
        .default([])
        .describe("Networks (CIDR) of the clients. Queries from anywhere else are refused."),
    clientQueryLimit: count(0, 10_000_000)
        .default(5000)
        .describe(
            "Queries per second that the resolver accepts from one client address. Of those beyond, nine in ten are dropped. 0: no limit.",
        ),
    dnssec: z.boolean().default(true).describe("Validate answers with DNSSEC."),
    trustAnchors: z
        .array(trustAnchor)
        .default([])
        .describe("DS or DNSKEY records of signed zones that have no chain of trust from the root."),
    rebindingProtection: z
        .boolean()
        .default(true)
        .describe(
            "Remove private, loopback and link-local addresses from the answers of public zones, so that a website cannot use a name of its own to reach hosts on the clients' network. Forward zones, stub zones and local records are exempt.",
        ),
    privateDomains: z
        .array(name)
        .default([])
        .describe(
            "Public domains whose names may have private or loopback addresses all the same, such as DNS blocklists (127.0.0.2).",
        )
        .meta({ examples: [["corp.example"]] }),
    forwardZones: z.array(forwardZone).default([]).describe("Zones whose queries are forwarded to other resolvers."),
    stubZones: z.array(stubZone).default([]).describe("Zones whose authoritative servers are queried directly."),
    localRecords: z.array(localRecord).default([]).describe("Records that the resolver itself answers with."),
    upstreamIpv6: z
        .boolean()
        .default(false)
        .describe(
            "Query authoritative servers and forwarders over IPv6 as well. Needs pods with IPv6 connectivity. Clients are served over IPv4 only.",
        ),
    probeNames: z
        .array(name)
        .max(100, { error: "has more than 100 names; each is looked up every 15 seconds, so list a few" })
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

/** The settings with the resolver's addresses. */
export type Addressed = Pick<DnsSettings, "address" | "furtherAddresses">;

/** The resolver's addresses that the settings name. */
export const addressesOf = ({ address, furtherAddresses }: Addressed): string[] => [
    ...(address === undefined ? [] : [address]),
    ...furtherAddresses,
];
