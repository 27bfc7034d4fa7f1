/** Who is notified of alerts. */
import { z } from "zod";

import { label } from "../../config/fields";
import type { Severity } from "../lib/monitoring-spec";

const severities = ["critical", "warning", "info"] as const satisfies Severity[];
const channels = ["email", "slack", "webhook", "pagerduty"] as const;

/** Names that alertmanager.ts has a use for. */
const reservedNames = ["null", "heartbeat"];

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error, abort: true });
const secret = text(/./, "is empty or not text; put it in quotes, or leave it out").meta({
    secret: true,
    examples: ["s3cret"],
});

/** A URL whose scheme and host even a parser that mends nothing finds. */
const url = (pattern: RegExp, error: string) =>
    z.string({ error }).refine((value) => pattern.test(value) && URL.canParse(value), { error });
const secretUrl = url(/^https?:\/\/\S+$/, "is not a URL; write it like https://alerts.example.org/hook").meta({
    secret: true,
    examples: ["https://alerts.example.org/hook"],
});

const mailbox = z
    .email({ error: "is not an e-mail address; write one, like noc@example.org" })
    .meta({ examples: ["noc@example.org"] });

const email = z
    .strictObject(
        {
            to: mailbox.describe("Recipient."),
            from: mailbox.describe("Sender."),
            smarthost: text(/^[A-Za-z0-9.-]+:\d{1,5}$/, "is not host:port; write it like smtp.example.org:587")
                .refine((smarthost) => portOf(smarthost) > 0 && portOf(smarthost) < 65536, {
                    error: "has no such port; write it like smtp.example.org:587",
                })
                .describe("The mail server, host:port. TLS from the first byte on port 465, STARTTLS on any other.")
                .meta({ examples: ["smtp.example.org:587"] }),
            username: secret.optional().describe("User name at the mail server. No login if not set."),
            password: secret.optional().describe("Password at the mail server."),
            requireTls: z.boolean().default(true).describe("Send only to a server that offers TLS."),
        },
        { error: "is not a set of fields; write to, from and smarthost" },
    )
    .refine(({ username, password }) => (username === undefined) === (password === undefined), {
        path: ["username"],
        error: "and password belong together; set both or neither",
    });

const slack = z.strictObject(
    {
        url: url(/^https:\/\/\S+$/, "is not an https URL; copy the one of Slack's incoming webhook")
            .describe("URL of the incoming webhook.")
            .meta({ secret: true, examples: ["https://hooks.slack.com/services/T00/B00/s3cret"] }),
        channel: text(/^[#@]?[^\s#@{}]+$/, 'is not a channel; write it in quotes, like "#alerts"')
            .describe("#name, @name or ID of the channel. The webhook of a Slack app ignores it and posts to its own.")
            .meta({ examples: ["#alerts"] }),
    },
    { error: "is not a set of fields; write url and channel" },
);

const webhook = z.strictObject(
    {
        url: secretUrl.describe("Where Alertmanager posts its own JSON."),
        bearerToken: secret.optional().describe("Sent as Authorization: Bearer TOKEN. No such header if not set."),
    },
    { error: "is not a set of fields; write url" },
);

const pagerduty = z.strictObject(
    {
        routingKey: text(/^[A-Za-z0-9]{32}$/, "is not an integration key of the Events API v2; copy its 32 characters")
            .describe("Integration key of a PagerDuty service's Events API v2.")
            .meta({ secret: true, examples: ["0".repeat(32)] }),
    },
    { error: "is not a set of fields; write routingKey" },
);

const receiver = z
    .strictObject(
        {
            name: z
                .string({ error: "is not text; name the receiver, in quotes" })
                .pipe(label)
                .refine((name) => !reservedNames.includes(name), { error: "has a use of its own; choose another" })
                .describe("Unique name.")
                .meta({ examples: ["team"] }),
            severities: z
                .array(z.enum(severities, { error: `is not a severity; use ${severities.join(", ")}` }), {
                    error: `is not a list; list some of ${severities.join(", ")}`,
                })
                .min(1, { error: "is empty; list at least one, or remove the receiver" })
                .refine((list) => new Set(list).size === list.length, { error: "names one twice; list each once" })
                .default(["critical", "warning"])
                .describe(
                    "Severities that it is notified of. Info is sent only while something worse fires in the same namespace.",
                ),
            email: email.optional().describe("Send mail."),
            slack: slack.optional().describe("Post to a Slack channel."),
            webhook: webhook.optional().describe("Post JSON to a URL."),
            pagerduty: pagerduty.optional().describe("Open an incident at PagerDuty."),
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

/** Everybody who is notified. */
export const receivers = z
    .array(receiver, { error: "is not a list of receivers; write [] for none" })
    .superRefine((list, context) => {
        list.forEach(({ name }, i) => {
            const first = list.findIndex((other) => other.name === name);
            if (first < i) {
                const message = `is also noc:monitoring.receivers[${first}].name; give each receiver its own name`;
                context.addIssue({ code: "custom", path: [i, "name"], message });
            }
        });
    });

/** The URL of a check, such as one of healthchecks.io, that expects a request every minute. */
export const heartbeat = secretUrl;

/** Somebody who is notified, in one way. */
export type Receiver = z.infer<typeof receiver>;

/** The port of host:port. */
export function portOf(smarthost: string): number {
    return Number(smarthost.split(":")[1]);
}
