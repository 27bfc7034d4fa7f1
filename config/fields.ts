/**
 * The kinds of value a setting can have, each with the message that its own mistakes get. A message completes the
 * sentence "<key> = <value> ..." and ends with the remedy.
 */
import { z } from "zod";

import { parseAddress, parseRange, parseSubnet } from "./addresses";

/** A value that `pulumi config` holds as JSON: everything but a plain string. */
export function json<T extends z.ZodType>(schema: T) {
    return z
        .string()
        .transform((text, context): unknown => {
            try {
                return JSON.parse(text);
            } catch {
                context.addIssue({ code: "custom", message: "is not JSON; set it in the stack's file as YAML" });
                return z.NEVER;
            }
        })
        .pipe(schema);
}

/** Text that the given parser accepts; its error becomes the message. */
function parsedBy(parse: (text: string) => unknown) {
    return z.string({ error: "is not text; put it in quotes" }).superRefine((text, context) => {
        try {
            parse(text);
        } catch (error) {
            context.addIssue({ code: "custom", message: (error as Error).message });
        }
    });
}

/** An empty string stands for a setting that is not made. */
export function optional<T extends z.ZodType<string, string>>(schema: T) {
    return z
        .string()
        .transform((text) => (text === "" ? undefined : text))
        .pipe(schema.optional());
}

export const address = parsedBy(parseAddress);
export const subnet = parsedBy(parseSubnet);
export const range = parsedBy(parseRange);

/** A network in CIDR notation that is not a large part of the Internet. */
export const clientNetwork = subnet.refine((cidr) => Number(cidr.split("/")[1]) >= 8, {
    error: "would open the resolver to the world, which makes it an amplifier; list your own networks, like 10.0.0.0/8",
});

/** The name of a Kubernetes object or a single part of a host name: an RFC 1123 label. */
export const label = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: "is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens",
});

/** A domain name, with or without the final dot. A single dot is the root. */
export const domain = z
    .string()
    .max(254, { error: "is longer than a domain name may be; use at most 253 characters" })
    .regex(
        /^(\.|([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?)$/,
        {
            error: "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots",
        },
    );

/** A Kubernetes quantity above zero, such as `500m` or `512Mi`. */
export const quantity = parsedBy(parseQuantity);

/** `pulumi config set --path` writes numbers as text unless it is told their type. */
export const number = <T extends z.ZodType<number>>(schema: T) =>
    z.preprocess(
        (value) => (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
        schema,
    );

/** A whole number of things, from `least` on. */
export const count = (least: number) =>
    number(
        z.int({ error: "is not a whole number" }).min(least, {
            error: `is too few; set it to ${least} or more`,
        }),
    );

/** A share of a whole, without none and all of it. */
export const ratio = number(
    z
        .number({ error: "is not a number" })
        .gt(0, { error: "is not a share; set it above 0 and below 1" })
        .lt(1, { error: "is not a share; set it above 0 and below 1" }),
);

/** A number above zero. */
export const positive = number(
    z.number({ error: "is not a number" }).positive({ error: "is not above zero; set it to more than 0" }),
);

/** A share that is to be reached: a smaller one could not be missed at the rates that are watched for. */
export const objective = number(
    z
        .number({ error: "is not a number" })
        .min(0.94, { error: "is not an objective; set it from 0.94 to below 1" })
        .lt(1, { error: "is not an objective; set it from 0.94 to below 1" }),
);

/** A span of time in whole seconds. */
export const seconds = z
    .int({ error: "is not a whole number of seconds" })
    .positive({ error: "is not a span of time; set it to 1 second or more" })
    .max(0xffffffff, { error: "does not fit DHCP's 32 bits; set it below 4294967296 seconds" });

/** The host[:port][/path] of an image registry. */
export const registry = z.string().regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?$/, {
    error: "is not a registry; write host[:port][/path] without https://",
});

const multipliers: Record<string, number> = {
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
};

/**
 * Reads a Kubernetes quantity into cores or bytes.
 * @throws Error where it is none, or not above zero.
 */
export function parseQuantity(text: string): number {
    const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text) ?? [];
    const value = Number.parseFloat(number) * (multipliers[unit] ?? Number.NaN);
    if (!(value > 0)) {
        throw new Error("is not a Kubernetes quantity above zero; write it like 500m, 2, 256Mi or 10Gi");
    }
    return value;
}
