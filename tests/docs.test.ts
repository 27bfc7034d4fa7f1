/** The documentation against the project: links lead somewhere, and commands exist. */
import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { alertsPage, checksPage, pages, settingsIn, settingsPage } from "../commands/reference";
import { checks } from "../commands/doctor/checks";
import { projectFolder } from "../tools/stack-config";

const generated = /^docs\/reference\//;

const documents = ["README.md", "CHANGELOG.md", ...under("docs"), ...under("components")].filter(
    (file) => !generated.test(file),
);

function under(folder: string): string[] {
    return readdirSync(join(projectFolder, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md") && !file.includes("node_modules") && !file.includes(".vitepress"))
        .map((file) => join(folder, file));
}

const textOf = (file: string): string => readFileSync(join(projectFolder, file), "utf8");

/** A heading's anchor, as GitHub and VitePress make it. */
const anchorOf = (heading: string): string =>
    heading
        .toLowerCase()
        .replace(/`/g, "")
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-");

const anchorsIn = (file: string): string[] =>
    [...textOf(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

/** Links to files of the project: the target relative to the project, and the anchor. */
const linksIn = (file: string): { target: string; anchor?: string }[] =>
    [
        ...textOf(file)
            .replace(/```[\s\S]*?```/g, "")
            .matchAll(/\]\(([^)\s]+)\)/g),
    ]
        .map(([, link = ""]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => {
            const [path = "", anchor] = link.split("#");
            return { target: path ? relative(projectFolder, join(projectFolder, dirname(file), path)) : file, anchor };
        })
        .filter(({ target }) => !generated.test(target));

const scripts = Object.keys((JSON.parse(textOf("package.json")) as { scripts: Record<string, string> }).scripts);

describe("the documentation", () => {
    for (const file of documents) {
        it(`${file}: every link leads somewhere`, () => {
            for (const { target, anchor } of linksIn(file)) {
                expect(existsSync(join(projectFolder, target)), target).to.equal(true);
                if (anchor !== undefined && target.endsWith(".md")) {
                    expect(anchorsIn(target), target).to.include(anchor);
                }
            }
        });

        it(`${file}: every npm script exists`, () => {
            const named = [...textOf(file).matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name]) => name ?? "");
            expect(named.filter((name) => !scripts.includes(name))).to.deep.equal([]);
        });
    }

    it("has a section for every failure of up that is referred to", () => {
        const sections = anchorsIn("docs/troubleshooting.md");
        const named = [...textOf("commands/progress/waits.ts").matchAll(/\/, "([a-z-]+)"\]/g)].map(([, name]) => name);
        expect(named).to.have.length.above(3);
        expect(sections).to.include.members([...named, "up-fails"]);
    });
});

describe("the reference", () => {
    it("lists every setting at every depth, with its meaning", async () => {
        const schema = JSON.parse(textOf("config/stack.schema.json")) as Parameters<typeof settingsPage>[0];
        const page = settingsPage(schema, (setting) => (setting === "dns.replicas" ? "in place" : undefined));
        for (const part of [
            "## noc:dns",
            "`replicas`",
            "| in place |",
            "`forwardZones[].tls`",
            "`encryption.secret`",
            "`subnets[].reservations[].hwAddress`",
        ]) {
            expect(page).to.contain(part);
        }
        const all = settingsIn(schema.properties?.config ?? {});
        expect(all.length).to.be.above(80);
        expect(await pages()).to.have.length(4);
    });

    it("shows an alert with its severity, its duration and its runbook", () => {
        const rule = {
            alert: "UnboundDown",
            expr: "up == 0",
            for: "1m",
            labels: { severity: "critical", component: "dns" },
            annotations: { summary: "A resolver is down" },
        };
        expect(alertsPage([{ name: "dns", rules: [rule, { expr: "1" }] }]))
            .to.contain(
                "A resolver is down. **critical**, after 1m. [Runbook](../../components/dns/runbook.md#unbounddown)",
            )
            .and.contain("1 alerts");
    });

    it("has every check of the doctor", () => {
        const page = checksPage();
        checks.forEach(({ name }) => expect(page).to.contain(`\`${name}\``));
    });
});
