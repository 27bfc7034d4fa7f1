/**
 * `npm run check-rendered`: every object of every stack, those of the charts included, as Helm renders them. Each pod is
 * checked against the Pod Security level of its namespace, and all objects by kube-score if it is installed.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { parse } from "yaml";

import type { PodSecurity } from "../components/lib/namespace";
import { helm, objectsOf } from "./diff";
import { stacks } from "./expected";
import { runProgram } from "./mock-engine";
import { type PodSpec, violations } from "./pod-security";
import { acceptedFindings, type AcceptedFinding } from "./accepted-findings";

/** The part of an object that the checks read. */
interface RenderedObject {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly spec?: unknown;
    readonly note?: string;
}

/** Something that a check objects to. */
export interface Finding {
    /** `NAMESPACE/KIND/NAME`. */
    readonly object: string;
    readonly check: string;
    readonly text: string;
}

/** The pods of an object, which has none, is one, or has a template of them. */
export function podOf({ kind, spec }: Pick<RenderedObject, "kind" | "spec">): PodSpec | undefined {
    const nested = spec as { template?: { spec?: PodSpec }; jobTemplate?: { spec: { template: { spec: PodSpec } } } };
    const pod =
        kind === "Pod" ? (spec as PodSpec) : (nested?.jobTemplate?.spec.template.spec ?? nested?.template?.spec);
    return pod?.containers ? pod : undefined;
}

const idOf = ({ kind, metadata: { name, namespace = "" } }: RenderedObject): string => `${namespace}/${kind}/${name}`;

/** Pods that their namespace would not admit. A namespace without a level counts as `restricted`. */
export function podSecurityFindings(objects: readonly RenderedObject[]): Finding[] {
    const levels = new Map(
        objects
            .filter(({ kind }) => kind === "Namespace")
            .map(({ metadata }) => [
                metadata.name,
                metadata.labels?.["pod-security.kubernetes.io/enforce"] as PodSecurity | undefined,
            ]),
    );
    return objects.flatMap((object) => {
        const pod = podOf(object);
        const level = levels.get(object.metadata.namespace ?? "") ?? "restricted";
        return (pod ? violations(pod, level) : []).map((text) => ({
            object: idOf(object),
            check: "pod-security",
            text,
        }));
    });
}

/** What kube-score calls critical. @throws Error if it cannot be run. */
function kubeScoreFindings(objects: readonly RenderedObject[]): Finding[] {
    const { stdout, error } = spawnSync(
        "kube-score",
        ["score", "--ignore-container-cpu-limit", "--output-format", "json", "--output-version", "v2", "-"],
        {
            input: objects.map((object) => JSON.stringify(object)).join("\n---\n"),
            encoding: "utf8",
            maxBuffer: 1 << 28,
        },
    );
    if (error) {
        throw error;
    }
    return parseKubeScore(stdout);
}

/** The findings in kube-score's output: its grade 1 is "critical". */
export function parseKubeScore(output: string): Finding[] {
    const scored = JSON.parse(output) as {
        type_meta: { kind: string };
        object_meta: { name: string; namespace?: string };
        checks: {
            check: { id: string };
            grade: number;
            skipped: boolean;
            comments: { path: string; summary: string }[] | null;
        }[];
    }[];
    return scored.flatMap(({ type_meta: { kind }, object_meta, checks }) =>
        checks
            .filter(({ grade, skipped }) => grade === 1 && !skipped)
            .map(({ check, comments }) => ({
                object: idOf({ kind, metadata: object_meta }),
                check: check.id,
                text: (comments ?? [])
                    .map(({ path, summary }) => [path, summary].filter(Boolean).join(": "))
                    .join("; "),
            })),
    );
}

/** Splits findings into those that are not accepted, and exceptions that nothing needs any more. */
export function judge(
    findings: readonly Finding[],
    accepted: readonly AcceptedFinding[],
): { readonly open: Finding[]; readonly unused: AcceptedFinding[] } {
    const covers = ({ object, checks }: AcceptedFinding, finding: Finding): boolean =>
        object.test(finding.object) && checks.includes(finding.check);
    return {
        open: findings.filter((finding) => !accepted.some((exception) => covers(exception, finding))),
        unused: accepted.filter((exception) => !findings.some((finding) => covers(exception, finding))),
    };
}

/** Runs the checks. `--mirror URL` takes the charts from one repository. Exits with 1 if anything is found. */
export async function checkRendered(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({ args: [...args], options: { mirror: { type: "string" } } });
    const findings: Finding[] = [];
    const withKubeScore = spawnSync("kube-score", ["version"]).error === undefined;
    for (const stack of stacks) {
        const { resources } = await runProgram(stack);
        const objects = [...objectsOf(resources, helm(values.mirror)).values()].map(
            (text) => parse(text) as RenderedObject,
        );
        const missing = objects.filter(({ note }) => note !== undefined);
        if (missing.length > 0) {
            throw new Error(
                missing.map(({ metadata, note }) => `${stack}: ${metadata.name}: ${note ?? ""}`).join("\n"),
            );
        }
        const found = [...podSecurityFindings(objects), ...(withKubeScore ? kubeScoreFindings(objects) : [])];
        console.log(`${stack}: ${objects.length} objects, ${found.length} findings`);
        findings.push(...found);
    }
    if (!withKubeScore) {
        console.log("kube-score was not run: it is not on PATH (https://github.com/zegl/kube-score)");
    }
    const { open, unused } = judge(findings, acceptedFindings);
    open.forEach(({ object, check, text }) => console.log(`${object}: ${check}: ${text}`));
    // Without kube-score, its exceptions have nothing to apply to.
    const stale = withKubeScore ? unused : [];
    stale.forEach(({ object, checks }) => console.log(`no longer needed: ${object.source}: ${checks.join(", ")}`));
    console.log(`${findings.length - open.length} accepted with a reason, ${open.length} not`);
    process.exit(open.length + stale.length > 0 ? 1 : 0);
}
