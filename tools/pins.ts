/** The pinned versions of charts, images and programs, found as Renovate finds them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { projectFolder } from "./stack-config";

/** A version in a file of the project. */
export interface Pin {
    /** Path in the project. */
    readonly file: string;
    /** Name of a chart, repository of an image or of a program. */
    readonly name: string;
    readonly datasource: string;
    readonly version: string;
    /** The newest version known, where the pin is held back. */
    readonly newest?: string;
    /** Why the pin is held back. */
    readonly reason?: string;
}

interface CustomManager {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
    readonly datasourceTemplate?: string;
}

/** All pins that the custom managers of .github/renovate.json find. */
export function pins(): Pin[] {
    const { customManagers } = JSON.parse(readFileSync(join(projectFolder, ".github/renovate.json"), "utf8")) as {
        customManagers: CustomManager[];
    };
    const files = ["components", "commands"].flatMap((folder) =>
        readdirSync(join(projectFolder, folder), { recursive: true, encoding: "utf8" }).map((file) =>
            [folder, file].join("/").replaceAll("\\", "/"),
        ),
    );
    return customManagers.flatMap((manager) => {
        const patterns = manager.managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
        return files
            .filter((file) => patterns.some((pattern) => pattern.test(file)))
            .sort()
            .flatMap((file) => pinsIn(file, readFileSync(join(projectFolder, file), "utf8"), manager));
    });
}

/** The pins that a custom manager finds in a file. */
export function pinsIn(
    file: string,
    text: string,
    { matchStrings, datasourceTemplate = "" }: Omit<CustomManager, "managerFilePatterns">,
): Pin[] {
    return matchStrings.flatMap((pattern) =>
        [...text.matchAll(new RegExp(pattern, "g"))].map(({ index, groups = {} }) => ({
            file,
            name: groups.depName ?? "",
            datasource: groups.datasource ?? datasourceTemplate,
            version: [groups.currentValue, groups.currentDigest].filter(Boolean).join("@"),
            ...heldBack(text.slice(0, index)),
        })),
    );
}

/** What the comment lines above say: `// Newest known: VERSION. REASON`. */
function heldBack(textAbove: string): Pick<Pin, "newest" | "reason"> {
    const lines = textAbove.split("\n").slice(0, -1).reverse();
    const comment = lines.slice(
        0,
        lines.findIndex((line) => !/^\s*\/\/ /.test(line)),
    );
    const words = comment.reverse().map((line) => line.replace(/^\s*\/\/ /, ""));
    const [, newest, reason] = /Newest known: (\S+)\. (.+\.)$/.exec(words.join(" ")) ?? [];
    return newest === undefined ? {} : { newest, reason };
}
