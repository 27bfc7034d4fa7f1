/** The result of a benchmark: a page with its tables and pictures, the same figures as JSON, and an index of all results. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";

import { projectFolder } from "../../tools/stack-config";

export interface ReportTable {
    readonly title: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
}

export interface Picture {
    /** Name of the file, without its ending. */
    readonly name: string;
    readonly title: string;
    readonly svg: string;
}

export interface Report {
    /** Name of the files, without their endings. */
    readonly name: string;
    readonly title: string;
    /** The command line that repeats the measurement. */
    readonly command: string;
    /** What was measured and how: a paragraph each. */
    readonly description: readonly string[];
    /** On what it was measured, by heading. */
    readonly conditions: Readonly<Record<string, string>>;
    readonly tables: readonly ReportTable[];
    readonly pictures: readonly Picture[];
    /** All figures, for the JSON file. */
    readonly data: unknown;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s+/g, " ");
const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;

/** A table in Markdown. The first column is aligned to the left, the others to the right. */
export const markdownTable = ({ head, rows }: Pick<ReportTable, "head" | "rows">): string =>
    [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");

/** The page as Markdown. The pictures are expected beside it. */
export function page({ title, command, description, conditions, tables, pictures, name }: Report): string {
    const given = Object.entries(conditions);
    return (
        [
            "<!-- Written by the command below. -->",
            `# ${title}`,
            `\`\`\`sh\n${command}\n\`\`\``,
            ...description,
            markdownTable({ head: ["measured on", ""], rows: given.map(([key, value]) => [key, value]) }),
            ...tables.map((table) => `## ${table.title}\n\n${markdownTable(table)}`),
            ...pictures.map((picture) => `![${picture.title}](${picture.name}.svg)`),
            `All figures: [${name}.json](${name}.json)`,
        ].join("\n\n") + "\n"
    );
}

/** What the JSON file has of a report. */
export type StoredReport = Omit<Report, "description" | "pictures"> & {
    readonly pictures: readonly Omit<Picture, "svg">[];
};

/** The page that sums up all results of a folder: of each, the command, the first table and the first picture. */
export const indexPage = (reports: readonly StoredReport[]): string =>
    [
        "<!-- Written by the benchmarks and drills. -->",
        "# Results",
        "The newest result of each command. The pages behind the links say how it was measured, and have all tables.",
        ...reports.flatMap(({ name, title, command, conditions, tables: [table], pictures: [picture] }) => [
            `## [${title}](${name}.md)`,
            `\`\`\`sh\n${command}\n\`\`\``,
            Object.entries(conditions)
                .map(([key, value]) => `${key}: ${value}`)
                .join("; "),
            ...(table ? [markdownTable(table)] : []),
            ...(picture ? [`![${picture.title}](${picture.name}.svg)`] : []),
        ]),
    ].join("\n\n") + "\n";

/** Writes the page, the pictures, the JSON file and the index, and says where. @param folder absolute, or relative to the project. */
export function writeReport(report: Report, folder: string): void {
    const target = resolve(projectFolder, folder);
    mkdirSync(target, { recursive: true });
    const { name, title, command, conditions, tables, pictures, data } = report;
    const stored: StoredReport = {
        name,
        title,
        command,
        conditions,
        tables,
        pictures: pictures.map((picture) => ({ name: picture.name, title: picture.title })),
        data,
    };
    writeFileSync(join(target, `${name}.md`), page(report));
    writeFileSync(join(target, `${name}.json`), `${JSON.stringify(stored, null, 2)}\n`);
    pictures.forEach((picture) => writeFileSync(join(target, `${picture.name}.svg`), picture.svg));
    const all = readdirSync(target).filter((file) => file.endsWith(".json"));
    const reports = all.sort().map((file) => JSON.parse(readFileSync(join(target, file), "utf8")) as StoredReport);
    writeFileSync(join(target, "index.md"), indexPage(reports));
    console.log(`wrote ${join(folder, `${name}.md`)}, ${name}.json, ${pictures.length} pictures, and index.md`);
}

const load = (): string => loadavg()[0]?.toFixed(1) ?? "unknown";

/** CPU times of this machine, as Linux counts them since it started. Empty on other systems. */
const cpuTimes = (): string => (existsSync("/proc/stat") ? readFileSync("/proc/stat", "utf8") : "");

/**
 * The share of CPU time that the hypervisor gave to other virtual machines, in percent.
 * @param before, after /proc/stat: https://docs.kernel.org/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat
 */
export function stolenShare(before: string, after: string): number {
    const times = (text: string) => text.split("\n", 1)[0]?.split(/ +/).slice(1, 9).map(Number) ?? [];
    const earlier = times(before);
    const passed = times(after).map((time, i) => time - (earlier[i] ?? 0));
    const all = passed.reduce((sum, time) => sum + time, 0);
    return all > 0 ? (100 * (passed[7] ?? 0)) / all : 0;
}

/** Begins to count: each call of what it returns tells the stolen share since the call before. NaN if it is not known. */
export function stolenSince(): () => number {
    let before = cpuTimes();
    return () => {
        const after = cpuTimes();
        const share = after === "" ? NaN : stolenShare(before, after);
        before = after;
        return share;
    };
}

/**
 * Describes this machine. Call it before the measurement; the function that it returns is called after it, because the
 * load average of both moments and the stolen CPU time tell what else ran, here and beside this machine.
 */
export function machine(): () => Record<string, string> {
    const before = load();
    const stolen = stolenSince();
    const cores = cpus();
    return () => {
        const share = stolen();
        return {
            "cores of this machine": `${cores.length} × ${cores[0]?.model ?? "unknown"}`,
            "load average (1 minute) before and after": `${before}, ${load()}`,
            ...(!Number.isNaN(share) && { "CPU time that other virtual machines took": `${share.toFixed(0)} %` }),
            date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
        };
    };
}

/** The command line of an npm script. */
export const commandLine = (script: string, args: readonly string[]): string =>
    `npm run ${script}${args.length > 0 ? ` -- ${args.map(quoted).join(" ")}` : ""}`;

const quoted = (text: string): string => (/^[\w./:,=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
