/** What Harbor contains besides images: projects, proxy caches, the robot account, schedules. A Job brings it about. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { imageReference } from "../lib/images";
import { labels, runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { apiUrl, namespaceName, robot, secrets, setupPods } from "./names";
import type { HarborSettings } from "./settings";
import { images } from "./versions";

/** Content of desired.json, in the objects of Harbor's API: https://github.com/goharbor/harbor/blob/v2.14.4/api/v2.0/swagger.yaml */
export interface DesiredState {
    readonly projects: readonly DesiredProject[];
    readonly robot: { readonly project: string; readonly name: string } & Readonly<Record<string, unknown>>;
    readonly garbageCollection: Readonly<Record<string, unknown>>;
}

interface DesiredProject {
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
    /** The registry whose images a proxy cache passes on. */
    readonly registry?: { readonly name: string; readonly type: string; readonly url: string };
    readonly retention: Readonly<Record<string, unknown>>;
}

/** What Harbor is to contain by the settings. */
export function desiredState({
    project,
    proxyCaches,
    trivy,
    retention,
    garbageCollection,
}: HarborSettings): DesiredState {
    const { schedule, keepPushed, cacheDays } = retention;
    const scan = { auto_scan: String(trivy) };
    return {
        projects: [
            {
                name: project,
                metadata: { public: "false", ...scan },
                retention: retentionPolicy(schedule, "latestPushedK", keepPushed),
            },
            ...proxyCaches.map((registry) => ({
                name: registry,
                // Nodes pull without a password.
                metadata: { public: "true", ...scan },
                registry: { name: registry, ...upstream(registry) },
                retention: retentionPolicy(schedule, "nDaysSinceLastPull", cacheDays),
            })),
        ],
        robot: {
            project,
            name: robot,
            description: "CI runners of k8s-noc",
            level: "project",
            duration: -1,
            permissions: [
                {
                    kind: "project",
                    namespace: project,
                    access: ["pull", "push"].map((action) => ({ resource: "repository", action })),
                },
            ],
        },
        garbageCollection: {
            schedule: { type: "Custom", cron: harborCron(garbageCollection) },
            parameters: { delete_untagged: true, workers: 1 },
        },
    };
}

/** How Harbor reaches a registry. Docker Hub and GitHub need adapters of their own: their APIs differ. */
function upstream(registry: string): { type: string; url: string } {
    const adapters: Readonly<Record<string, { type: string; url: string }>> = {
        "docker.io": { type: "docker-hub", url: "https://hub.docker.com" },
        "ghcr.io": { type: "github-ghcr", url: "https://ghcr.io" },
        "quay.io": { type: "quay", url: "https://quay.io" },
    };
    return adapters[registry] ?? { type: "docker-registry", url: `https://${registry}` };
}

/** A rule for all repositories and tags of a project, and when it is applied. */
const retentionPolicy = (schedule: string, template: "latestPushedK" | "nDaysSinceLastPull", value: number) => ({
    algorithm: "or",
    rules: [
        {
            disabled: false,
            action: "retain",
            template,
            params: { [template]: value },
            tag_selectors: [
                {
                    kind: "doublestar",
                    decoration: "matches",
                    pattern: "**",
                    extras: JSON.stringify({ untagged: true }),
                },
            ],
            scope_selectors: { repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }] },
        },
    ],
    trigger: { kind: "Schedule", settings: { cron: harborCron(schedule) } },
});

/** A schedule as Harbor reads it: with a field for the seconds before the others, which must be 0, and without names. */
export function harborCron(schedule: string): string {
    const named: Readonly<Record<string, string>> = {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    };
    return `0 ${named[schedule] ?? schedule.replace(/ +/g, " ")}`;
}

/**
 * Makes the Job. It has no name of its own: where the desired state changes, a new Job runs, and `up` waits for it.
 * It has admin's password, because Harbor lets only an administrator make proxy caches, and neither a token of the
 * cluster nor any connection but the one to Harbor's API.
 */
export function setupJob(
    settings: HarborSettings,
    site: Site,
    opts: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource[] },
): k8s.batch.v1.Job {
    const metadata = { namespace: namespaceName, labels: labels(setupPods.app) };
    const files = new k8s.core.v1.ConfigMap(
        "harbor-setup-files",
        {
            metadata,
            data: {
                "setup.mjs": readFileSync(join(__dirname, "setup.mjs"), "utf8"),
                "desired.json": JSON.stringify(desiredState(settings), undefined, 2),
            },
        },
        opts,
    );
    const file = (folder: string, name: string) => ({ name: folder, mountPath: `/${folder}/${name}`, subPath: name });
    const mounts = {
        admin: file("admin", secrets.admin.password),
        robot: file("robot", secrets.robot.password),
    };
    return new k8s.batch.v1.Job(
        "harbor-setup",
        {
            metadata,
            spec: {
                backoffLimit: 6,
                activeDeadlineSeconds: 900,
                template: {
                    metadata: { labels: setupPods },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: runAs(1000, 1000),
                        containers: [
                            {
                                name: "setup",
                                image: imageReference(images.setup, site),
                                imagePullPolicy: "IfNotPresent",
                                command: [
                                    "node",
                                    "/files/setup.mjs",
                                    apiUrl,
                                    "/files/desired.json",
                                    mounts.admin.mountPath,
                                    mounts.robot.mountPath,
                                ],
                                securityContext: unprivileged,
                                resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                                volumeMounts: [
                                    { name: "files", mountPath: "/files", readOnly: true },
                                    ...Object.values(mounts).map((mount) => ({ ...mount, readOnly: true })),
                                ],
                            },
                        ],
                        volumes: [
                            { name: "files", configMap: { name: files.metadata.name } },
                            { name: "admin", secret: { secretName: secrets.admin.name } },
                            { name: "robot", secret: { secretName: secrets.robot.name } },
                        ],
                    },
                },
            },
        },
        opts,
    );
}
