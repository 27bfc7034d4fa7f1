import { z } from "zod";

import { checked } from "../../config/checked";
import { count, ratio } from "../../config/fields";

const fields = ["a", "s", "t"];
const example = Buffer.from(JSON.stringify({ a: "account", t: "tunnel", s: "c2VjcmV0" })).toString("base64");

/** The token of a tunnel: JSON with the account (a), the tunnel (t) and its secret (s), in base64. */
const tunnelToken = checked((text) => {
    try {
        const token: unknown = JSON.parse(Buffer.from(text, "base64").toString());
        if (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && fields.every((field) => Object.hasOwn(token as object, field))) {
            return undefined;
        }
    } catch {
        // It is no token either.
    }
    return "is not the token of a tunnel; copy what follows `--token` in the command that Cloudflare shows for the tunnel";
}, example).meta({ secret: true, examples: [example] });

const thresholds = z.strictObject({
    errorRatio: ratio.default(0.05).describe("Share of requests that cloudflared cannot pass on, 0 to 1."),
});

export const cloudflaredSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Run cloudflared, which serves hosts of the gateway on the internet through a tunnel of Cloudflare."),
    token: tunnelToken
        .optional()
        .describe("Token of the tunnel. Needed if enabled; the tunnel is made at Cloudflare, which keeps its routes."),
    replicas: count(1, 25).default(2).describe("Pods of cloudflared, on different nodes where possible."),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type CloudflaredSettings = z.output<typeof cloudflaredSettings>;
export type CloudflaredThresholds = CloudflaredSettings["thresholds"];
