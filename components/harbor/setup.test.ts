import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { harborSettings } from "./settings";
import { desiredState, harborCron } from "./setup";

type Item = Record<string, unknown> & { id: number };

/** The part of Harbor's API that the script uses, with what it keeps. */
class StandIn {
    public readonly calls: string[] = [];
    public readonly registries: Item[] = [];
    public readonly projects: Item[] = [];
    public readonly robots: Item[] = [];
    public readonly retentions: Item[] = [];
    public readonly passwords = new Map<number, string>();
    public schedule: unknown;

    public answer(method: string, path: string, body: Record<string, unknown>): [number, unknown?] {
        const [, kind = "", key = ""] = path.split("?")[0]?.split("/") ?? [];
        if (method !== "GET") {
            this.calls.push(`${method} ${path.split("?")[0] ?? ""}`);
        }
        switch (`${method} ${kind}`) {
            case "GET registries":
                return [200, this.registries];
            case "POST registries":
                return this.add(this.registries, body);
            case "GET projects": {
                const project = this.projects.find(({ project_name }) => project_name === key);
                const retention = this.retentions.find(
                    ({ scope }) => (scope as { ref: number }).ref === project?.project_id,
                );
                const id = retention && { retention_id: String(retention.id) };
                return [200, { ...project, metadata: { ...(project?.metadata as object), ...id } }];
            }
            case "POST projects":
                return this.projects.some(({ project_name }) => project_name === body.project_name)
                    ? [409]
                    : this.add(this.projects, { ...body, project_id: 10 + this.projects.length });
            case "POST retentions":
                return this.add(this.retentions, body);
            case "GET robots":
                return [200, this.robots];
            case "POST robots": {
                const name = `robot$ci+${String(body.name)}`;
                return this.robots.some((robot) => robot.name === name)
                    ? [409]
                    : this.add(this.robots, { ...body, name });
            }
            case "PATCH robots":
                this.passwords.set(Number(key), String(body.secret));
                return [200];
            case "PUT system":
                this.schedule = body;
                return [200];
            default: {
                const lists: Record<string, Item[]> = { retentions: this.retentions, robots: this.robots };
                Object.assign(
                    lists[kind]?.find(({ id }) => id === Number(key)) ??
                        this.projects.find(({ project_name }) => project_name === key) ??
                        expect.fail(`${method} ${path}`),
                    body,
                );
                return [200];
            }
        }
    }

    private add(list: Item[], item: Record<string, unknown>): [number] {
        list.push({ ...item, id: list.length + 1 });
        return [201];
    }
}

describe("the set-up of Harbor", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "k8s-noc-harbor-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const settings = (own: object = {}) => harborSettings.parse({ proxyCaches: ["docker.io", "ghcr.io"], ...own });
    const file = (name: string, text: string): string => {
        const path = join(folder, name);
        writeFileSync(path, text);
        return path;
    };

    /** Runs the script against the stand-in. Returns its exit code and what it prints. */
    async function setUp(harbor: StandIn, own: object = {}, adminPassword = "admin's"): Promise<[number, string]> {
        const server = createServer((request, response) => {
            let text = "";
            request.on("data", (part: Buffer) => (text += part.toString()));
            request.on("end", () => {
                const authorized = request.headers.authorization === `Basic ${btoa("admin:admin's")}`;
                const path = request.url?.replace("/api/v2.0", "") ?? "";
                const [status, body] = authorized
                    ? harbor.answer(request.method ?? "", path, JSON.parse(text || "{}") as Record<string, unknown>)
                    : [401];
                response.writeHead(status).end(body && JSON.stringify(body));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const script = spawn(process.execPath, [
            join(__dirname, "setup.mjs"),
            `http://127.0.0.1:${port}`,
            file("desired.json", JSON.stringify(desiredState(settings(own)))),
            file("admin", adminPassword),
            file("robot", "robot's password"),
        ]);
        let output = "";
        script.stdout.on("data", (part: Buffer) => (output += part.toString()));
        script.stderr.on("data", (part: Buffer) => (output += part.toString()));
        const code = await new Promise<number>((resolve) => script.on("close", (ended) => resolve(ended ?? 1)));
        server.close();
        return [code, output];
    }

    it("makes the projects, the proxy caches, the robot account with the given password, and the schedules", async () => {
        const harbor = new StandIn();
        expect((await setUp(harbor))[0]).to.equal(0);
        expect(harbor.projects.map(({ project_name, registry_id }) => [project_name, registry_id])).to.deep.equal([
            ["ci", undefined],
            ["docker.io", 1],
            ["ghcr.io", 2],
        ]);
        expect(harbor.registries.map(({ type }) => type)).to.deep.equal(["docker-hub", "github-ghcr"]);
        expect(harbor.passwords.get(1)).to.equal("robot's password");
        expect(harbor.retentions.map(({ scope }) => (scope as { ref: number }).ref)).to.deep.equal([10, 11, 12]);
        expect(harbor.schedule).to.have.nested.property("schedule.cron", "0 0 2 * * 0");
    });

    it("changes nothing the second time, and what has changed in the settings", async () => {
        const harbor = new StandIn();
        await setUp(harbor);
        const state = () => JSON.stringify([harbor.registries, harbor.projects, harbor.robots, harbor.retentions]);
        const before = state();
        expect((await setUp(harbor))[0]).to.equal(0);
        expect(state()).to.equal(before);
        expect((await setUp(harbor, { retention: { keepPushed: 5 }, proxyCaches: ["docker.io"] }))[0]).to.equal(0);
        expect(harbor.retentions[0]).to.have.nested.property("rules[0].params.latestPushedK", 5);
        expect(harbor.projects, "what is no longer described stays").to.have.length(3);
    });

    it("says that admin's password is another, and changes nothing", async () => {
        const harbor = new StandIn();
        const [code, output] = await setUp(harbor, {}, "another");
        expect(code).not.to.equal(0);
        expect(output).to.contain("Harbor refuses the password of admin");
        expect(harbor.calls).to.deep.equal([]);
    });

    it("gives the robot account push and pull in one project", () => {
        const { robot } = desiredState(settings({ project: "build" }));
        expect(robot).to.deep.include({
            project: "build",
            permissions: [
                {
                    kind: "project",
                    namespace: "build",
                    access: [
                        { resource: "repository", action: "pull" },
                        { resource: "repository", action: "push" },
                    ],
                },
            ],
        });
    });

    it("writes schedules with seconds, as Harbor asks for", () => {
        expect(harborCron("30  4 * * 1-5")).to.equal("0 30 4 * * 1-5");
        expect(harborCron("@weekly")).to.equal("0 0 0 * * 0");
    });
});
