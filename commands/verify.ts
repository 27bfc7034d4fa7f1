import Mocha from "mocha";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { components } from "../components";
import { folderOf } from "../components/lib/prometheus-rules";
import { enabledComponents } from "../components/settings";
import { environment } from "../config/environment";
import { projectFolder, stackSettings } from "../tools/stack-config";

/** A suite of checks on the deployed stack. */
interface Suite {
    /** Component's folder, or the part of the file's name before `.verify.ts`. */
    readonly name: string;
    /** Relative to the project. */
    readonly file: string;
    /** Whether it runs when no suite is named: those that change nothing but the lease of a test client. */
    readonly ordinary: boolean;
}

/** `verify.ts` of every component, and the drills `NAME.verify.ts` beside them. */
const componentSuites: readonly Suite[] = readdirSync(join(projectFolder, "components"), {
    recursive: true,
    encoding: "utf8",
})
    .filter((file) => /\bverify\.ts$/.test(file))
    .sort()
    .map((file) => {
        const [drill, isVerify] = basename(file).split(".");
        return isVerify === "verify"
            ? { name: drill ?? "", file, ordinary: false }
            : { name: basename(dirname(file)), file, ordinary: true };
    })
    .map((suite) => ({ ...suite, file: join("components", suite.file) }));

const suites: readonly Suite[] = [
    { name: "cluster", file: join("tests", "cluster.verify.ts"), ordinary: true },
    ...componentSuites,
];

/**
 * Checks the deployed stack. If no suite is named, those of the components that are switched on.
 * Exit codes: 0: all checks passed. 1: a check failed. 2: some checks were skipped.
 */
export async function verify(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
    if (unknown.length > 0) {
        const known = [...new Set(suites.map(({ name }) => name))].join(", ");
        throw new Error(`there is no suite ${unknown.join(", ")}; there are: ${known}`);
    }
    const off = switchedOff();
    if (names.length === 0 && off.length > 0) {
        console.log(`switched off and not checked: ${off.join(", ")}`);
    }
    const mocha = new Mocha({ timeout: 240_000, slow: 10_000 });
    suites
        .filter(({ name, ordinary }) => (names.length > 0 ? names.includes(name) : ordinary && !off.includes(name)))
        .forEach(({ file }) => mocha.addFile(join(projectFolder, file)));
    const { failures, pending } = await new Promise<{ failures: number; pending: number }>((resolve) => {
        const runner = mocha.run((failures) => resolve({ failures, pending: runner.stats?.pending ?? 0 }));
    });
    process.exit(failures > 0 ? 1 : pending > 0 ? 2 : 0);
}

/** Folders of the components that the stack's settings switch off. */
function switchedOff(): string[] {
    const on = enabledComponents(stackSettings(environment.stack)).map(({ name }) => name);
    return Object.keys(components)
        .filter((name) => !on.includes(name))
        .map(folderOf);
}
