import { z } from "zod";

import { checked } from "../../config/checked";
import { cronProblem } from "../../config/cron";
import { choice, count, positive, subdomain } from "../../config/fields";
import { bytes } from "../../config/quantities";
import { charts, chartVersions } from "./versions";

/** https://github.com/goharbor/harbor/blob/v2.14.4/src/server/v2.0/handler/project.go */
const project = z
    .string()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, {
        error: "is not the name of a project; use lower-case letters and digits, joined by single . _ or -",
    })
    .max(255, { error: "is too long; use at most 255 characters" })
    .meta({ examples: ["ci"] });

const schedule = (example: string) => checked(cronProblem, example);

const sizes = z.strictObject({
    registry: bytes("1Gi", "100Ti")
        .default("10Gi")
        .describe(
            "Size of the volume with the images, a Kubernetes quantity. It can be enlarged later if the StorageClass can do that.",
        ),
    jobservice: bytes("100Mi", "1Ti")
        .default("1Gi")
        .describe(
            "Size of the volume with the logs of jobs. It can be enlarged later if the StorageClass can do that.",
        ),
    database: bytes("1Gi", "1Ti")
        .default("1Gi")
        .describe("Size of PostgreSQL's volume. It cannot be changed (runbook of Harbor, Data)."),
    redis: bytes("100Mi", "1Ti").default("1Gi").describe("Size of Redis' volume. It cannot be changed."),
    trivy: bytes("1Gi", "1Ti")
        .default("5Gi")
        .describe("Size of the volume with Trivy's vulnerability database. It cannot be changed."),
});

const retention = z.strictObject({
    schedule: schedule("0 1 * * *")
        .default("0 1 * * *")
        .describe("When images are deleted that are not kept, in cron's notation and UTC."),
    keepPushed: count(1, 10_000)
        .default(20)
        .describe("How many of a repository's images are kept in the project of the runners: those pushed last."),
    cacheDays: count(1, 36_500)
        .default(30)
        .describe("How long an image stays in a proxy cache after it was last pulled, in days."),
});

const thresholds = z.strictObject({
    queueMinutes: positive
        .default(60)
        .describe(
            "Time that a job of Harbor, such as a scan or a garbage collection, waits until it starts, in minutes.",
        ),
});

export const harborSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install Harbor, a registry for container images, behind the gateway (noc:gateway)."),
    version: choice("a tested version", chartVersions)
        .default(charts.harbor.version)
        .describe("Version of the chart. The versions of all images follow from it."),
    host: subdomain("a host name", "harbor.home.arpa")
        .default("harbor.home.arpa")
        .describe("Host name of Harbor at the gateway."),
    externalHost: subdomain("a host name", "harbor.example.org")
        .optional()
        .describe(
            "Second host name, for clients outside the network. Clients of both names then get their tokens from this one.",
        ),
    trivy: z
        .boolean()
        .default(true)
        .describe("Scan images for known vulnerabilities when they are pushed, with Trivy."),
    sizes: sizes.prefault({}).describe("Sizes of the volumes, as Kubernetes quantities."),
    project: project
        .default("ci")
        .describe(
            "Project that the robot account of the CI runners may push to. A project that is renamed here stays.",
        ),
    proxyCaches: z
        .array(
            subdomain("the host of a registry", "docker.io").refine((host) => host.includes("."), {
                error: "is not the host of a registry; write it like docker.io",
            }),
        )
        .default(["docker.io", "ghcr.io", "quay.io", "registry.k8s.io"])
        .describe(
            "Public registries whose images are pulled through Harbor: each gets a public project of its name. Harbor must reach them during `up`. One that is removed here stays.",
        ),
    garbageCollection: schedule("0 2 * * 0")
        .default("0 2 * * 0")
        .describe("When the space of deleted images is freed, in cron's notation and UTC."),
    retention: retention.prefault({}).describe("Which images are kept."),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type HarborSettings = z.output<typeof harborSettings>;
export type HarborThresholds = HarborSettings["thresholds"];
