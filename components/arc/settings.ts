import { z } from "zod";

import { checked } from "../../config/checked";
import { choice, count, label, networks, positive, token, url } from "../../config/fields";
import { bytes, cpu } from "../../config/quantities";
import { charts, chartVersions, images } from "./versions";

const numeric = (what: string, example: string) =>
    z
        .string()
        .regex(/^\d+$/, { error: `is not ${what}; copy the number, in quotes` })
        .meta({ examples: [example] });

const app = z.strictObject({
    id: z
        .string()
        .regex(/^(\d+|Iv[\w.]+)$/, { error: "is not the id of a GitHub App; copy its App ID or Client ID, in quotes" })
        .describe("App ID or Client ID of the GitHub App, in quotes.")
        .meta({ examples: ["123456"] }),
    installationId: numeric("the id of an installation", "654321").describe(
        "Id of the App's installation in the organization or account: the number at the end of the installation's URL, in quotes.",
    ),
    privateKey: z
        .string()
        .regex(/^-----BEGIN (RSA )?PRIVATE KEY-----\s[\s\S]+\s-----END (RSA )?PRIVATE KEY-----\s*$/, {
            error: "is not a private key in PEM; give the whole file that GitHub made",
        })
        .describe("Private key of the App, in PEM.")
        .meta({ secret: true, examples: ["-----BEGIN RSA PRIVATE KEY-----\n…\n-----END RSA PRIVATE KEY-----"] }),
});

const github = z.strictObject({
    app: app.optional().describe("A GitHub App. Set this or token."),
    token: token("the token", "ghp_0123456789abcdef")
        .optional()
        .describe("A personal access token, which has more rights than an App needs. Set this or app."),
});

/** An organization, a repository or an enterprise, at github.com or a GitHub Enterprise Server. */
const configUrl = checked((text) => {
    const wrong = url("https://github.com/example", ["https"]).safeParse(text).error?.issues[0]?.message;
    if (wrong !== undefined) {
        return wrong;
    }
    return /^https:\/\/[^/?#]+\/(enterprises\/)?[\w.-]+(\/[\w.-]+)?$/.test(text)
        ? undefined
        : "is not the URL of an organization or repository; write it like https://github.com/example or https://github.com/example/repository";
}, "https://github.com/example");

const scaleSet = z.strictObject({
    name: label
        .max(45, { error: "is too long; use at most 45 characters" })
        .describe("Name of the scale set. Workflows choose it by `runs-on`.")
        .meta({ examples: ["homelab"] }),
    url: configUrl.describe("URL of the organization or repository whose jobs it runs."),
    mode: choice("a mode", ["dind", "kubernetes"])
        .default("dind")
        .describe(
            "dind: jobs have a Docker daemon, in a privileged container. kubernetes: a job's containers are pods, without privileges.",
        ),
    min: count(0, 1000).default(1).describe("Runners that wait for jobs."),
    max: count(1, 1000).default(3).describe("Runners at most."),
    labels: z
        .array(
            z
                .string()
                .regex(/^[^\s,\p{Cc}]{1,255}$/u, {
                    error: "is not a label; use up to 255 characters without blanks or commas",
                })
                .meta({ examples: ["linux"] }),
        )
        .default([])
        .describe("Further labels for `runs-on`, from version 0.14.0 on."),
    cpu: cpu("10m", "256", "500m").default("500m").describe("CPU requested for a job, a Kubernetes quantity."),
    memory: bytes("64Mi", "1Ti", "2Gi")
        .default("2Gi")
        .describe(
            "Memory requested for a job, which is also its limit. In mode dind, the runner and its Docker daemon get it each.",
        ),
    work: bytes("1Gi", "1Ti")
        .default("10Gi")
        .describe("Space for a job's files: a limit in mode dind, the size of a volume in mode kubernetes."),
    cache: bytes("1Gi", "10Ti")
        .optional()
        .describe(
            "Size of a volume that survives the runners, at /cache. All runners then run on the volume's node if its class is of one node. No such volume if not set.",
        ),
});

const thresholds = z.strictObject({
    waitMinutes: positive.default(15).describe("Time that jobs wait for a runner, in minutes."),
});

export const arcSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Install Actions Runner Controller, which runs the jobs of GitHub Actions in the cluster."),
    version: choice("a tested version", chartVersions)
        .default(charts.controller.version)
        .describe("Version of the controller and of the scale sets."),
    github: github
        .optional()
        .describe("What the controller and the runners register at GitHub with. Set one of app and token."),
    scaleSets: z.array(scaleSet).default([]).describe("Groups of runners of the same kind."),
    runnerImage: z
        .string()
        .regex(/^[^/\s]+\.[^/\s]+\/[^:\s]+:[\w.-]+(@sha256:[0-9a-f]{64})?$/, {
            error: `is not an image with registry and tag; write it like ${images.runner}`,
        })
        .default(images.runner)
        .describe(
            "Image of the runners, made from GitHub's own. GitHub gives no jobs to a runner that is more than 30 days behind its newest version.",
        )
        .meta({ examples: [images.runner] }),
    allowTo: networks
        .default([])
        .describe("Private networks that jobs may connect to. They reach the internet, Harbor and no other address."),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
});

export type ArcSettings = z.output<typeof arcSettings>;
export type ScaleSet = z.output<typeof scaleSet>;
export type GithubCredentials = z.output<typeof github>;
