/**
 * The types that settings are made of. Each message completes the sentence "<key> = <value> ..." and ends with the
 * remedy; each type has examples, which the documentation shows.
 */
import { z } from "zod";

import { parseAddress, parseRange, parseSubnet } from "./addresses";
import { checked } from "./checked";

/** Text that the given parser accepts; its error becomes the message. */
const parsedBy = (parse: (text: string) => unknown, ...examples: string[]) =>
    checked(
        (text) => {
            try {
                parse(text);
                return undefined;
            } catch (error) {
                return (error as Error).message;
            }
        },
        ...examples,
    );

/** An IPv4 address. */
export const address = parsedBy(parseAddress, "192.168.1.1");
/** An IPv4 subnet in CIDR notation. */
export const subnet = parsedBy(parseSubnet, "192.168.1.0/24");
/** IPv4 addresses as a range, a subnet or a single one. */
export const range = parsedBy(parseRange, "192.168.1.10-192.168.1.20");

/** The name of a Kubernetes object or a single part of a host name: an RFC 1123 label. */
export const label = z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
        error: "is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens",
    })
    .meta({ examples: ["venue"] });

const subdomainPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const isSubdomain = (text: string): boolean => text.length <= 253 && subdomainPattern.test(text);

/** The name of a Kubernetes object of most kinds: an RFC 1123 subdomain. */
export const subdomain = (what: string, example: string) =>
    z
        .string()
        .refine(isSubdomain, {
            error: `is not ${what}; use lower-case letters, digits, inner hyphens and dots, like ${example}`,
            abort: true,
        })
        .meta({ examples: [example] });

/** A name that Kubernetes calls qualified: NAME or DOMAIN/NAME, as those of labels and of load-balancer classes. */
export const qualifiedName = (what: string, example: string) =>
    z
        .string()
        .refine(
            (text) => {
                const parts = text.split("/");
                return (
                    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(parts.at(-1) ?? "") &&
                    (parts.length === 1 || (parts.length === 2 && isSubdomain(parts[0] ?? "")))
                );
            },
            { error: `is not ${what}; write it like ${example}` },
        )
        .meta({ examples: [example] });

/** A domain name, with or without the final dot. A single dot is the root. */
export const domain = z
    .string()
    .max(254, { error: "is longer than a domain name may be; use at most 253 characters" })
    .regex(
        /^(\.|([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?)$/,
        {
            error: "is not a domain name; use labels of letters, digits and inner hyphens, joined by dots",
        },
    )
    .meta({ examples: ["home.arpa"] });

/** A duration as Prometheus reads it (`1d12h`), between two of them. Also accepted as a number, to name its unit. */
export const duration = (least: string, most: string) =>
    checked((text) => {
        const milliseconds = parseDuration(text);
        if (milliseconds === undefined) {
            return "is not a Prometheus duration; write whole numbers with the units y, w, d, h, m, s and ms, each at most once and in this order, like 36h, 7d or 1d12h";
        }
        return milliseconds < (parseDuration(least) ?? 0) || milliseconds > (parseDuration(most) ?? 0)
            ? `is out of range; set it to ${least} or more and ${most} or less`
            : undefined;
    }, least).meta({ orNumber: true });

const hour = 3_600_000;
const unitsOfTime = { y: 365 * 24 * hour, w: 168 * hour, d: 24 * hour, h: hour, m: 60_000, s: 1000, ms: 1 };

/** Reads a duration into milliseconds: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
export function parseDuration(text: string): number | undefined {
    const units = Object.entries(unitsOfTime);
    const pattern = units.map(([unit]) => `(?:(\\d+)${unit})?`).join("");
    const numbers = new RegExp(`^${pattern}$`).exec(text)?.slice(1);
    return text === "" || numbers === undefined
        ? undefined
        : units.reduce((sum, [, length], i) => sum + Number(numbers[i] ?? 0) * length, 0);
}

/** Networks in CIDR notation. */
export const networks = z.array(subnet);

/** A whole number of things. */
export const count = (least: number, most: number) =>
    z
        .int({ abort: true })
        .min(least, { error: `is too few; set it to ${least} or more` })
        .max(most, { error: `is too many; set it to ${most} or less` });

/** A share of a whole: above 0 and below 1. */
export const ratio = z
    .number()
    .gt(0, { error: "is not a share; set it above 0 and below 1" })
    .lt(1, { error: "is not a share; set it above 0 and below 1" });

/** A number above zero. */
export const positive = z.number().positive({ error: "is not above zero; set it to more than 0" });

/**
 * A service-level objective, as a share. The burn-rate alerts compare with up to 14.4 times the error budget, which
 * an objective below 0.94 would put near or above 100 %.
 */
export const objective = z
    .number()
    .min(0.94, { error: "is not an objective; set it from 0.94 to below 1" })
    .lt(1, { error: "is not an objective; set it from 0.94 to below 1" });

/** A span of time in whole seconds. */
export const seconds = z
    .int({ abort: true })
    .positive({ error: "is not a span of time; set it to 1 second or more" })
    .max(0xffffffff, { error: "does not fit DHCP's 32 bits; set it below 4294967296 seconds" });

/** A URL that this program reads as Go's parser does, which all the programs that get one use. */
export const url = (example: string, schemes: readonly string[] = ["https", "http"]) =>
    checked((text) => {
        if (/[{}]/.test(text)) {
            return "has braces, which are read as a template; write it without them";
        }
        const fits =
            schemes.some((scheme) => text.startsWith(`${scheme}://`)) &&
            /^\w+:\/\/[^/?#]/.test(text) &&
            /^[^\s\p{Cc}\\]+$/u.test(text) &&
            !/%(?![0-9A-Fa-f]{2})/.test(text) &&
            URL.canParse(text) &&
            new URL(text).port !== "0";
        return fits ? undefined : `is not a URL; write it like ${example}`;
    }, example);

const onOneLine = /^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u;

/** Any text, on one line. */
export const line = (what: string, example: string) =>
    z
        .string()
        .regex(onOneLine, { error: `is empty or has a line break; name ${what} on one line` })
        .meta({ examples: [example] });

/** A token or key, as a service gives it: sent in a header, it ends at a blank or at a line break. */
export const token = (what: string, example: string) =>
    z
        .string()
        .regex(/^[\x21-\x7e]+$/, {
            error: `is empty, or has a blank, a line break or a character that is not ASCII; copy ${what} alone`,
        })
        .meta({ secret: true, examples: [example] });

/** The version of a chart, MAJOR.MINOR.PATCH. The example's prefix belongs to it, if it has one. */
export const chartVersion = (least: string, example: string) => {
    const parts = (version: string) => version.replace(/^v/, "").split(".").map(Number);
    const before = (a: readonly number[], b: readonly number[]): boolean =>
        a[0] === b[0] && a.length > 1 ? before(a.slice(1), b.slice(1)) : (a[0] ?? 0) < (b[0] ?? 0);
    const prefix = example.startsWith("v") ? "v" : "";
    return checked((version) => {
        if (!new RegExp(`^${prefix}(0|[1-9]\\d{0,5})(\\.(0|[1-9]\\d{0,5})){2}$`).test(version)) {
            return `is not a version of the chart; write it like ${example}`;
        }
        return before(parts(version), parts(least)) ? `is too old; set it to ${least} or newer` : undefined;
    }, example);
};

/** One of several words. */
export const choice = <const Words extends readonly [string, ...string[]]>(what: string, words: Words) =>
    z.enum(words, { error: `is not ${what}; use ${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}` });

/** The host[:port][/path] of an image registry. */
export const registry = z
    .string()
    .regex(/^[a-z0-9]+([.-][a-z0-9]+|-+[a-z0-9]+)*(:[1-9]\d*)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/, {
        error: "is not a registry; write host[:port][/path], without https:// and without a final slash",
        abort: true,
    })
    .refine((text) => URL.canParse(`https://${text}`), {
        error: "has no such port; write host[:port][/path] with a port below 65536",
        abort: true,
    })
    // https://github.com/distribution/reference/blob/v0.6.0/normalize.go
    .refine((text) => /^(localhost|[^/]*[.:][^/]*)(\/|$)/.test(text), {
        error: "would be read as a path on Docker Hub; write a host with a domain or a port, like registry.example.org",
    })
    .meta({ examples: ["registry.example.org:5000/mirror"] });

/** Stands for an image's own registry, in the path of a mirror that has one path for each of them. */
export const registryPlaceholder = "{registry}";

/** An image registry that has the images of others, under a path for each registry or all under one. */
export const mirror = checked(
    (text) => registry.safeParse(text.replace(`/${registryPlaceholder}`, "/docker.io")).error?.issues[0]?.message,
    "registry.example.org:5000/mirror",
    `registry.example.org/${registryPlaceholder}`,
);
