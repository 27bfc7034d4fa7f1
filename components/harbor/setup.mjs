// Brings Harbor to the state that a file describes, through its API, and can be run again at any time: what is there is
// updated, and what is not described is left alone. The type of the file's content is DesiredState in setup.ts.
//
//   setup.mjs URL DESIRED ADMIN ROBOT     URL of Harbor, and the paths of the file, of admin's and the robot's password
import { readFileSync } from "node:fs";
import { argv } from "node:process";

const [url, desiredFile, adminFile, robotFile] = argv.slice(2);
const read = (path) => readFileSync(path, "utf8").trim();
const desired = JSON.parse(read(desiredFile));
const authorization = `Basic ${Buffer.from(`admin:${read(adminFile)}`).toString("base64")}`;

const conflict = 409;

async function call(method, path, body) {
    const response = await fetch(`${url}/api/v2.0${path}`, {
        method,
        // A project whose name consists of digits would otherwise be taken for a project's number.
        headers: { authorization, "content-type": "application/json", "x-is-resource-name": "true" },
        body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status === 401) {
        throw new Error("Harbor refuses the password of admin: it has been changed in Harbor; see the runbook");
    }
    if (!response.ok && response.status !== conflict) {
        throw new Error(`${method} ${path}: HTTP ${response.status}: ${text}`);
    }
    return text && response.ok ? JSON.parse(text) : undefined;
}

/** All items of a list, which the API returns in pages. */
async function list(path, query = {}) {
    const items = [];
    for (let page = 1; ; page++) {
        const parameters = new URLSearchParams({ ...query, page_size: "100", page: String(page) });
        const next = (await call("GET", `${path}?${parameters.toString()}`)) ?? [];
        items.push(...next);
        if (next.length < 100) {
            return items;
        }
    }
}

async function registryId(registry) {
    const found = async () => (await list("/registries")).find(({ name }) => name === registry.name)?.id;
    const id = await found();
    if (id !== undefined) {
        return id;
    }
    await call("POST", "/registries", { ...registry, insecure: false });
    return found();
}

async function ensureProject({ name, metadata, registry, retention }) {
    // The registry cannot be given to a project that exists.
    const upstream = registry ? { registry_id: await registryId(registry) } : {};
    await call("POST", "/projects", { project_name: name, metadata, ...upstream });
    await call("PUT", `/projects/${name}`, { metadata });
    const project = await call("GET", `/projects/${name}`);
    const policy = { ...retention, scope: { level: "project", ref: project.project_id } };
    const existing = project.metadata.retention_id;
    await (existing ? call("PUT", `/retentions/${existing}`, policy) : call("POST", "/retentions", policy));
    console.log(`project ${name} is set up`);
    return project.project_id;
}

async function ensureRobot({ project, ...robot }, id) {
    await call("POST", "/robots", robot);
    const robots = await list("/robots", { q: `Level=project,ProjectID=${id}` });
    // Harbor puts the prefix of robots and the project before the name.
    const found = robots.find(({ name }) => name.endsWith(`${project}+${robot.name}`));
    await call("PUT", `/robots/${found.id}`, { ...robot, name: found.name });
    await call("PATCH", `/robots/${found.id}`, { secret: read(robotFile) });
    console.log(`robot account ${found.name} is set up`);
}

const ids = new Map();
for (const project of desired.projects) {
    ids.set(project.name, await ensureProject(project));
}
await ensureRobot(desired.robot, ids.get(desired.robot.project));
await call("PUT", "/system/gc/schedule", desired.garbageCollection);
console.log("garbage collection is scheduled");
