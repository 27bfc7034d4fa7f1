import { z } from "zod";

import { parseAddress } from "../../config/addresses";
import { address, clientNetwork, count, domain, json, optional, quantity } from "../../config/fields";

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
};

export type ForwardZone = z.infer<typeof forwardZone>;
export type StubZone = z.infer<typeof stubZone>;
export type LocalRecord = z.infer<typeof localRecord>;
