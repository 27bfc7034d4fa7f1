/** Writes the pages of the documentation that repeat the program: settings, alerts, checks, versions. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { runbookOf } from "../components/lib/prometheus-rules";
import { runProgram } from "../tools/mock-engine";
import { type Pin, pins } from "../tools/pins";
import { ruleGroupsOf } from "../tools/queries";
import { projectFolder } from "../tools/stack-config";
import { checks } from "./doctor/checks";
import { changeText, readEffects } from "./walk/effects";

/** The part of a JSON Schema that is shown. */
interface Schema {
    readonly type?: string | readonly string[];
    readonly description?: string;
    readonly default?: unknown;
    readonly examples?: readonly unknown[];
    readonly enum?: readonly unknown[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly anyOf?: readonly Schema[];
}

/** A page: its path below docs/reference/, and its text. */
export interface Page {
    readonly file: string;
    readonly content: string;
}

/** The stack whose components are all switched on that can be. */
const documentedStack = "homelab";

/** All pages. */
export async function pages(): Promise<Page[]> {
    const effects = readEffects();
    return [
        { file: "settings.md", content: settingsPage(stackSchema(), (setting) => changeText(setting, effects)) },
        { file: "alerts.md", content: alertsPage(ruleGroupsOf(await runProgram(documentedStack))) },
        { file: "checks.md", content: checksPage() },
        { file: "versions.md", content: versionsPage(pins()) },
    ];
}

/** Writes all pages. */
export async function writeReference(): Promise<void> {
    const folder = join(projectFolder, "docs", "reference");
    mkdirSync(folder, { recursive: true });
    for (const { file, content } of await pages()) {
        writeFileSync(join(folder, file), content);
        console.log(`wrote docs/reference/${file}`);
    }
    process.exit(0);
}

const stackSchema = (): Schema =>
    JSON.parse(readFileSync(join(projectFolder, "config", "stack.schema.json"), "utf8")) as Schema;

/**
 * A table for each component, with a row for every setting at every depth.
 * @param changeOf what a change of a setting (`COMPONENT.SETTING`) does on a running stack.
 */
export function settingsPage(
    { properties: { config } = {} }: Schema,
    changeOf: (setting: string) => string | undefined,
): string {
    const components = Object.entries(config?.properties ?? {});
    return [
        "# Settings",
        "Generated from the settings' schemas. `[]` stands for every element of a list.",
        "Set one with `pulumi config set --path 'noc:dns.replicas' 3`, or in the stack's file.",
        "The last column says what a change does on a running stack. `npm run walk` has measured it on a lab of three nodes: which workloads are restarted, and for how long none of their pods was ready. The resolver was queried five times a second meanwhile; lost queries are named where there were any.",
        ...components.flatMap(([name, schema]) => [
            `## ${name}`,
            table(
                ["setting", "type", "default", "meaning", "a change"],
                settingsIn(schema).map(({ path, schema, hasFields }) => [
                    `\`${path}\``,
                    typeOf(schema),
                    schema.default === undefined || typeof schema.default === "object"
                        ? shownList(schema.default)
                        : code(schema.default),
                    [schema.description ?? "", examplesOf(schema)].filter(Boolean).join(" "),
                    hasFields ? "" : (changeOf(`${name.replace("noc:", "")}.${path}`) ?? ""),
                ]),
            ),
        ]),
    ].join("\n\n");
}

/** A setting at any depth. */
interface Setting {
    readonly path: string;
    readonly schema: Schema;
    /** Whether it is an object or a list of objects, which are changed by their fields. */
    readonly hasFields: boolean;
}

/** All settings in an object, at every depth. */
export function settingsIn(schema: Schema, prefix = ""): Setting[] {
    return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
        const path = `${prefix}${key}`;
        const object = property.properties
            ? property
            : property.anyOf?.find(({ properties }) => properties && !properties.secure);
        const fields = [
            ...(object ? settingsIn(object, `${path}.`) : []),
            ...(property.items ? settingsIn(property.items, `${path}[].`) : []),
        ];
        return [{ path, schema: property, hasFields: fields.length > 0 }, ...fields];
    });
}

function typeOf({ type, enum: words, items, anyOf }: Schema): string {
    if (words) {
        return words.map(code).join(", ");
    }
    if (items) {
        return `list of ${typeOf(items)}`;
    }
    if (anyOf) {
        return [...new Set(anyOf.filter(({ properties }) => !properties?.secure).map(typeOf))].join(" or ");
    }
    return typeof type === "string" ? type : (type ?? ["any"]).join(" or ");
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;
const shownList = (value: unknown): string => (Array.isArray(value) ? code(value) : "");

const examplesOf = ({ examples = [] }: Schema): string => (examples.length > 0 ? `Example: ${code(examples[0])}.` : "");

interface Group {
    readonly name: string;
    readonly rules: readonly Rule[];
}

interface Rule {
    readonly alert?: string;
    readonly expr: string;
    readonly for?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
}

/** A section for each component, with its alerts, when they fire, and their runbooks. */
export function alertsPage(groups: readonly Group[]): string {
    const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
    const components = [...new Set(alerts.map(({ labels }) => labels?.component ?? ""))];
    return [
        "# Alerts",
        `Generated from the rules of the stack \`${documentedStack}\`: ${alerts.length} alerts. [Alerting](../alerting.md) says how they are sent.`,
        ...components.flatMap((component) => [
            `## ${component}`,
            ...alerts
                .filter(({ labels }) => labels?.component === component)
                .map(({ alert = "", expr, labels, annotations, for: duration }) =>
                    [
                        `### ${alert}`,
                        `${annotations?.summary ?? ""}. **${labels?.severity ?? ""}**, after ${duration ?? "0s"}. [Runbook](../../components/${runbookOf(component, alert)})`,
                        `\`\`\`promql\n${expr}\n\`\`\``,
                    ].join("\n\n"),
                ),
        ]),
    ].join("\n\n");
}

/** A row for each of the doctor's checks. */
export const checksPage = (): string =>
    [
        "# Checks of the doctor",
        "Generated from the checks. `npm run doctor -- NAME` runs one.",
        table(
            ["check", "looks at"],
            checks.map(({ name, looksAt }) => [`\`${name}\``, looksAt]),
        ),
    ].join("\n\n");

/** A row for each pinned version: where it stands, the newest known, and why it is held back. */
export const versionsPage = (all: readonly Pin[]): string =>
    [
        "# Versions",
        "Generated from the files that pin them. Renovate raises each when a release is seven days old, and at once when a vulnerability is known. `Newest known` stands in the comment above a pin that is held back.",
        table(
            ["pinned in", "name", "version", "newest known", "why it is held back"],
            all.map(({ file, name, version, newest = "", reason = "" }) => [
                `[${file}](../../${file})`,
                name,
                `\`${version}\``,
                newest,
                reason,
            ]),
        ),
    ].join("\n\n");

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [head, head.map(() => "---"), ...rows]
        // A bar would end the cell, and VitePress takes an angle bracket for a tag.
        .map(
            (cells) =>
                `| ${cells
                    .map((cell) =>
                        cell
                            .replaceAll("|", "\\|")
                            .replace(/<(?=[a-z])/gi, "&lt;")
                            .replace(/\s+/g, " "),
                    )
                    .join(" | ")} |`,
        )
        .join("\n");
