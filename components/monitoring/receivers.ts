/** The receivers of notifications about alerts. */
import { isIPv6 } from "node:net";
import { z } from "zod";

import { label, token, url } from "../../config/fields";
import type { Severity } from "../lib/monitoring-spec";
import { portOfUrl } from "../lib/network-policy";

const severities = ["critical", "warning", "info"] as const satisfies Severity[];
const channels = ["email", "slack", "webhook", "pagerduty"] as const;

/** Names of the receivers that alertmanager.ts adds. */
const reservedNames = ["null", "heartbeat"];

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error, abort: true });
const credential = text(
    /^\P{Cc}+$/u,
    "is empty, not text, or has a line break or another control character; write it in quotes, or leave it out",
).meta({ secret: true, examples: ["s3cret"] });

const secretUrl = url("https://alerts.example.org/hook").meta({ secret: true });

/** Mail servers inside an organisation also have domains of a single label. */
const mailbox = z
    .email({
        pattern: /^(?!\.)(?!.*\.[.@])[A-Za-z0-9_'+.-]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
        error: "is not an e-mail address; write one, like noc@example.org",
    })
    .meta({ examples: ["noc@example.org"] });

const email = z
    .strictObject(
        {
            to: mailbox.describe("Recipient."),
            from: mailbox.describe("Sender."),
            smarthost: text(
                /^([A-Za-z0-9]+([.-][A-Za-z0-9]+|-+[A-Za-z0-9]+)*|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/,
                "is not host:port; write it like smtp.example.org:587",
            )
                .refine((smarthost) => !smarthost.startsWith("[") || isIPv6(smarthost.replace(/^.|\]:\d+$/g, "")), {
                    error: "has no IPv6 address in its brackets; write it like [2001:db8::25]:587",
                })
                .refine((smarthost) => portOf(smarthost) > 0 && portOf(smarthost) < 65536, {
                    error: "has no valid port; write one from 1 to 65535, like smtp.example.org:587",
                })
                .describe("The mail server, host:port. Port 465: TLS from the start; any other port: STARTTLS.")
                .meta({ examples: ["smtp.example.org:587"] }),
            username: credential
                .optional()
                .describe("User name at the mail server. If not set, Alertmanager does not log in."),
            password: credential.optional().describe("Password at the mail server."),
            requireTls: z.boolean().default(true).describe("Send mail only if the server offers TLS."),
        },
        { error: "is not a set of fields; write to, from and smarthost" },
    )
    .refine(({ username, password }) => (username === undefined) === (password === undefined), {
        path: ["username"],
        error: "is set without password, or password without it; set both or neither",
    });

const slack = z.strictObject(
    {
        url: url("https://hooks.slack.com/services/T00/B00/key", ["https"])
            .meta({ secret: true })
            .describe("URL of the incoming webhook."),
        channel: text(/^[#@]?[^\s#@{}]+$/, 'is not a channel; write it in quotes, like "#alerts"')
            .describe(
                "#name, @name or ID of the channel. The webhook of a Slack app ignores this and posts to the app's own channel.",
            )
            .meta({ examples: ["#alerts"] }),
    },
    { error: "is not a set of fields; write url and channel" },
);

const webhook = z.strictObject(
    {
        url: secretUrl.describe("URL that Alertmanager posts its JSON to."),
        bearerToken: token("the token", "s3cret")
            .optional()
            .describe("Token for the header `Authorization: Bearer TOKEN`. If not set, the header is not sent."),
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
                .refine((name) => !reservedNames.includes(name), {
                    error: "is the name of a built-in receiver; choose another",
                })
                .describe("Unique name.")
                .meta({ examples: ["team"] }),
            severities: z
                .array(z.enum(severities, { error: `is not a severity; use ${severities.join(", ")}` }), {
                    error: `is not a list; list some of ${severities.join(", ")}`,
                })
                .min(1, { error: "is empty; list at least one, or remove the receiver" })
                .refine((list) => new Set(list).size === list.length, {
                    error: "lists a severity twice; list each once",
                })
                .default(["critical", "warning"])
                .describe(
                    "Severities of the alerts that it is notified of. Alerts of severity info are sent only while a warning or critical alert fires in the same namespace.",
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
                    ? `has no channel; add one of ${channels.join(", ")}`
                    : `has several channels (${used.join(", ")}); make each a receiver of its own`;
            context.addIssue({ code: "custom", message });
        }
    });

/** All receivers. */
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

/** URL of a service, such as healthchecks.io, that expects a request every minute. */
export const heartbeat = secretUrl;

export type Receiver = z.infer<typeof receiver>;

/** The port of host:port. */
export const portOf = (smarthost: string): number => Number(/:(\d+)$/.exec(smarthost)?.[1]);

/** The TCP ports that notifications go to, in order. */
export function receiverPorts(settings: {
    readonly receivers: readonly Receiver[];
    readonly heartbeat?: string;
}): number[] {
    const ports = settings.receivers.flatMap(({ email, slack, webhook, pagerduty }) => [
        ...(email ? [portOf(email.smarthost)] : []),
        ...[slack, webhook].flatMap((channel) => (channel ? [portOfUrl(channel.url)] : [])),
        ...(pagerduty ? [443] : []),
    ]);
    const all = settings.heartbeat === undefined ? ports : [...ports, portOfUrl(settings.heartbeat)];
    return [...new Set(all)].sort((a, b) => a - b);
}
