/** Generates what repeats the settings' schemas: the `config:` of Pulumi.yaml and the JSON Schema of the stack files. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";
import { z } from "zod";

import { definitions, settingsSchema } from "../components/settings";
import { siteSettings } from "../components/lib/site";
import { projectFolder } from "./stack-config";

type JsonSchema = Record<string, unknown>;

const schemaFile = "config/stack.schema.json";

/** The generated files and what they have to contain. */
export function generated(): { file: string; content: string }[] {
    return [
        { file: "Pulumi.yaml", content: projectFile() },
        { file: schemaFile, content: `${JSON.stringify(stackSchema(), null, 2)}\n` },
    ];
}

/** Writes the generated files, and says which ones have changed. */
export function generate(): void {
    for (const { file, content } of generated()) {
        const path = join(projectFolder, file);
        const same = existsSync(path) && readFileSync(path, "utf8") === content;
        if (!same) {
            writeFileSync(path, content);
        }
        console.log(`${file}: ${same ? "up to date" : "written"}`);
    }
}

const marker = "# Generated from the settings' schemas by `npm run generate`: edit components/*/settings.ts instead.\n";

/** Pulumi.yaml as it is, with its settings generated anew. */
function projectFile(): string {
    const [head = ""] = readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8").split(/^(?:# Generated |config:)/m);
    const objects = [
        { name: "site", title: "the site", settings: siteSettings },
        ...definitions.map(({ name, title, settings }) => ({ name, title, settings })),
    ];
    const config = {
        // Without this, a resource without a provider would be deployed to whichever cluster is selected.
        "pulumi:disable-default-providers": { value: ["kubernetes"] },
        ...Object.fromEntries(
            objects.map(({ name, title, settings }) => [
                name,
                { type: "object", description: describe(title, settings), default: {} },
            ]),
        ),
    };
    return head + marker + stringify({ config }, { lineWidth: 0 });
}

/** A line for every setting of an object, with its default. */
function describe(title: string, settings: z.ZodType): string {
    const { properties = {} } = jsonSchema(settings) as { properties?: Record<string, JsonSchema> };
    const lines = Object.entries(properties).map(([key, { description, default: value }]) => {
        const shown = value === undefined ? "" : ` Default: ${JSON.stringify(value)}.`;
        return `- ${key}: ${String(description)}${shown}`;
    });
    return [`Settings of ${title}.`, ...lines].join("\n");
}

/** The JSON Schema of Pulumi.STACK.yaml, which editors complete and check with. */
function stackSchema(): JsonSchema {
    const { properties = {} } = jsonSchema(settingsSchema) as { properties?: Record<string, JsonSchema> };
    const config = {
        type: "object",
        properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [`noc:${name}`, schema])),
        // Settings of other namespaces, such as pulumi:tags.
        patternProperties: { "^(?!noc:)": {} },
        additionalProperties: false,
        required: ["noc:site"],
    };
    return {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: "A stack of k8s-noc",
        type: "object",
        properties: { config },
    };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
    return published(z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" })) as JsonSchema;
}

/** A JSON Schema with our own metadata in terms that editors know. */
function published(node: unknown): unknown {
    if (Array.isArray(node)) {
        return node.map(published);
    }
    if (typeof node !== "object" || node === null) {
        return node;
    }
    // A setting may be called `secret` itself; its value is a schema then.
    const isFlag = ([key, value]: [string, unknown]) => ["secret", "orNumber"].includes(key) && value === true;
    const entries = Object.entries(node);
    const flags = entries.filter(isFlag).map(([key]) => key);
    const schema: JsonSchema = Object.fromEntries(
        entries.filter((entry) => !isFlag(entry)).map(([key, value]) => [key, published(value)]),
    );
    if (flags.includes("orNumber")) {
        schema.type = ["string", "number"];
    }
    if (!flags.includes("secret")) {
        return schema;
    }
    // In the file, a secret is ciphertext: `pulumi config set --secret` writes it.
    const { description, ...plain } = schema;
    const ciphertext = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };
    return { description, anyOf: [plain, ciphertext] };
}
