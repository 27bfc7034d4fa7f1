/**
 * `npm run diff -- REF`: what changes in the cluster's objects between a commit and the working tree. Both versions run
 * on the simulated engine, and Helm renders their charts, so that an upgrade of a chart shows its real effect.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { parseAllDocuments, stringify } from "yaml";

import type { Registration } from "./mock-engine";
import { stacks } from "./expected";
import { projectFolder } from "./stack-config";

/** Objects by the files that they are compared in: `COMPONENT/NAMESPACE-KIND-NAME.yaml`. */
export type Objects = ReadonlyMap<string, string>;

interface KubernetesObject {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

interface ReleaseInputs {
    readonly name: string;
    readonly namespace: string;
    readonly chart: string;
    readonly version: string;
    readonly values?: object;
    readonly repositoryOpts?: { readonly repo?: string };
}

/** Renders a release to manifests. @throws Error if Helm or the chart is not to be had. */
export type Render = (release: ReleaseInputs) => string;

const releaseType = "kubernetes:helm.sh/v3:Release";

/** All objects that the resources come to. A chart that cannot be rendered is shown by its values. */
export function objectsOf(resources: readonly Registration[], render: Render): Map<string, string> {
    const objects = new Map<string, string>();
    const add = (component: string, object: unknown): void => {
        const { kind = "?", metadata = {} } = object as KubernetesObject;
        const name = [metadata.namespace, kind, metadata.name].filter(Boolean).join("-");
        objects.set(`${component}/${name.replace(/[^\w.-]/g, "_")}.yaml`, readable(object));
    };
    for (const { type, name, parent, inputs } of resources) {
        const component = parent?.split("::")[1] ?? "stack";
        if (type === releaseType) {
            const release = inputs as unknown as ReleaseInputs;
            try {
                parseAllDocuments(render(release))
                    .map((document) => document.toJS() as unknown)
                    // Templates leave documents behind that hold nothing but comments.
                    .filter(Boolean)
                    .forEach((object) => add(component, inNamespace(object as KubernetesObject, release.namespace)));
            } catch (error) {
                const { chart, version, values } = release;
                const note = `not rendered: ${(error as Error).message.split("\n")[0] ?? ""}`;
                add(component, { kind: "Release", metadata: { name }, note, chart, version, values });
            }
        } else if (type.startsWith("kubernetes:") && inputs.kind !== undefined) {
            add(component, inputs);
        }
    }
    return objects;
}

/** Kinds in charts that belong to no namespace. */
const clusterScoped =
    /^(Cluster\w+|Namespace|CustomResourceDefinition|PriorityClass|StorageClass|APIService|\w+WebhookConfiguration|\w+AdmissionPolicy\w*|IngressClass|GatewayClass|CSIDriver|PersistentVolume)$/;

/** The object in the release's namespace, where Helm installs what names none. */
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
    const { kind = "", metadata = {} } = object;
    return metadata.namespace !== undefined || clusterScoped.test(kind)
        ? object
        : { ...object, metadata: { ...metadata, namespace } };
}

const readable = (object: unknown): string =>
    stringify(object, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });

/**
 * Renders with Helm. A value that only the cluster tells stays the word that the simulated engine has for it.
 * @param mirror repository to use in place of the charts' own.
 */
export const helm =
    (mirror?: string): Render =>
    ({ name, namespace, chart, version, values = {}, repositoryOpts }) => {
        // A chart of this project is a folder: it has neither a repository nor a version.
        const folder = chart.startsWith("./");
        const repository = mirror ?? repositoryOpts?.repo;
        const { status, stdout, stderr, error } = spawnSync(
            "helm",
            [
                ...["template", name, mirror && !folder ? basename(chart) : chart],
                ...["--namespace", namespace, "--include-crds"],
                ...(folder ? [] : ["--version", version, ...(repository ? ["--repo", repository] : [])]),
                ...["--values", "-"],
            ],
            { input: JSON.stringify(values), encoding: "utf8", maxBuffer: 1 << 28, cwd: projectFolder },
        );
        if (status !== 0) {
            throw error ?? new Error(stderr.trim());
        }
        return stdout;
    };

/** The difference of two sets of objects, as text for each component that has one. */
export function difference(before: Objects, after: Objects): Map<string, string> {
    const folder = mkdtempSync(join(tmpdir(), "noc-diff-"));
    try {
        for (const [side, objects] of [
            ["before", before],
            ["after", after],
        ] as const) {
            mkdirSync(join(folder, side));
            for (const [file, text] of objects) {
                mkdirSync(join(folder, side, file, ".."), { recursive: true });
                writeFileSync(join(folder, side, file), text);
            }
        }
        const components = [
            ...new Set([...before.keys(), ...after.keys()].map((file) => file.split("/")[0] ?? "")),
        ].sort();
        return new Map(
            components.flatMap((component): [string, string][] => {
                const [from, to] = ["before", "after"].map((side) => join(side, component));
                [from, to].forEach((side) => mkdirSync(join(folder, side ?? ""), { recursive: true }));
                const { stdout } = spawnSync("git", ["diff", "--no-index", "--no-color", from ?? "", to ?? ""], {
                    cwd: folder,
                    encoding: "utf8",
                    maxBuffer: 1 << 28,
                });
                return stdout === "" ? [] : [[component, stdout]];
            }),
        );
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** GitHub refuses longer comments. */
const longestComment = 60_000;

/** The difference as a comment: a collapsed section for each component. */
export function asComment(differences: ReadonlyMap<string, ReadonlyMap<string, string>>, ref: string): string {
    const sections = [...differences].flatMap(([stack, components]) =>
        [...components].map(([component, text]) => {
            const files = text.split("\n").filter((line) => line.startsWith("diff --git")).length;
            return `<details><summary>${stack}: ${component} (${files} objects)</summary>\n\n\`\`\`\`diff\n${text}\`\`\`\`\n\n</details>`;
        }),
    );
    const title = "### Rendered difference";
    if (sections.length === 0) {
        return `${title}\n\nNo object differs from ${ref}.`;
    }
    const whole = [title, ...sections].join("\n\n");
    return whole.length <= longestComment
        ? whole
        : `${title}\n\nIt is too long for a comment: \`npm run diff -- ${ref}\` shows it.\n\n${[...differences].map(([stack, components]) => `- ${stack}: ${[...components.keys()].join(", ")}`).join("\n")}`;
}

/**
 * Compares the working tree with a commit, for every stack. `--comment` prints it for a pull request, `--mirror URL`
 * takes the charts from one repository.
 */
export function diff(args: readonly string[]): void {
    const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { comment: { type: "boolean" }, mirror: { type: "string" } },
    });
    const [ref] = positionals;
    const render = helm(values.mirror);
    if (ref === undefined) {
        throw new Error("name a commit to compare with: npm run diff -- main");
    }
    const folder = mkdtempSync(join(tmpdir(), "noc-ref-"));
    try {
        git("worktree", "add", "--detach", "--quiet", folder, ref);
        symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
        const differences = new Map(
            stacks.map((stack) => [
                stack,
                difference(
                    objectsOf(registrations(folder, stack), render),
                    objectsOf(registrations(projectFolder, stack), render),
                ),
            ]),
        );
        console.log(
            values.comment
                ? asComment(differences, ref)
                : [...differences]
                      .flatMap(([stack, components]) =>
                          [...components].map(([component, text]) => `# ${stack}: ${component}\n${text}`),
                      )
                      .join("\n") || `no object differs from ${ref}`,
        );
    } finally {
        git("worktree", "remove", "--force", folder);
        rmSync(folder, { recursive: true, force: true });
    }
}

function git(...args: string[]): void {
    const { status, stderr } = spawnSync("git", args, { cwd: projectFolder, encoding: "utf8" });
    if (status !== 0) {
        throw new Error(stderr.trim());
    }
}

/** What a version's program registers, by its own simulated engine. Empty if it does not have the stack. */
function registrations(folder: string, stack: string): Registration[] {
    const script = `
        require("./tools/mock-engine").runProgram(${JSON.stringify(stack)}).then(({ resources }) => {
            require("node:fs").writeFileSync(3, JSON.stringify(resources));
            process.exit(0);
        }).catch((error) => { console.error(error.message); process.exit(1); });`;
    const { status, output, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", script], {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    if (status !== 0) {
        if (stderr.includes(`there is no Pulumi.${stack}.yaml`)) {
            return [];
        }
        throw new Error(`the program in ${folder} does not run: ${stderr.trim()}`);
    }
    return JSON.parse(output[3] ?? "[]") as Registration[];
}
