/** Renovate finds every version that the project pins. */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

import { versionsPage } from "../commands/reference";
import { pins } from "../tools/pins";
import { projectFolder } from "../tools/stack-config";

interface Workflow {
    readonly permissions: Readonly<Record<string, string>>;
    readonly jobs: Readonly<
        Record<string, { readonly permissions?: Readonly<Record<string, string>>; readonly steps: unknown[] }>
    >;
}

const sources = ["index.ts", "components", "commands", "config", "tools"]
    .flatMap((name) =>
        name.endsWith(".ts")
            ? [name]
            : readdirSync(join(projectFolder, name), { recursive: true, encoding: "utf8" }).map((file) =>
                  join(name, file),
              ),
    )
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));

const textOf = (file: string): string => readFileSync(join(projectFolder, file), "utf8");

describe("Renovate", () => {
    const found = pins();

    it("finds every image reference in the sources", () => {
        const references = sources.flatMap((file) =>
            [...textOf(file).matchAll(/["'`]((?:[a-z0-9-]+\.)+[a-z]+\/[\w./-]+:\w[\w.@:-]*)["'`]/g)].map(
                ([, reference = ""]) => `${file}: ${reference}`,
            ),
        );
        const images = found
            .filter(({ datasource, name }) => datasource === "docker" && !/charts\//.test(name))
            .map(({ file, name, version }) => `${file}: ${name}:${version}`);
        expect(references).to.have.length.above(10);
        expect(images).to.have.members(references);
    });

    it("finds the version of every chart, by the name and in the repository that it is installed from", () => {
        const charts = sources.flatMap((file) =>
            [
                ...textOf(file).matchAll(
                    /name: "([^"]+)",\s+repository: "([^"]+)",\s+(?:\/\/.*\s+)*?\/\/ renovate: (.+)\s+version: "([^"]+)"/g,
                ),
            ].map(([, name = "", repository = "", renovate = "", version = ""]) => {
                const source = repository.startsWith("oci://")
                    ? `datasource=docker depName=${repository.slice("oci://".length)}/${name}`
                    : `datasource=helm depName=${name} registryUrl=${repository}`;
                expect(renovate, file).to.equal(source);
                return `${file}: ${version}`;
            }),
        );
        const versions = sources.flatMap((file) =>
            [...textOf(file).matchAll(/\bversion: "([^"]+)"/g)].map(([, version = ""]) => `${file}: ${version}`),
        );
        expect(charts).to.have.members(versions.filter((line) => line.includes("versions.ts")));
        const shown = found.map(({ file, version }) => `${file}: ${version}`);
        expect(shown).to.include.members(charts);
    });

    it("finds the version of kind", () => {
        expect(found.find(({ name }) => name === "kubernetes-sigs/kind")?.version).to.match(/^v\d+\.\d+\.\d+$/);
    });

    it("finds each pin once", () => {
        const lines = found.map(({ file, name }) => `${file}: ${name}`);
        expect(lines).to.have.length(new Set(lines).size);
    });

    it("is told why a pin is held back, as long as it is", () => {
        for (const { name, version, newest, reason } of found.filter(({ newest }) => newest !== undefined)) {
            expect(reason, name).to.match(/^.{10,}\.$/);
            expect(version.split("@")[0], `${name} is no longer held back: remove the comment`).not.to.equal(newest);
        }
        expect(found.filter(({ newest }) => newest !== undefined)).to.have.length.above(3);
    });

    it("pins MetalLB's images at the version of its chart", () => {
        const metallb = found.filter(({ file }) => file === "components/metallb/versions.ts");
        const versions = metallb.map(({ version }) => version.split("@")[0]?.replace(/^v/, ""));
        expect(versions).to.have.length(3);
        expect(new Set(versions).size).to.equal(1);
    });

    it("has a row for each pin in the reference", () => {
        const page = versionsPage(found);
        found.forEach(({ name, version }) => expect(page).to.contain(`| ${name} | \`${version}\` |`));
    });
});

describe("the workflows", () => {
    const folder = ".github/workflows";
    for (const file of readdirSync(join(projectFolder, folder))) {
        it(`${file} uses actions by digest, with the version for Renovate`, () => {
            const uses = [...textOf(join(folder, file)).matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
            expect(uses).not.to.be.empty;
            uses.forEach((action) => expect(action).to.match(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/));
        });
    }

    it("let only the job that runs no code of a pull request write, and install without scripts", () => {
        for (const file of readdirSync(join(projectFolder, folder))) {
            const { permissions, jobs } = parse(textOf(join(folder, file))) as Workflow;
            for (const [name, job] of Object.entries(jobs)) {
                const writes = Object.values(job.permissions ?? permissions).includes("write");
                const steps = JSON.stringify(job.steps);
                expect(writes && /checkout|npm|\.ci/.test(steps), `${file}: ${name}`).to.equal(false);
                expect(steps.replaceAll(/npm ci[^"]*--ignore-scripts/g, ""), `${file}: ${name}`).not.to.contain(
                    "npm ci",
                );
            }
        }
    });
});
