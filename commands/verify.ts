import Mocha from "mocha";
import { join } from "node:path";

import { projectFolder } from "./stack-config";

const suites = ["dns", "dhcp", "monitoring", "scale", "alerts"] as const;

/** What `verify` without a name checks: all that changes nothing but the lease of a made-up client. */
const ordinary = ["dns", "dhcp", "monitoring"];

/**
 * Checks the deployed stack. Exits with 0 where all was checked and is well, with 1 where something is not, and with 2
 * where nothing is wrong but something could not be checked.
 */
export async function verify(args: readonly string[]): Promise<void> {
    const chosen = args.length > 0 ? args : ordinary;
    const unknown = chosen.filter((name) => !suites.some((suite) => suite === name));
    if (unknown.length > 0) {
        throw new Error(`no suite is called ${unknown.join(", ")}; there are: ${suites.join(", ")}`);
    }
    const mocha = new Mocha({ timeout: 240_000, slow: 10_000 });
    chosen.forEach((suite) => mocha.addFile(join(projectFolder, "tests", "verify", `${suite}.ts`)));
    const { failures, pending } = await new Promise<{ failures: number; pending: number }>((resolve) => {
        const runner = mocha.run((failures) => resolve({ failures, pending: runner.stats?.pending ?? 0 }));
    });
    process.exit(failures > 0 ? 1 : pending > 0 ? 2 : 0);
}
