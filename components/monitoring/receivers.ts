/** Whom monitoring tells of alerts. No message repeats a value: many of them are secrets. */
import { z } from "zod";

import { label, optional } from "../../config/fields";
import type { Severity } from "../watch";

const severities = ["critical", "warning", "info"] as const satisfies Severity[];
const channels = ["email", "slack", "webhook", "pagerduty"] as const;

/** Names that alertmanager.ts has a use for. */
const reservedNames = ["null", "heartbeat"];

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error, abort: true });
const secret = text(/./, "is empty or not text; put it in quotes, or leave it out");

/** A URL whose scheme and host even a parser that mends nothing finds. */
const url = (pattern: RegExp, error: string) =>
    z.string({ error }).refine((value) => pattern.test(value) && URL.canParse(value), { error });
const webUrl = url(/^https?:\/\/\S+$/, "is not a URL; write it like https://alerts.example.org/hook");

const mailbox = z.email({ error: "is not an e-mail address; write one, like noc@example.org" });

const email = z
    .strictObject(
        {
            to: mailbox,
            from: mailbox,
            /** The mail server, host:port. Port 465 is spoken to in TLS from the first byte. */
            smarthost: text(/^[A-Za-z0-9.-]+:\d{1,5}$/, "is not host:port; write it like smtp.example.org:587").refine(
                (smarthost) => portOf(smarthost) > 0 && portOf(smarthost) < 65536,
                { error: "has no such port; write it like smtp.example.org:587" },
            ),
            /** Defaults to none: the server takes mail without. */
            username: secret.optional(),
            password: secret.optional(),
            /** Whether mail stays here rather than go to a server that does not offer TLS. Defaults to true. */
            requireTls: z.boolean({ error: "is neither true nor false; leave it out for true" }).default(true),
        },
        { error: "is not a set of fields; write to, from and smarthost" },
    )
    .refine(({ username, password }) => (username === undefined) === (password === undefined), {
        path: ["username"],
        error: "and password belong together; set both or neither",
    });

const slack = z.strictObject(
    {
        /** The incoming webhook's URL, a secret: whoever has it can post. */
        url: url(/^https:\/\/\S+$/, "is not an https URL; copy the one of Slack's incoming webhook"),
        /** #name, @name or a channel's ID. The webhooks of Slack apps post to their own channel all the same. */
        channel: text(/^[#@]?[^\s#@{}]+$/, 'is not a channel; write it in quotes, like "#alerts"'),
    },
    { error: "is not a set of fields; write url and channel" },
);

const webhook = z.strictObject(
    {
        /** Where Alertmanager posts its own JSON. */
        url: webUrl,
        /** Sent as "Authorization: Bearer …", a secret. Defaults to none. */
        bearerToken: secret.optional(),
    },
    { error: "is not a set of fields; write url" },
);

const pagerduty = z.strictObject(
    {
        /** The integration key of a PagerDuty service's Events API v2, a secret. */
        routingKey: text(/^[A-Za-z0-9]{32}$/, "is not an integration key of the Events API v2; copy its 32 characters"),
    },
    { error: "is not a set of fields; write routingKey" },
);

const receiver = z
    .strictObject(
        {
            name: z
                .string({ error: "is not text; name the receiver, in quotes" })
                .pipe(label)
                .refine((name) => !reservedNames.includes(name), { error: "has a use of its own; choose another" }),
            /**
             * What it is told of, critical and warning by default. An alert of severity info is told only while a worse
             * one fires in its namespace: alone it is muted.
             */
            severities: z
                .array(z.enum(severities, { error: `is not a severity; use ${severities.join(", ")}` }), {
                    error: `is not a list; list some of ${severities.join(", ")}`,
                })
                .min(1, { error: "is empty; list at least one, or remove the receiver" })
                .refine((list) => new Set(list).size === list.length, { error: "names one twice; list each once" })
                .default(["critical", "warning"]),
            email: email.optional(),
            slack: slack.optional(),
            webhook: webhook.optional(),
            pagerduty: pagerduty.optional(),
        },
        { error: `is not a set of fields; write name and one of ${channels.join(", ")}` },
    )
    .superRefine((fields, context) => {
        const used = channels.filter((channel) => fields[channel]);
        if (used.length !== 1) {
            const message =
                used.length === 0
                    ? `is told nowhere; add one of ${channels.join(", ")}`
                    : `is told in several ways (${used.join(", ")}); make each a receiver of its own`;
            context.addIssue({ code: "custom", message });
        }
    });

/** The setting `noc:monitoringReceivers`. */
export const receivers = z
    .array(receiver, { error: "is not a list of receivers; write [] for none" })
    .superRefine((list, context) => {
        list.forEach(({ name }, i) => {
            const first = list.findIndex((other) => other.name === name);
            if (first < i) {
                const message = `is also noc:monitoringReceivers[${first}].name; give each receiver its own name`;
                context.addIssue({ code: "custom", path: [i, "name"], message });
            }
        });
    });

/**
 * The setting `noc:monitoringHeartbeat`, a secret where its path is one: the URL that is posted to every minute while
 * Prometheus and Alertmanager work, such as a check of healthchecks.io. Empty for none.
 */
export const heartbeat = optional(webUrl);

/** Somebody to tell of alerts, in one way. */
export type Receiver = z.infer<typeof receiver>;

/** The port of host:port. */
export function portOf(smarthost: string): number {
    return Number(smarthost.split(":")[1]);
}
