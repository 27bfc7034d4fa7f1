/** The stack's configuration, parsed once into one typed, immutable object. */
import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

import { dhcpKeys } from "../components/dhcp/settings";
import { dnsKeys } from "../components/dns/settings";
import { metallbKeys } from "../components/metallb/settings";
import { monitoringKeys } from "../components/monitoring/settings";
import { json, label, optional, range, registry } from "./fields";
import { brokenRules } from "./rules";
import { runError } from "./run-error";

/** The keys that belong to no single component. */
const siteKeys = {
    kubeContext: z.string().min(1, { error: "is empty; name a context of your kubeconfig" }),
    namespace: label,
    nodeAddresses: json(z.array(range)),
    foreignRanges: json(z.array(range)),
    loadBalancerClass: optional(
        z.string().regex(/^[a-z0-9.-]+\/[A-Za-z0-9._-]+$/, {
            error: "is not a load-balancer class; write it like metallb.io/metallb",
        }),
    ),
    storageClass: optional(z.string()),
    chartMirror: optional(
        z.url({ protocol: /^https?$/, error: "is not a URL; write it like https://charts.example.org" }),
    ),
    imageMirror: optional(registry),
};

export const schema = z.strictObject({ ...siteKeys, ...metallbKeys, ...dnsKeys, ...dhcpKeys, ...monitoringKeys });

type Keys = z.infer<typeof schema>;

/** The keys that begin with `Prefix`, without it: `dnsReplicas` is `replicas` of `Group<"dns">`. */
type Group<Prefix extends string> = {
    readonly [K in keyof Keys as K extends `${Prefix}${infer Rest}` ? Uncapitalize<Rest> : never]: Keys[K];
};

/** Everything a stack says about itself. `noc:dnsReplicas` is `dns.replicas`, `noc:namespace` is `site.namespace`. */
export interface Settings {
    readonly site: Readonly<Pick<Keys, keyof typeof siteKeys>>;
    readonly metallb: Group<"metallb">;
    readonly dns: Group<"dns">;
    readonly dhcp: Group<"dhcp">;
    readonly monitoring: Group<"monitoring">;
}

/** A value that cannot be: the key that holds it, the value, and what is wrong with what to do about it. */
export interface Problem {
    readonly key: string;
    readonly value: unknown;
    /** Completes the sentence "<key> = <value> ...". */
    readonly remedy: string;
}

/**
 * Reads the running stack's configuration.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export function readSettings(): Settings {
    return parseSettings(pulumi.runtime.allConfig());
}

/**
 * Parses a stack's raw configuration, in which keys have their namespace and values are text.
 * Keys of other namespaces (`pulumi:`, `kubernetes:`) are left alone.
 * @throws RunError naming every key that is wrong, its value and the remedy.
 */
export function parseSettings(raw: Readonly<Record<string, string>>): Settings {
    const own = Object.fromEntries(
        Object.entries(raw)
            .filter(([key]) => key.startsWith("noc:"))
            .map(([key, value]) => [key.slice(4), value]),
    );
    const parsed = schema.safeParse(own);
    if (!parsed.success) {
        throw configurationError(parsed.error.issues.flatMap((issue) => problemsOf(issue, own)));
    }
    const settings = freeze(grouped(parsed.data));
    const problems = brokenRules(settings);
    if (problems.length > 0) {
        throw configurationError(problems);
    }
    return settings;
}

function grouped(keys: Keys): Settings {
    const group = <Prefix extends string>(prefix: Prefix): Group<Prefix> =>
        Object.fromEntries(
            Object.entries(keys)
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, value]) => [key.charAt(prefix.length).toLowerCase() + key.slice(prefix.length + 1), value]),
        ) as Group<Prefix>;
    const site = Object.fromEntries(Object.entries(keys).filter(([key]) => key in siteKeys)) as Settings["site"];
    return { site, metallb: group("metallb"), dns: group("dns"), dhcp: group("dhcp"), monitoring: group("monitoring") };
}

function problemsOf(issue: z.core.$ZodIssue, own: Record<string, string>): Problem[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => unknownKey(key, issue.path));
    }
    const [root, ...path] = issue.path;
    const raw = own[String(root)];
    if (raw === undefined) {
        return [
            {
                key: keyOf(issue.path),
                value: undefined,
                remedy: `is not set; run: pulumi config set ${keyOf(issue.path)} VALUE`,
            },
        ];
    }
    return [{ key: keyOf(issue.path), value: valueAt(raw, path), remedy: issue.message }];
}

function unknownKey(key: string, path: PropertyKey[]): Problem {
    const known = path.length === 0 ? Object.keys(schema.shape) : [];
    const guess = known.length > 0 ? closest(key, known) : "";
    const hint =
        guess && distance(key, guess) <= 3 ? `; did you mean noc:${guess}?` : "; Pulumi.yaml lists the settings";
    return { key: keyOf([...path, key]), value: undefined, remedy: `is not a setting${hint}` };
}

/** `noc:dhcpSubnets[0].pools[1]`, as `pulumi config set --path` writes it. */
function keyOf(path: readonly PropertyKey[]): string {
    return path.reduce<string>(
        (key, part, i) =>
            typeof part === "number" ? `${key}[${part}]` : i === 0 ? `noc:${String(part)}` : `${key}.${String(part)}`,
        "",
    );
}

function valueAt(raw: string, path: readonly PropertyKey[]): unknown {
    try {
        return path.length === 0
            ? JSON.parse(raw)
            : path.reduce<unknown>(
                  (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
                  JSON.parse(raw),
              );
    } catch {
        return raw;
    }
}

/** Keys whose values are secrets, or have some in them. */
const holdsSecrets = /^noc:monitoring(GrafanaPassword|Receivers|Heartbeat)/;

function configurationError(problems: readonly Problem[]): pulumi.RunError {
    const lines = problems.map(({ key, value, remedy }) => {
        const shown = value === undefined || holdsSecrets.test(key) ? "" : ` = ${JSON.stringify(value)}`;
        return `  ${key}${shown} ${remedy}.`;
    });
    return runError(`the stack's configuration cannot be deployed:\n${lines.join("\n")}`);
}

function freeze<T>(value: T): T {
    if (typeof value === "object" && value !== null) {
        Object.values(value).forEach(freeze);
        Object.freeze(value);
    }
    return value;
}
