/** The charts and images of all components, from their versions.ts. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Chart } from "../components/lib/helm";
import { projectFolder } from "./stack-config";

/** What a component pins. */
export interface Versions {
    /** Name of the component's folder. */
    readonly folder: string;
    readonly charts: Readonly<Record<string, Chart>>;
    /** Image references with registry and tag. */
    readonly images: Readonly<Record<string, string>>;
}

/** The pins of every component that has any. */
export function pinnedVersions(): Versions[] {
    const components = join(projectFolder, "components");
    return readdirSync(components)
        .filter((folder) => existsSync(join(components, folder, "versions.ts")))
        .map((folder) => {
            // eslint-disable-next-line @typescript-eslint/no-require-imports -- which files there are is known only now
            const { charts = {}, images = {} } = require(join(components, folder, "versions")) as Partial<Versions>;
            return { folder, charts, images };
        });
}
