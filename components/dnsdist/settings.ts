import { z } from "zod";

import { checked } from "../../config/checked";
import { address, choice, count, positive, ratio } from "../../config/fields";
import { bytes, cpu } from "../../config/quantities";
import { encryption } from "../dns/settings";
import { mostMemory, mostThreads } from "../dns/sizing";
import { domainNameProblem } from "../dns/zones";

/** CPU that a pod requests, a Kubernetes quantity. Its limit cannot be below. */
export const cpuRequest = "100m";

/** Names that one list holds at most. dnsdist looks them up in a tree. */
const mostNames = 20_000;
/** dnsdist compares a query with one entry after the other. */
const mostRewrites = 100;

const name = checked(
    (text) =>
        text === "." ? "is every name; list the domains that clients are not to reach" : domainNameProblem(text),
    "ads.example",
);
const names = z.array(name).max(mostNames, { error: `has more than ${mostNames} names; list the domains above them` });

const rewrite = z.strictObject({
    names: names
        .min(1, { error: "is empty; list at least one domain" })
        .describe("Domains that are answered with the address, with all names below them."),
    address: address.describe("IPv4 address that is answered."),
});

const rateLimit = z.strictObject({
    queriesPerSecond: count(0, 10_000_000)
        .default(1000)
        .describe("Queries per second that a pod accepts from one client address. 0: no limit."),
    burst: count(1, 10_000_000)
        .optional()
        .describe("Queries that a client may send at once after a pause. If not set, those of one second."),
    action: choice("an action", ["truncate", "refuse", "drop"])
        .default("truncate")
        .describe(
            "What the queries beyond get. truncate: over UDP an empty answer that tells the client to repeat over TCP, which a forged address cannot; REFUSED over all else. refuse: REFUSED. drop: no answer.",
        ),
});

const thresholds = z.strictObject({
    timeoutRatio: ratio.default(0.05).describe("Fraction of the queries that the resolver does not answer, 0 to 1."),
    limitedQueries: positive.default(10).describe("Queries beyond the rate limit, per second."),
});

export const dnsdistSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Run dnsdist in front of the resolver, at addresses of its own: DNS over QUIC, a rate limit with a choice of actions, and a response policy. The resolver keeps its own addresses.",
        ),
    addresses: z
        .array(address)
        .max(16, { error: "has more than 16 addresses; clients try two or three" })
        .default([])
        .describe("Load-balancer addresses of dnsdist, from the pools. Any free one if empty.")
        .meta({ examples: [["192.168.1.55"]] }),
    handOut: z
        .boolean()
        .default(false)
        .describe("DHCP hands out dnsdist's addresses (option 6) instead of the resolver's."),
    replicas: count(1, 100).default(2).describe("Number of dnsdist pods, 1 to 100, on different nodes."),
    cpu: cpu(cpuRequest, mostThreads, "1", "500m")
        .default("1")
        .describe("CPU limit of a pod, a Kubernetes quantity. It sets the number of threads."),
    memory: bytes("64Mi", mostMemory, "256Mi")
        .default("256Mi")
        .describe("Memory limit of a pod, a Kubernetes quantity."),
    rateLimit: rateLimit
        .prefault({})
        .describe("Limit for each client, which applies before noc:dns.clientQueryLimit of the resolver."),
    encryption: encryption
        .extend({
            quic: z
                .boolean()
                .default(true)
                .describe("Also answer DNS over QUIC (UDP port 853) and DNS over HTTP/3 (UDP port 443)."),
        })
        .optional()
        .describe(
            "Answer DNS over TLS (port 853) and DNS over HTTPS (port 443, path /dns-query) as well. Needs addresses. Off if not set.",
        ),
    blocked: names
        .default([])
        .describe("Domains that are answered NXDOMAIN with all names below them.")
        .meta({ examples: [["ads.example"]] }),
    rewritten: z
        .array(rewrite)
        .max(mostRewrites, { error: `has more than ${mostRewrites} entries; join those with the same address` })
        .default([])
        .describe(
            "Domains that are answered with an address of yours, and have no records of other types. The first entry that fits applies, before `blocked`.",
        ),
    exempt: names
        .default([])
        .describe("Domains that the resolver answers all the same, with all names below them.")
        .meta({ examples: [["good.ads.example"]] }),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type DnsdistSettings = z.output<typeof dnsdistSettings>;
export type DnsdistThresholds = DnsdistSettings["thresholds"];
